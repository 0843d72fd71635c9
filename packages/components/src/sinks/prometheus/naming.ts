/** Names and labels as Prometheus has them, from those of the mapping. */
import type { Mapping, SpooledObservation } from '@netstats/sdk'

export interface PrometheusSample {
  readonly name: string
  /** By name, in the order of their bytes; without `__name__`. */
  readonly labels: readonly (readonly [string, string])[]
  readonly value: number
  /** Unix milliseconds. */
  readonly at: number
  /** What Netstats measures itself is a gauge; of what others called a metric it is not known what it is. */
  readonly type: 'gauge' | 'unknown'
  /** The name before it became one of Prometheus. */
  readonly from: string
}

const mostText = 500

/** The samples of an observation. Labels whose text is empty are none. */
export const prometheusSamples = (
  item: SpooledObservation,
  mapping: Mapping,
  prefix: string,
): readonly PrometheusSample[] => {
  const { kind, observedAt } = item.observation
  const isOwn = kind !== 'metric'
  return mapping.samples(item).map(({ name, value, labels }) => {
    const inSeconds = isOwn && name.endsWith('Ms')
    const plain = inSeconds ? `${name.slice(0, -2)}Seconds` : name
    return {
      name: metricName(`${prefix}${isOwn ? snake(plain) : plain}`),
      labels: labelsOf(labels),
      value: inSeconds ? value / 1000 : value,
      at: observedAt,
      type: isOwn ? 'gauge' : 'unknown',
      from: name,
    }
  })
}

const snake = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()

const metricName = (name: string): string => {
  const clean = name.replace(/[^a-zA-Z0-9_:]/g, '_').slice(0, 200)
  return /^[a-zA-Z_:]/.test(clean) ? clean : `_${clean}`
}

/** Two that become one name are one: the first keeps it, and the others are told apart by a number. */
const labelsOf = (labels: Readonly<Record<string, string>>): readonly (readonly [string, string])[] => {
  const named = new Map<string, string>()
  for (const [label, text] of Object.entries(labels)) {
    if (text === '') continue
    const clean = label.replace(/[^a-zA-Z0-9_]/g, '_').slice(0, 100)
    // Those that begin with two lines are for the inner use of Prometheus.
    const name = (/^[a-zA-Z_]/.test(clean) ? clean : `_${clean}`).replace(/^__+/, '_') || '_'
    let free = name
    for (let n = 2; named.has(free); n++) free = `${name.replace(/_$/, '')}_${n}`
    named.set(free, text.slice(0, mostText).toWellFormed())
  }
  return [...named].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Names one series. */
export const seriesKey = ({ name, labels }: Pick<PrometheusSample, 'name' | 'labels'>): string =>
  JSON.stringify([name, labels])
