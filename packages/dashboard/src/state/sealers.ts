/**
 * Who sealed the newest blocks, in lanes. Lanes are in order of address, which is the order in which Clique takes turns:
 * a healthy network draws a saw-tooth, a missed turn breaks it. The last lane holds everybody else where there are many.
 */
import type { BlockRow } from '@netstats/protocol/feed'
import { isNobody } from '../format/chain.ts'

export interface Lane {
  /** Undefined for the lane of everybody else. */
  readonly address: string | undefined
  readonly number: number
  /** Canonical blocks in the window. */
  readonly blocks: number
}

export interface Sealers {
  readonly lanes: readonly Lane[]
  /** True where no reporter said who sealed. */
  readonly unknown: boolean
  /** Number 0 for who has no lane. */
  laneOf(address: string): Lane
}

export const maxLanes = 8

export function arrangeSealers(blocks: readonly BlockRow[]): Sealers {
  const counts = new Map<string, number>()
  const named = blocks.filter((b) => !isNobody(b.miner))
  // A genesis block names nobody; where all blocks do, nobody has a lane, so that blocks are drawn at all.
  for (const { miner, canonical } of named.length > 0 ? named : blocks)
    counts.set(miner, (counts.get(miner) ?? 0) + (canonical ? 1 : 0))
  const byWork = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  const own = byWork.slice(0, byWork.length > maxLanes ? maxLanes - 1 : maxLanes).sort((a, b) => (a[0] < b[0] ? -1 : 1))
  const lanes: Lane[] = own.map(([address, blocks], i) => ({ address, number: i + 1, blocks }))
  const rest = byWork.slice(own.length)
  if (rest.length > 0) {
    lanes.push({ address: undefined, number: lanes.length + 1, blocks: rest.reduce((sum, [, n]) => sum + n, 0) })
  }
  const byAddress = new Map(lanes.map((lane) => [lane.address, lane]))
  const nobody: Lane = { address: undefined, number: 0, blocks: 0 }
  return {
    lanes,
    unknown: lanes.length > 0 && lanes.every((lane) => isNobody(lane.address)) && rest.length === 0,
    laneOf: (address) => byAddress.get(address) ?? byAddress.get(undefined) ?? nobody,
  }
}
