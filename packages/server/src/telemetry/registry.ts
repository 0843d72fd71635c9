/**
 * What a process counts and measures, registered by its parts. Hot paths count into plain numbers; they are read when
 * somebody asks: a scrape, `/api/v1/server`, or the entry process, to which workers send their readings.
 *
 *     worker ─ reading ─┐
 *     worker ─ reading ─┼─► + own reading ─► /metrics, /api/v1/server
 */
import { addTallies } from '../lib/tally.ts'

/** A number, or numbers by the value of a label; of two labels, the second is inside the first. */
export type Values = number | { readonly [label: string]: Values }
/** Values by the name of the metric, without the prefix. Readings of several processes add up. */
export type Reading = Readonly<Record<string, Values>>

/** Undefined where there is nothing to say yet; a map stands for one label. */
export type Read = () => Values | ReadonlyMap<string, number> | undefined

export interface MetricsRegistry {
  /** Only grows. Its name ends in `_total`. */
  counter(name: `${string}_total`, help: string, labels: readonly string[], read: Read): void
  gauge(name: string, help: string, labels: readonly string[], read: Read): void
  /** Gives what adds an observation, with the value of its label. */
  histogram(
    name: string,
    help: string,
    label: string,
    bounds: readonly number[],
  ): (label: string, value: number) => void
  /** Readings of other processes, to be added to those of this one. */
  include(read: () => readonly Reading[]): void
  /** Of this process alone. */
  own(): Reading
  /** Of all processes. */
  all(): Reading
  /** One metric of all processes; 0 where nobody has registered it. */
  value(name: string): Values
  /** All processes in the text format of Prometheus. */
  text(): string
  /** What there is, with full names. */
  families(): readonly Family[]
}

export const prefix = 'netstats_server_'

export interface Family {
  readonly name: string
  readonly type: Metric['type']
  readonly help: string
  readonly labels: readonly string[]
}

interface Metric {
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly labels: readonly string[]
  readonly read: Read
}

export const createMetricsRegistry = (): MetricsRegistry => {
  const metrics = new Map<string, Metric>()
  let others: () => readonly Reading[] = () => []

  const add = (name: string, metric: Metric): void => {
    if (metrics.has(name)) throw new Error(`the metric ${name} is registered twice`)
    metrics.set(name, metric)
  }
  const valuesOf = ({ read }: Metric): Values | undefined => {
    const values = read()
    return values instanceof Map ? Object.fromEntries(values) : (values as Values | undefined)
  }
  const own = (): Reading => {
    const reading: Record<string, Values> = {}
    for (const [name, metric] of metrics) {
      const values = valuesOf(metric)
      if (values !== undefined) reading[name] = values
    }
    return reading
  }
  const all = (): Reading => others().reduce((sum, one) => addTallies(sum, one), own())

  return {
    counter: (name, help, labels, read) => add(name, { type: 'counter', help, labels, read }),
    gauge: (name, help, labels, read) => add(name, { type: 'gauge', help, labels, read }),
    histogram(name, help, label, bounds) {
      const series: Record<string, Record<string, number>> = {}
      const empty = { ...Object.fromEntries(bounds.map((bound) => [String(bound), 0])), '+Inf': 0, sum: 0 }
      add(name, { type: 'histogram', help, labels: [label, 'le'], read: () => series })
      return (of, value) => {
        const one = (series[of] ??= { ...empty })
        const bound = String(bounds.find((bound) => value <= bound) ?? '+Inf')
        one[bound] = (one[bound] ?? 0) + 1
        one['sum'] = (one['sum'] ?? 0) + value
      }
    },
    include: (read) => void (others = read),
    own,
    all,
    value(name) {
      const metric = metrics.get(name)
      const own: Reading = { value: (metric && valuesOf(metric)) ?? 0 }
      return others().reduce((sum, one) => addTallies(sum, { value: one[name] ?? 0 }), own)['value'] ?? 0
    },
    families: () =>
      Array.from(metrics, ([name, { type, help, labels }]) => ({ name: prefix + name, type, help, labels })),
    text() {
      const reading = all()
      const lines: string[] = []
      for (const [name, metric] of metrics) {
        lines.push(`# HELP ${prefix}${name} ${metric.help}`, `# TYPE ${prefix}${name} ${metric.type}`)
        const values = reading[name]
        if (values === undefined) continue
        if (metric.type === 'histogram') histogramLines(name, metric.labels[0] ?? '', values, lines)
        else valueLines(`${prefix}${name}`, metric.labels, values, '', lines)
      }
      return `${lines.join('\n')}\n`
    },
  }
}

/** What stays of a process that has ended: what it counted, and nothing of its state at that moment. */
export const countersOf = (reading: Reading): Reading =>
  Object.fromEntries(Object.entries(reading).filter(([name]) => name.endsWith('_total')))

const quoted = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`

const valueLines = (name: string, labels: readonly string[], values: Values, given: string, lines: string[]): void => {
  if (typeof values === 'number') {
    lines.push(`${name}${given === '' ? '' : `{${given}}`} ${values}`)
    return
  }
  const [label = '', ...rest] = labels
  for (const [value, inner] of Object.entries(values))
    valueLines(name, rest, inner, `${given}${given === '' ? '' : ','}${label}=${quoted(value)}`, lines)
}

/** Buckets count what they hold; the format wants all that is not above them. */
const histogramLines = (name: string, label: string, values: Values, lines: string[]): void => {
  for (const [of, { sum = 0, ...buckets }] of Object.entries(values as Record<string, Record<string, number>>)) {
    const given = `${label}=${quoted(of)}`
    let count = 0
    for (const [le, inside] of Object.entries(buckets).sort(([a], [b]) => boundOf(a) - boundOf(b))) {
      count += inside
      lines.push(`${prefix}${name}_bucket{${given},le="${le}"} ${count}`)
    }
    lines.push(`${prefix}${name}_sum{${given}} ${sum}`, `${prefix}${name}_count{${given}} ${count}`)
  }
}

const boundOf = (le: string): number => (le === '+Inf' ? Infinity : Number(le))
