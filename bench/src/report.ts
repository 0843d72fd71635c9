/** Figures as Markdown. */
import { percentile } from './procfs.ts'

export const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [
    `| ${head.join(' | ')} |`,
    `|${head.map((_, i) => (i === 0 ? ' --- ' : ' --: ')).join('|')}|`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
  ].join('\n')

export const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}
export const progress = (text: string): void => {
  process.stderr.write(`  ${text}\n`)
}

export const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0)
export const ms = (value: number): string => (value < 10 ? value.toFixed(1) : value.toFixed(0))
export const thousands = (n: number): string => Math.round(n).toLocaleString('en-US')

export const spread = (values: readonly number[]): { p50: number; p99: number; worst: number } => {
  const sorted = values.toSorted((a, b) => a - b)
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), worst: sorted.at(-1) ?? Number.NaN }
}
