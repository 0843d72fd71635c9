/** Says what `read-details.ts` reads: numbers as metrics, peers that come and go and the chain's forks as log lines. */
import type { Log, Metric } from '@netstats/protocol'
import { programOf } from './read-details.ts'
import type { Details, Peer } from './read-details.ts'

export interface DetailsState {
  /** Peers at the last look, by id; undefined before the first. */
  peers: ReadonlyMap<string, Peer> | undefined
  /** The chain configuration that was told last. */
  config: string | undefined
}

export interface Told {
  readonly metrics: readonly Metric[]
  readonly logs: readonly Log[]
}

/** Peers that have a line of their own at one look; the number of all is a metric. */
const mostTold = 50
const info = 6
/** Programs that peers are counted by; more are counted together. */
const mostPrograms = 20

const metric = (name: string, value: number, labels?: Readonly<Record<string, string>>): Metric => ({
  name: `ethereum.${name}`,
  value,
  ...(labels === undefined ? {} : { labels }),
})

/** Numbers of peers by direction and by program. Those that were there before are told as zero when they are not any more. */
const peerMetrics = (peers: readonly Peer[], before: ReadonlyMap<string, Peer> | undefined): readonly Metric[] => {
  const programs = new Map<string, number>()
  for (const { client } of before?.values() ?? []) programs.set(programOf(client), 0)
  for (const { client } of peers) programs.set(programOf(client), (programs.get(programOf(client)) ?? 0) + 1)
  const sorted = [...programs].toSorted(([, a], [, b]) => b - a)
  const others = sorted.slice(mostPrograms).reduce((sum, [, n]) => sum + n, 0)
  const counted = [...sorted.slice(0, mostPrograms), ...(others > 0 ? [['other', others] as const] : [])]
  const towards = (direction: Peer['direction']): number => peers.filter((one) => one.direction === direction).length
  return [
    metric('peers', towards('in'), { direction: 'in' }),
    metric('peers', towards('out'), { direction: 'out' }),
    ...counted.map(([client, n]) => metric('peersByClient', n, { client })),
  ]
}

const peerLog = ({ id, client, direction }: Peer, event: 'peer-connected' | 'peer-disconnected'): Log => ({
  severity: info,
  source: 'ethereum',
  component: 'peers',
  message: event === 'peer-connected' ? `peer connected: ${client ?? 'unknown'}` : `peer gone: ${client ?? 'unknown'}`,
  fields: {
    event,
    enode: id,
    ...(client === undefined ? {} : { client }),
    ...(direction === undefined ? {} : { direction }),
  },
})

const configLog = (config: NonNullable<Details['config']>, genesis: string | undefined): Log => {
  const { chainId, forkId, since, next } = config
  const text = (value: string | number | undefined): string | undefined => value?.toString()
  const fields = {
    event: 'chain-configuration',
    chainId,
    genesis,
    forkId,
    since: text(since),
    nextForkId: next?.forkId,
    nextForkAt: text(next?.at),
  }
  const known = Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return {
    severity: info,
    source: 'ethereum',
    component: 'chain',
    message: next === undefined ? 'chain configuration' : 'chain configuration, with a fork to come',
    fields: Object.fromEntries(known),
  }
}

/** What is new since the last look. The first tells of no peer as one that came: nobody knows when it did. */
export const tellDetails = (state: DetailsState, details: Details, genesis: string | undefined): Told => {
  const metrics: Metric[] = []
  const logs: Log[] = []
  const { peers, pool, finalized, safe, config } = details
  if (peers !== undefined) {
    const now = new Map(peers.map((one) => [one.id, one]))
    const { peers: before } = state
    metrics.push(...peerMetrics(peers, before))
    if (before !== undefined) {
      const came = peers.filter(({ id }) => !before.has(id)).map((one) => peerLog(one, 'peer-connected'))
      const went = [...before.values()].filter(({ id }) => !now.has(id)).map((one) => peerLog(one, 'peer-disconnected'))
      logs.push(...[...went, ...came].slice(0, mostTold))
    }
    state.peers = now
  }
  if (pool !== undefined)
    metrics.push(
      metric('txpool', pool.pending, { state: 'pending' }),
      metric('txpool', pool.queued, { state: 'queued' }),
    )
  if (finalized !== undefined) metrics.push(metric('finalizedBlock', finalized))
  if (safe !== undefined) metrics.push(metric('safeBlock', safe))
  if (config !== undefined) {
    if (config.next?.at !== undefined) metrics.push(metric('nextForkAt', config.next.at))
    const log = configLog(config, genesis)
    const said = JSON.stringify(log.fields)
    if (said !== state.config) logs.push(log)
    state.config = said
  }
  return { metrics, logs }
}
