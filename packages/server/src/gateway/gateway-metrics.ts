/** What a process that takes in agents counts and measures. */
import type { Admission } from '../net/admission.ts'
import type { HttpFault } from '../net/upgrades.ts'
import type { MetricsRegistry } from '../telemetry/registry.ts'
import type { EthstatsEndpoint } from './ethstats/ethstats-endpoint.ts'
import type { NetstatsEndpoint } from './netstats/netstats-endpoint.ts'

export interface GatewayParts {
  readonly ethstats: Pick<EthstatsEndpoint, 'protocol' | 'queue'>
  readonly netstats: Pick<NetstatsEndpoint, 'counts' | 'states' | 'credit' | 'memo'>
  readonly admission: Pick<Admission, 'connections' | 'addresses'>
  readonly faults: Readonly<Record<HttpFault, number>>
}

export const registerGatewayMetrics = (registry: MetricsRegistry, parts: GatewayParts): void => {
  const { ethstats, netstats, admission, faults } = parts
  const { queue } = ethstats
  registerEthstatsMetrics(registry, ethstats)
  registerNetstatsMetrics(registry, netstats)
  registry.gauge('queue_items', 'Frames that wait for their turn.', [], () => queue.items)
  registry.gauge('queue_bytes', 'Bytes of frames that wait for their turn.', [], () => queue.bytes)
  registry.counter('queue_shed_total', 'Frames given up, by class and reason.', ['class', 'reason'], () => queue.sheds)
  registry.gauge('connections', 'WebSockets of all kinds.', [], () => admission.connections)
  registry.gauge('addresses', 'Addresses watched for their connection rate.', [], () => admission.addresses)
  registry.counter('http_faults_total', 'Malformed or refused requests, by reason.', ['reason'], () => faults)
}

const registerEthstatsMetrics = (registry: MetricsRegistry, { protocol }: GatewayParts['ethstats']): void => {
  const { counts } = protocol
  registry.gauge('ethstats_sessions', 'Connections of native clients by state.', ['state'], () => protocol.states)
  registry.gauge('ethstats_clients', 'Logged-in nodes by client.', ['client'], () => counts.clients)
  registry.counter('ethstats_frames_total', 'Frames by event.', ['event'], () => counts.events)
  registry.counter('ethstats_received_bytes_total', 'Payload bytes received.', [], () => counts.bytes)
  registry.counter(
    'ethstats_bad_frames_total',
    'Frames not understood or not allowed, by code.',
    ['code'],
    () => counts.badFrames,
  )
  registry.counter('ethstats_logins_total', 'Logins accepted.', [], () => counts.logins)
  registry.counter(
    'ethstats_refused_total',
    'Connections and logins refused, by reason.',
    ['reason'],
    () => counts.refused,
  )
  registry.counter('ethstats_ended_total', 'Sessions that ended, by reason.', ['reason'], () => counts.ended)
  registry.counter('ethstats_history_requests_total', 'Requests for missing blocks.', [], () => counts.historyRequests)
  registry.counter('ethstats_history_blocks_total', 'Blocks received as history.', [], () => counts.historyBlocks)
  registry.counter(
    'ethstats_block_memo_total',
    'Block frames recognised by their text, and those parsed.',
    ['result'],
    () => ({ hit: protocol.blockMemo.hits, miss: protocol.blockMemo.misses }),
  )
}

const registerNetstatsMetrics = (registry: MetricsRegistry, netstats: GatewayParts['netstats']): void => {
  const { counts } = netstats
  registry.gauge('netstats_sessions', 'Connections of agents by state.', ['state'], () => netstats.states)
  registry.counter('netstats_logins_total', 'Logins accepted.', [], () => counts.logins)
  registry.counter('netstats_refused_total', 'Logins refused, by reason.', ['reason'], () => counts.refused)
  registry.counter('netstats_ended_total', 'Sessions that ended, by reason.', ['reason'], () => counts.ended)
  registry.counter('netstats_bad_frames_total', 'Malformed and out of turn, by code.', ['code'], () => counts.faults)
  registry.counter('netstats_nacks_total', 'Batches sent back, by reason.', ['reason'], () => counts.nacks)
  registry.counter('netstats_frames_total', 'Frames received.', [], () => counts.frames)
  registry.counter('netstats_received_bytes_total', 'Payload bytes received.', [], () => counts.bytes)
  registry.counter('netstats_batches_total', 'Batches received.', [], () => counts.batches)
  registry.counter('netstats_observations_total', 'Observations received, also again.', [], () => counts.observations)
  registry.counter('netstats_snapshots_total', 'Snapshots received.', [], () => counts.snapshots)
  registry.counter(
    'netstats_throttled_total',
    'Times an agent was not read from because it sends more than it may.',
    [],
    () => counts.throttled,
  )
  registry.counter('netstats_acks_total', 'Acknowledgements; several may leave as one.', [], () => counts.acks)
  registry.gauge(
    'netstats_window_observations',
    'Observations that may be in flight.',
    [],
    () => netstats.credit.window,
  )
  registry.gauge('netstats_in_flight_observations', 'Observations in flight.', [], () => netstats.credit.inFlight)
}
