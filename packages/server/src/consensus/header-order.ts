/**
 * Brings the headers of a network into the order of their chain. A header whose parent is not there waits; what lies between is
 * asked for by number. Pure, and bounded whatever comes.
 *
 *     offer ──► parent known? ──► ready, in the order of the chain
 *                 └─► waits ──► wanted(): the heights below the lowest that waits
 */
import type { Header } from '@netstats/consensus'

export type Offered = 'ready' | 'waits' | 'repeated' | 'outOfRange' | 'dropped'

export interface Incoming {
  readonly header: Header
  /** The node that gave it. */
  readonly node: string
}

export interface HeaderOrder {
  offer(incoming: Incoming): Offered
  /** The next one to conclude; its parent was concluded before, or is given up. */
  next(): Incoming | undefined
  /** It was concluded: what waits for it is ready. */
  concluded(header: Header): void
  /** Heights that are lacking, ascending. Asked once a second; what does not come for long is given up. */
  wanted(): readonly number[]
  readonly size: number
  readonly hasReady: boolean
  /** Forgets all that waits. */
  clear(): void
  /** How many were given up because their parent did not come. */
  readonly orphaned: number
}

export interface HeaderOrderOptions {
  /** Whether a block was concluded. */
  readonly isKnown: (hash: string) => boolean
  /** The network's height; undefined where it is not known. */
  readonly height: () => number | undefined
  /** Where to begin so that the block can be judged: at an epoch, or some blocks before. */
  readonly startFor: (header: Header) => number
}

/** Headers that wait for their parents, and how many of them one node may have there. */
const mostWaiting = 512
const mostOfNode = 256
/** Headers to conclude. While there are many no more are asked for. */
const mostReady = 512
const calm = 100
/** A node may be so far ahead of what the server knows. */
const mostAhead = 64
/** No reorganisation goes deeper. */
const mostBelow = 1024
/** Looks, one a second, without progress before the parent is given up. */
const patience = 20
/** Heights asked for at a time. */
const mostWanted = 100
/** A longer way is not gone: the chain is begun again nearer to its head. */
export const longestWay = 30_000

// oxlint-disable-next-line max-lines-per-function -- the steps of a header go over the same three collections
export const createHeaderOrder = ({ isKnown, height, startFor }: HeaderOrderOptions): HeaderOrder => {
  const waiting = new Map<string, Incoming & { readonly since: number }>()
  const children = new Map<string, Set<string>>()
  const perNode = new Map<string, number>()
  const ready: Incoming[] = []
  const coming = new Set<string>()
  let newest: number | undefined
  let start: number | undefined
  let looks = 0
  let stuck = { next: -1, since: 0 }
  let orphaned = 0

  const makeReady = (incoming: Incoming): Offered => {
    if (ready.length >= mostReady) return 'dropped'
    ready.push(incoming)
    coming.add(incoming.header.hash)
    return 'ready'
  }
  const leave = (incoming: Incoming): void => {
    const { header, node } = incoming
    waiting.delete(header.hash)
    const siblings = children.get(header.parentHash)
    siblings?.delete(header.hash)
    if (siblings?.size === 0) children.delete(header.parentHash)
    const left = (perNode.get(node) ?? 1) - 1
    if (left === 0) perNode.delete(node)
    else perNode.set(node, left)
  }
  const extreme = (
    isBeyond: (a: number, b: number) => boolean,
    fits: (number: number) => boolean = () => true,
  ): Incoming | undefined => {
    let found: Incoming | undefined
    for (const one of waiting.values())
      if (!fits(one.header.number)) continue
      else if (found === undefined || isBeyond(one.header.number, found.header.number)) found = one
    return found
  }

  const wait = (incoming: Incoming): Offered => {
    const { header, node } = incoming
    if ((perNode.get(node) ?? 0) >= mostOfNode) return 'dropped'
    if (waiting.size >= mostWaiting) {
      // The way begins below: what is far up comes again.
      const highest = extreme((a, b) => a > b)
      if (highest === undefined || highest.header.number <= header.number) return 'dropped'
      leave(highest)
    }
    waiting.set(header.hash, { ...incoming, since: looks })
    children.set(header.parentHash, (children.get(header.parentHash) ?? new Set()).add(header.hash))
    perNode.set(node, (perNode.get(node) ?? 0) + 1)
    return 'waits'
  }

  const isInRange = (number: number): boolean => {
    const top = height()
    // Of a network whose height nobody has told nothing can be said.
    if (top === undefined || number > top + mostAhead) return false
    return newest === undefined || number > newest - mostBelow
  }

  /** Those on other branches whose parents did not come. */
  const dropOrphans = (): void => {
    for (const one of Array.from(waiting.values())) {
      if (one.header.number > (newest ?? -1) || looks - one.since < patience) continue
      leave(one)
      orphaned++
    }
  }

  /** Goes on without what does not come: what follows it is taken as it is. */
  const skipGap = (next: number): void => {
    const first = extreme(
      (a, b) => a < b,
      (number) => number >= next,
    )
    if (first === undefined) return
    leave(first)
    if (first.header.number > (height() ?? -1) || makeReady(first) !== 'ready') orphaned++
  }

  /** From the newest that was concluded to the highest that waits, whatever waits between: not all of it needs to fit. */
  const gapBelow = (highest: Header): readonly number[] => {
    if (start === undefined) return []
    if (highest.number - (newest ?? start) > longestWay) {
      newest = undefined
      start = startFor(highest)
    }
    const next = newest === undefined ? start : newest + 1
    if (stuck.next !== next) stuck = { next, since: looks }
    if (looks - stuck.since >= patience) {
      stuck = { next, since: looks }
      skipGap(next)
      return []
    }
    return Array.from({ length: Math.max(0, Math.min(mostWanted, highest.number - next)) }, (_, index) => next + index)
  }

  return {
    offer(incoming) {
      const { header } = incoming
      const { hash, parentHash, number } = header
      if (isKnown(hash) || waiting.has(hash) || coming.has(hash)) return 'repeated'
      if (!isInRange(number)) return 'outOfRange'
      start ??= startFor(header)
      const isBeginning = newest === undefined && ready.length === 0 && number === start
      return isBeginning || isKnown(parentHash) ? makeReady(incoming) : wait(incoming)
    },
    next() {
      const incoming = ready.shift()
      if (incoming !== undefined) coming.delete(incoming.header.hash)
      return incoming
    },
    concluded({ hash, number }) {
      newest = Math.max(newest ?? 0, number)
      for (const child of Array.from(children.get(hash) ?? [])) {
        const incoming = waiting.get(child)
        if (incoming === undefined) continue
        leave(incoming)
        makeReady(incoming)
      }
    },
    wanted() {
      looks++
      if (ready.length > calm) return []
      dropOrphans()
      const highest = extreme((a, b) => a > b)
      if (highest === undefined) return []
      const gap = gapBelow(highest.header)
      if (gap.length > 0) return gap
      // On another branch: its parent is asked for.
      const orphan = extreme((a, b) => a < b)
      return orphan === undefined || orphan.header.number === 0 ? [] : [orphan.header.number - 1]
    },
    clear() {
      waiting.clear()
      children.clear()
      perNode.clear()
      ready.length = 0
      coming.clear()
    },
    get size() {
      return waiting.size + ready.length
    },
    get hasReady() {
      return ready.length > 0
    },
    get orphaned() {
      return orphaned
    },
  }
}
