/** Follows the headers of one network: order, rules, what is on the chain of the head. */
import { HeaderError, createChain, engineOf, parseHeader } from '@netstats/consensus'
import type { Chain, Facts, Header } from '@netstats/consensus'
import { fullHeader } from '@netstats/protocol'
import type { Header as HeaderBody } from '@netstats/protocol'
import { createBoundedMap } from '@netstats/sdk/limits'
import type { WorkSteps } from '../lib/work-steps.ts'
import { createCanonicalWindow } from './canonical-window.ts'
import type { CanonicalWindow, ConcludedBlock } from './canonical-window.ts'
import type { HeaderCounts, UnfitHeader } from './consensus-model.ts'
import { createHeaderOrder } from './header-order.ts'
import type { HeaderOrder } from './header-order.ts'
import { rulesOf } from './networks-config.ts'
import type { NetworkConfig } from './networks-config.ts'
import { createSideBlocks } from './side-blocks.ts'
import type { SideBlocks } from './side-blocks.ts'

/** What a tracker asks the live state of its network. */
export interface LiveChain {
  height(): number | undefined
  headHash(): string | undefined
  isCanonical(hash: string): boolean
  /** As nodes report blocks. */
  parentOf(hash: string): string | undefined
}

export interface NetworkTracker {
  /** A header as a node told it. */
  take(body: HeaderBody, node: string): void
  /** Concludes what is ready, a signature a step. */
  work(): WorkSteps
  readonly hasWork: boolean
  /** The head of the network may be another one. */
  headChanged(): void
  readonly told: NetworkConfig | undefined
  readonly chain: Chain
  readonly order: HeaderOrder
  readonly window: CanonicalWindow
  readonly sides: SideBlocks
  readonly counts: HeaderCounts
  readonly unfit: readonly UnfitHeader[]
  /** A header of an engine of proof of authority has come. */
  readonly isRelevant: boolean
}

const keptBlocks = 2048
const mostUnfit = 20
/** Blocks before the first one that are looked at where every header has its validators. */
const backBlocks = 512
/** Blocks below the head that are looked through for one whose header has come. */
const mostBehind = 16
const assumedEpoch = 30_000

export const noHeaders = (): HeaderCounts => ({
  taken: 0,
  repeated: 0,
  mismatched: 0,
  faulty: 0,
  unreadable: 0,
  plain: 0,
  outOfRange: 0,
  orphaned: 0,
  dropped: 0,
})

export const epochOf = (told: NetworkConfig | undefined): number => told?.epoch ?? assumedEpoch

/** Clique's signers are those of an epoch's first block and the votes since. */
const startFor = (told: NetworkConfig | undefined, header: Header): number => {
  const { number } = header
  const engine = told?.engine ?? engineOf(header)
  return engine === 'clique' ? number - (number % epochOf(told)) : Math.max(0, number - backBlocks)
}

// oxlint-disable-next-line max-lines-per-function -- what becomes of a header, from its arrival to the window, counts into the same numbers
export const createNetworkTracker = (
  told: NetworkConfig | undefined,
  live: LiveChain,
  now: () => number,
): NetworkTracker => {
  const chain = createChain({ ...rulesOf(told), keep: keptBlocks })
  const blocks = createBoundedMap<string, ConcludedBlock>(keptBlocks)
  const sides = createSideBlocks()
  const window = createCanonicalWindow((hash) => blocks.get(hash))
  const counts = noHeaders()
  const unfit: UnfitHeader[] = []
  const order = createHeaderOrder({
    isKnown: (hash) => blocks.has(hash),
    height: () => live.height(),
    startFor: (header) => startFor(told, header),
  })
  let isRelevant = told?.engine !== undefined

  const noteUnfit = (facts: Pick<Facts, 'number' | 'hash'>, reason: UnfitHeader['reason'], node: string): void => {
    unfit.unshift({ number: facts.number, hash: facts.hash, reason, node })
    if (unfit.length > mostUnfit) unfit.pop()
  }

  const parse = (body: HeaderBody): Header | undefined => {
    try {
      return parseHeader(fullHeader(body))
    } catch (error) {
      if (!(error instanceof HeaderError)) throw error
      counts.unreadable++
      return undefined
    }
  }

  const take: NetworkTracker['take'] = (body, node) => {
    if (blocks.has(body.hash)) {
      counts.repeated++
      return
    }
    const header = parse(body)
    if (header === undefined) return
    const engine = engineOf(header)
    if (engine === undefined) {
      counts.mismatched++
      return noteUnfit(header, 'hash', node)
    }
    if (engine !== 'plain') isRelevant = true
    else if (!isRelevant) {
      counts.plain++
      return
    }
    if (!sides.hasRoom(header.number) && !live.isCanonical(header.hash)) {
      counts.dropped++
      return
    }
    const offered = order.offer({ header, node })
    if (offered !== 'ready' && offered !== 'waits') counts[offered]++
  }

  const settle = (header: Header, facts: Facts, node: string): void => {
    if (!facts.hashMatches || facts.fault !== undefined) {
      if (facts.hashMatches) counts.faulty++
      else counts.mismatched++
      return noteUnfit(facts, facts.fault ?? 'hash', node)
    }
    counts.taken++
    sides.add(facts, now())
    blocks.set(header.hash, { facts, timestamp: header.timestamp })
    order.concluded(header)
    headChanged()
  }

  const headChanged = (): void => {
    let hash = live.headHash()
    // Its header comes a little after it: till then the newest one below it counts.
    for (let steps = 0; hash !== undefined && !blocks.has(hash) && steps < mostBehind; steps++)
      hash = live.parentOf(hash)
    if (hash !== undefined) window.follow(hash)
  }

  return {
    take,
    *work() {
      for (let incoming = order.next(); incoming !== undefined; incoming = order.next()) {
        const { header, node } = incoming
        settle(header, yield* chain.addInSteps(header), node)
        yield
      }
    },
    get hasWork() {
      return order.hasReady
    },
    headChanged,
    told,
    chain,
    order,
    window,
    sides,
    counts,
    unfit,
    get isRelevant() {
      return isRelevant
    },
  }
}
