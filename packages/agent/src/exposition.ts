import type { Sample } from './counters.ts'

/** Samples in the text format that Prometheus reads; a name that ends in `_total` is a counter, any other a gauge. */
export const expose = (samples: readonly Sample[], helpOf: (name: string) => string): string => {
  const names = Map.groupBy(samples, (sample) => sample.name)
  let text = ''
  for (const [name, series] of names) {
    text += `# HELP ${name} ${helpOf(name).replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n`
    text += `# TYPE ${name} ${name.endsWith('_total') ? 'counter' : 'gauge'}\n`
    for (const { labels, value } of series) text += `${name}${labelsOf(labels)} ${numberOf(value)}\n`
  }
  return text
}

const labelsOf = (labels: Readonly<Record<string, string>>): string => {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

const escaped = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

const numberOf = (value: number): string =>
  Number.isNaN(value) ? 'NaN' : value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value)
