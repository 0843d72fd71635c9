import { checkLimit, checkTime } from '../checks.ts'
import { momentHeadMs, momentSampleMs, momentSightingsMs } from '../moment-rules.ts'
import type { Moment, MomentQuery, NodeMoment } from '../store.ts'
import { blocksAt } from './blocks.ts'
import { groupBy, lastOf, newestOf } from './data.ts'
import type { Data, Row } from './data.ts'

type Sample = NodeMoment['sample']
const sampleColumns = [
  'active',
  'syncing',
  'mining',
  'hashrate',
  'peers',
  'gasPrice',
  'reportedUptime',
  'latencyMs',
  'roundTripMs',
  'pending',
  'processingMs',
] as const satisfies readonly (keyof Sample)[]

export const moment = (data: Data, query: MomentQuery): Moment => {
  checkTime('at', query.at)
  checkLimit(query.blocks, 'blocks')
  checkLimit(query.sightings, 'sightings')
  const { network, at } = query
  const known = <R extends { readonly network: number; readonly at: number }>(rows: readonly R[]): readonly R[] =>
    rows.filter((row) => row.network === network && row.at <= at)

  const blockRows = known(data.block)
  const newestBlockAt = lastOf(blockRows)?.at ?? at
  const byNode = <R extends { readonly node: number }>(rows: readonly R[]): ReadonlyMap<number, readonly R[]> =>
    groupBy(rows, (row) => row.node)
  const infos = byNode(known(data.nodeInfo))
  const states = byNode(known(data.nodeState))
  const samples = byNode(known(data.nodeSample).filter((row) => row.at > at - momentSampleMs))
  const seen = known(data.blockSeen)
  const heads = byNode(seen.filter((row) => row.at > newestBlockAt - momentHeadMs))

  const nodeMoment = (node: number): NodeMoment => {
    const info = newestOf(infos.get(node) ?? []) ?? null
    const state = newestOf(states.get(node) ?? []) ?? null
    const own = samples.get(node) ?? []
    const head = lastOf(heads.get(node) ?? [])
    const times = [info?.at, state?.at, lastOf(own)?.at, head?.at].filter((time) => time !== undefined)
    return {
      node,
      info,
      state,
      lastSeenAt: times.length === 0 ? null : Math.max(...times),
      sample: Object.fromEntries(
        sampleColumns.map((name) => [name, lastOf(own.filter((row) => row[name] !== null))?.[name] ?? null]),
      ) as unknown as Sample,
      block: head ? { at: head.at, number: head.number, hash64: head.hash64, delayMs: head.delayMs } : null,
    }
  }
  const dictionary = data.node.filter((row) => row.network === network && row.firstSeenAt <= at).map((row) => row.key)
  const nodes = new Set([...dictionary, ...infos.keys(), ...states.keys(), ...samples.keys(), ...heads.keys()])

  const heights = [...new Set(blockRows.map((row) => row.number))].sort((a, b) => b - a)
  const shown = new Set(heights.slice(0, query.blocks))
  const seenHeights = new Set(heights.slice(0, query.sightings))
  const sights: readonly Row<'blockSeen'>[] = seen
    .filter((row) => row.at > newestBlockAt - momentSightingsMs && seenHeights.has(row.number))
    .toSorted((a, b) => a.at - b.at || a.node - b.node)
  return {
    network,
    at,
    nodes: [...nodes].sort((a, b) => a - b).map(nodeMoment),
    blocks: blocksAt(data, network, at).filter((block) => shown.has(block.number)),
    sightings: {
      rows: sights.length,
      node: Uint32Array.from(sights, (row) => row.node),
      number: Float64Array.from(sights, (row) => row.number),
      hash64: BigUint64Array.from(sights, (row) => row.hash64),
      delayMs: Float64Array.from(sights, (row) => row.delayMs ?? Number.NaN),
      at: Float64Array.from(sights, (row) => row.at),
    },
  }
}
