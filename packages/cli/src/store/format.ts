/** The store in words and tables, for anyone who reads them at three in the morning. */
import { tiers } from '@netstats/store'
import type { BackupReport, FileInfo, FileTrouble, PruneReport, StoreInfo, VerifyReport } from '@netstats/store'

/** `9.1 GB`: three digits, in powers of ten as disks are sold and `df -H` counts. */
export const humanBytes = (bytes: number): string => {
  if (bytes < 1000) return `${bytes} B`
  let value = bytes
  let unit = 0
  // What would be written with four digits belongs to the next unit.
  while (value >= 999.5 && unit < units.length) {
    value /= 1000
    unit++
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit - 1]}`
}
const units = ['kB', 'MB', 'GB', 'TB', 'PB']

/** `1,234,567`, whatever the language of the machine. */
export const grouped = (count: number): string => String(count).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',')

/** `1 file`, `1,234 files`. */
export const counted = (count: number, noun: string): string => `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`

/** UTC, to the second. Nothing is a dash; so is a time that no calendar has. */
export const moment = (at: number | null): string => {
  const date = new Date(at ?? Number.NaN)
  return Number.isNaN(date.getTime()) ? '-' : date.toISOString().slice(0, 19).replace('T', ' ')
}

type Align = 'left' | 'right'
interface Heading {
  readonly name: string
  readonly align: Align
}
export const left = (name: string): Heading => ({ name, align: 'left' })
const right = (name: string): Heading => ({ name, align: 'right' })

/** Columns as wide as their widest cell, two spaces between them. */
export const table = (headings: readonly Heading[], rows: readonly (readonly string[])[]): string => {
  const widths = headings.map(({ name }, i) => Math.max(name.length, ...rows.map((row) => (row[i] ?? '').length)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (headings[i]?.align === 'right' ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd()
  return [line(headings.map(({ name }) => name)), ...rows.map(line)].map((text) => `  ${text}\n`).join('')
}

const least = (times: readonly (number | null)[]): number | null =>
  times.reduce((found, at) => (at === null || (found !== null && found <= at) ? found : at), null)
const most = (times: readonly (number | null)[]): number | null =>
  times.reduce((found, at) => (at === null || (found !== null && found >= at) ? found : at), null)

/** What is wrong comes first, then how much there is of what. */
export const infoText = (info: StoreInfo, where: { readonly folder: string; readonly running: boolean }): string => {
  const unusable = info.files.filter((file) => file.state === 'unusable')
  const rows = info.tables.reduce((sum, one) => sum + one.rows, 0)
  const head = [
    `History in ${where.folder}`,
    `  ${info.driver} ${info.version}, schema ${info.schema}; ${where.running ? 'told by the running server' : 'no server runs on it'}`,
    `  ${counted(rows, 'row')} in ${counted(info.files.length, 'file')}, ${humanBytes(info.bytes)}; times are UTC`,
  ]
  const trouble = unusable.map(
    (file) => `  ${file.name} cannot be used: ${file.reason ?? 'reason unknown'} (its rows are missing below)`,
  )
  const parts = [
    `${head.join('\n')}\n`,
    ...(trouble.length === 0 ? [] : [`ATTENTION\n${trouble.join('\n')}\n`]),
    table([left('Tier'), right('Files'), right('Size'), left('Covers from'), left('Until')], tierRows(info.files)),
    table(
      [left('Table'), right('Rows'), left('Oldest'), left('Newest')],
      info.tables.map((one) => [one.name, grouped(one.rows), moment(one.from), moment(one.to)]),
    ),
  ]
  return parts.join('\n')
}

const tierRows = (files: readonly FileInfo[]): readonly (readonly string[])[] =>
  [...Map.groupBy(files, (file) => file.tier)]
    .toSorted(([a], [b]) => placeOf(a) - placeOf(b))
    .map(([tier, of]) => [
      tier,
      grouped(of.length),
      humanBytes(of.reduce((sum, file) => sum + file.bytes, 0)),
      moment(least(of.map((file) => file.from))),
      moment(most(of.map((file) => file.to))),
    ])

/** The finest first; what is kept for good, and what is unknown, last. */
const placeOf = (tier: string): number => {
  const place = tiers.findIndex((one) => one === tier)
  return place < 0 ? tiers.length : place
}

export const verifyText = ({ files, rows, findings }: VerifyReport): string => {
  const checked = `Checked ${counted(files, 'file')} with ${counted(rows, 'row')}: `
  if (findings.length === 0) return `${checked}nothing is wrong.\n`
  const lines = findings.map(({ severity, where, message }) => `  ${severity.padEnd(7)}  ${where}: ${message}\n`)
  return `${checked}${counted(findings.length, 'finding')}.\n${lines.join('')}`
}

interface Accepted {
  readonly files: readonly FileTrouble[]
  readonly left: readonly FileTrouble[]
}

export const acceptText = ({ files, left }: Accepted): string => {
  const list = (all: readonly FileTrouble[]): string =>
    all.map(({ name, what, message }) => `  ${name} (${what}): ${message}\n`).join('')
  const taken = files.length === 0 ? 'Nothing is lost that is to be taken note of.\n' : `Taken note of:\n${list(files)}`
  return left.length === 0 ? taken : `${taken}None of the store's own; move it away:\n${list(left)}`
}

/** What lies beside the history, in the words of an operator. */
const besides = ({ also = [] }: BackupReport): string => {
  const words = [
    ...(also.includes('auth.db') ? ['agents and users'] : []),
    ...(also.includes('server.json') ? ['who the server is'] : []),
  ]
  return words.length === 0 ? '' : `, and ${words.join(' and ')},`
}

const amount = (report: BackupReport): string =>
  `${counted(report.rows, 'row')} of the history in ${counted(report.files, 'file')}${besides(report)}`

export const backupText = (report: BackupReport): string =>
  `Backed up ${amount(report)} as ${humanBytes(report.bytes)} in ${report.path}\n`

export const restoreText = (report: BackupReport, aside: readonly (string | undefined)[]): string => {
  const kept = aside
    .filter((one) => one !== undefined)
    .map((one) => `What was there before is kept in ${one}; remove it when it is not wanted any more.\n`)
  return `Restored ${amount(report)} as ${humanBytes(report.bytes)} in ${report.path}\n${kept.join('')}`
}

export const pruneText = ({ files, bytes }: PruneReport, dryRun: boolean): string => {
  if (files.length === 0) return 'Nothing is past its retention.\n'
  const what = `${counted(files.length, 'file')} of ${humanBytes(bytes)}`
  const head = dryRun ? `Would drop ${what}, all past their retention:` : `Dropped ${what}, all past their retention:`
  return `${head}\n${files.map((file) => `  ${file}\n`).join('')}`
}
