/**
 * Who seals the blocks of a network. Numbers are in order of address, which is the order of turns in Clique, and stay
 * for longer than the blocks that are drawn; this browser keeps them, since no node says who should seal.
 */
import type { BlockRow } from '@netstats/protocol/feed'
import { isNobody } from '../format/chain.ts'

export interface KnownSealer {
  readonly address: string
  /** Given once, in order of address among those first seen together. */
  readonly number: number
  /** Height of their newest block. */
  readonly last: number
}

/** Heights after which one that seals nothing is forgotten: a day of blocks every four seconds. */
export const keptHeights = 20_000
export const maxKnown = 64
/** A head that falls by more than any reorganisation belongs to a restarted chain. */
const deepestFall = 1000

/** The sealers known after these blocks; the same list where nothing changed. */
export function learnSealers(known: readonly KnownSealer[], blocks: readonly BlockRow[]): readonly KnownSealer[] {
  const latest = new Map<string, number>()
  for (const { miner, number, canonical } of blocks) {
    if (miner !== null && !isNobody(miner) && canonical) latest.set(miner, Math.max(number, latest.get(miner) ?? 0))
  }
  const head = Math.max(...blocks.map((block) => block.number))
  if (latest.size === 0) return known
  const kept = known
    .filter(({ last }) => last - head <= deepestFall && head - last <= keptHeights)
    .map((one) => ({ ...one, last: Math.max(one.last, latest.get(one.address) ?? 0) }))
  const numbers = kept.map(({ number }) => number)
  const strangers = [...latest.keys()].filter((address) => kept.every((one) => one.address !== address)).toSorted()
  const first = Math.max(0, ...numbers) + 1
  const come = strangers
    .slice(0, Math.max(0, maxKnown - kept.length))
    .map((address, i) => ({ address, number: first + i, last: latest.get(address) ?? head }))
  const next = [...kept, ...come]
  return isSame(known, next) ? known : next
}

const isSame = (a: readonly KnownSealer[], b: readonly KnownSealer[]): boolean =>
  a.length === b.length && a.every((one, i) => one.address === b[i]?.address && one.last === b[i]?.last)

/** The stored list; empty where it is not valid. */
export function readSealers(text: string | null): readonly KnownSealer[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(value) ? value.filter(isKnown).slice(0, maxKnown) : []
  } catch {
    return []
  }
}

const isKnown = (value: unknown): value is KnownSealer => {
  const { address, number, last } = (value ?? {}) as Partial<KnownSealer>
  return typeof address === 'string' && address.length <= 100 && isWhole(number) && number > 0 && isWhole(last)
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

export interface Lane {
  /** Undefined for the lane of all others. */
  readonly address: string | undefined
  readonly number: number
  /** Place from the top, from 0. */
  readonly row: number
  /** Canonical blocks in the window. */
  readonly blocks: number
  /** Of one that sealed none of these: height of its newest block that was seen. */
  readonly silentSince?: number
}

export interface Sealers {
  readonly lanes: readonly Lane[]
  /** True where no reporter said who sealed. */
  readonly unknown: boolean
  /** Number 0 without a lane. */
  laneOf(address: string | null): Lane
}

export const maxLanes = 24
const tones = 8

/** The tone of a number; there are fewer of them. */
export const toneOf = (number: number): number => (number === 0 ? 0 : ((number - 1) % tones) + 1)

const nameOf = (miner: string | null): string => (miner === null || isNobody(miner) ? '' : miner)

/** `known` has numbers; with `silent` also those have a lane that sealed none of the blocks. */
export function arrangeSealers(
  blocks: readonly BlockRow[],
  known: readonly KnownSealer[] = [],
  silent = true,
): Sealers {
  const counts = new Map<string, number>()
  const named = blocks.filter((b) => !isNobody(b.miner))
  // A genesis block names nobody; where all blocks do, they share one lane, so that blocks are drawn at all.
  for (const { miner, canonical } of named.length > 0 ? named : blocks)
    counts.set(nameOf(miner), (counts.get(nameOf(miner)) ?? 0) + (canonical ? 1 : 0))
  // Sealers of nothing but forks are not remembered.
  const numbered = new Map(learnSealers(known, named).map((one) => [one.address, one]))
  let last = Math.max(0, ...[...numbered.values()].map(({ number }) => number))
  const strangers = [...counts.keys()].filter((name) => !numbered.has(name)).toSorted()
  const all = [
    ...[...numbered.values()].filter(({ address }) => silent || counts.has(address)),
    ...strangers.map((address) => ({ address, number: ++last, last: 0 })),
  ].toSorted((a, b) => a.number - b.number)
  const own = all.slice(0, all.length > maxLanes ? maxLanes - 1 : maxLanes)
  const lanes: Lane[] = own.map(({ address, number, last }, row) => ({
    address,
    number,
    row,
    blocks: counts.get(address) ?? 0,
    ...(counts.has(address) ? {} : { silentSince: last }),
  }))
  const rest = all.slice(own.length)
  if (rest.length > 0) {
    const sum = rest.reduce((total, { address }) => total + (counts.get(address) ?? 0), 0)
    lanes.push({ address: undefined, number: rest[0]?.number ?? 0, row: lanes.length, blocks: sum })
  }
  const byAddress = new Map(lanes.map((lane) => [lane.address, lane]))
  const nobody: Lane = { address: undefined, number: 0, row: -1, blocks: 0 }
  return {
    lanes,
    unknown: lanes.length > 0 && named.length === 0 && lanes.every((lane) => isNobody(lane.address)),
    laneOf: (address) =>
      byAddress.get(nameOf(address)) ?? (isNobody(address) ? nobody : (byAddress.get(undefined) ?? nobody)),
  }
}
