/** Observations as numbers with names and labels, which is what StatsD, InfluxDB, Prometheus and their like know. */
import type { Observation } from '@netstats/protocol'

/** One number. Its time is the observation's. */
export interface Sample {
  /** As the history and the API call it: `peers`, `host.cpuShare`, `block.number`, or a metric's own name. */
  readonly name: string
  /** Finite. */
  readonly value: number
  /** What the metric itself says to tell values of one name apart. */
  readonly labels: Readonly<Record<string, string>>
}

const none = {}

/** Numbers and truths of a body under their own names, after a prefix. */
const fields = (body: object, prefix: string, names?: readonly string[]): Sample[] =>
  Object.entries(body).flatMap(([name, said]) => {
    if (names !== undefined && !names.includes(name)) return []
    const value = typeof said === 'bigint' || typeof said === 'boolean' ? Number(said) : said
    return typeof value === 'number' && Number.isFinite(value) ? [{ name: prefix + name, value, labels: none }] : []
  })

const ofBlocks = [
  'number',
  'timestamp',
  'gasUsed',
  'gasLimit',
  'difficulty',
  'transactions',
  'uncles',
  'baseFeePerGas',
  'size',
]

/** The numbers an observation holds; empty for those that hold none, such as logs. Blocks asked for afterwards are no news of the head. */
export const samplesOf = (observation: Observation): readonly Sample[] => {
  switch (observation.kind) {
    case 'metric': {
      const { name, value, labels = none } = observation.body
      return [{ name, value, labels }]
    }
    case 'host':
      return fields(observation.body, 'host.')
    case 'node-stats':
    case 'pending':
    case 'latency':
      return fields(observation.body, '')
    case 'block':
      return observation.body.historical === true ? [] : fields(observation.body, 'block.', ofBlocks)
    case 'block-processing':
      return fields(observation.body, '', ['processingMs'])
    case 'gap': {
      const { dropped, reason, class: of } = observation.body
      return [{ name: 'gap.dropped', value: dropped, labels: { reason, class: of } }]
    }
    case 'node-info':
    case 'head-event':
    case 'log':
    case 'alarm':
    case 'header':
      return []
    default:
      // A kind that a later version of the protocol knows.
      return []
  }
}

/** Kinds that `samplesOf` finds numbers in. */
export const sampleKinds = [
  'metric',
  'host',
  'node-stats',
  'pending',
  'latency',
  'block',
  'block-processing',
  'gap',
] as const
