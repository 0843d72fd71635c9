/**
 * Which missing heights to request from which session. As in the classic server, a session gets a request right after it
 * reported its latency; it has one at a time, and few sessions of a network have one at once. Block 0 comes first: its hash
 * tells networks with the same id apart.
 */
import type { Block } from '@netstats/protocol'
import type { NetworkView } from '../shard/shard-model.ts'
import { createRequestSizes } from './request-sizes.ts'
import { createBoundedMap } from '@netstats/sdk/limits'
import type { BoundedMap } from '@netstats/sdk/limits'

/** What the scheduler keeps of a session. */
export interface BackfillState {
  readonly id: string
  /** The node the core has it for. */
  readonly node: string
  /** Key of the network the core put it in. */
  network: string
  /** Most blocks it answers with at a time; 0 where it cannot answer. */
  readonly historyBatch: number
  /** Heights requested and not yet answered. */
  requested: readonly number[] | undefined
  requestedAt: number
  genesisRequested: boolean
  backfillFailures: number
}

export interface BackfillLimits {
  readonly timeoutMs: number
  readonly sessionsPerNetwork: number
}

export interface BackfillScheduler<S extends BackfillState> {
  /** Heights to request from this session now, ascending; undefined for none. */
  next(session: S, view: NetworkView | undefined, now: number): readonly number[] | undefined
  /** Takes in a response; gives the genesis block where it was requested and came. */
  response(session: S, blocks: readonly Block[]): Block | undefined
  /** The session ended, perhaps because its response was larger than a frame may be. */
  left(session: S): void
  /** Gives up on responses that did not come; says how many. */
  expire(now: number): number
  readonly outstanding: number
}

interface NetworkRequests<S> {
  readonly sessions: Set<S>
  /** Height → how often it was requested in vain. Pruned nodes do not have everything. */
  readonly tries: BoundedMap<number, number>
  /** Nothing was missing at the last check: check again then. */
  checkAt: number
}

const triesPerHeight = 3
const checkEveryMs = 2000
const maxRemembered = 10_000
const maxNetworks = 2000
/** A session that failed as often in a row gets no request before its next login. */
const maxFailures = 2
const genesis: readonly number[] = [0]

/** It is on another branch than the head: its blocks would be of that one. */
const isOnOtherBranch = ({ node }: BackfillState, view: NetworkView): boolean => {
  const hash = view.column(node, 'blockHash')
  return typeof hash === 'string' && view.block(hash)?.canonical === false
}

// oxlint-disable-next-line max-lines-per-function -- request, response, timeout and leaving change the same sets of sessions with a request, by network
export const createBackfillScheduler = <S extends BackfillState>(limits: BackfillLimits): BackfillScheduler<S> => {
  const networks = new Map<string, NetworkRequests<S>>()
  const waiting = new Set<S>()
  /** Where a session counts among those with a request: its network may be another one by the time it answers. */
  const placeOf = new Map<S, NetworkRequests<S>>()
  const sizes = createRequestSizes()

  const requestsOf = (network: string): NetworkRequests<S> => {
    let requests = networks.get(network)
    if (requests === undefined) {
      // Networks come and go, and some are invented: one without requests makes room, and only its tries are lost.
      for (const [key, { sessions }] of networks) {
        if (networks.size < maxNetworks) break
        if (sessions.size === 0) networks.delete(key)
      }
      requests = { sessions: new Set(), tries: createBoundedMap(maxRemembered), checkAt: 0 }
      networks.set(network, requests)
    }
    return requests
  }

  const request = (session: S, numbers: readonly number[], now: number): readonly number[] => {
    session.requested = numbers
    session.requestedAt = now
    waiting.add(session)
    return numbers
  }

  const finish = (session: S): void => {
    session.requested = undefined
    waiting.delete(session)
    placeOf.get(session)?.sessions.delete(session)
    placeOf.delete(session)
  }

  const fill = (session: S, view: NetworkView, now: number): readonly number[] | undefined => {
    const requests = requestsOf(view.key)
    if (now < requests.checkAt || requests.sessions.size >= limits.sessionsPerNetwork) return undefined
    const own = view.column(session.node, 'blockNumber')
    if (own === null || own === undefined || isOnOtherBranch(session, view)) return undefined
    const inFlight = new Set<number>()
    for (const one of requests.sessions) for (const number of one.requested ?? []) inFlight.add(number)
    const batch = sizes.of(session)
    if (batch === 0) return undefined
    const missing = view.missing(batch * 4 + inFlight.size + requests.tries.size)
    const open = missing.filter((n) => !inFlight.has(n) && (requests.tries.get(n) ?? 0) < triesPerHeight)
    if (open.length === 0) requests.checkAt = now + checkEveryMs
    const numbers = open.filter((n) => n <= own).slice(-batch)
    if (numbers.length === 0) return undefined
    requests.sessions.add(session)
    placeOf.set(session, requests)
    return request(session, numbers, now)
  }

  const countMisses = (session: S, came: ReadonlySet<number>): void => {
    const requests = placeOf.get(session)
    if (requests === undefined) return
    for (const number of session.requested ?? []) {
      if (came.has(number)) requests.tries.delete(number)
      else requests.tries.set(number, (requests.tries.get(number) ?? 0) + 1)
    }
  }

  return {
    next(session, view, now) {
      if (limits.sessionsPerNetwork === 0) return undefined
      if (session.historyBatch === 0 || session.requested !== undefined || session.backfillFailures >= maxFailures) {
        return undefined
      }
      if (!session.genesisRequested) {
        session.genesisRequested = true
        return request(session, genesis, now)
      }
      return view === undefined ? undefined : fill(session, view, now)
    },
    response(session, blocks) {
      const requested = session.requested
      if (requested === undefined) return undefined
      const came = new Set(blocks.map((block): number => block.number))
      // Some clients send blocks of the past of their own accord; that is no response.
      if (came.size > 0 && !requested.some((number) => came.has(number))) return undefined
      if (requested === genesis) {
        finish(session)
        return blocks.find((block) => block.number === 0)
      }
      countMisses(session, came)
      if (came.size > 0) sizes.answered(session, requested.length)
      session.backfillFailures = came.size === 0 ? session.backfillFailures + 1 : 0
      finish(session)
      return undefined
    },
    left(session) {
      const requested = session.requested
      if (requested !== undefined && requested !== genesis) {
        // Of several it is not known which was too much: another node may get a request for them.
        if (requested.length === 1) countMisses(session, new Set())
        sizes.lost(session, requested.length)
      }
      finish(session)
    },
    expire(now) {
      let expired = 0
      for (const session of waiting) {
        // In the order of their requests.
        if (now - session.requestedAt < limits.timeoutMs) break
        expired++
        session.backfillFailures++
        if (session.requested !== undefined && session.requested !== genesis) {
          countMisses(session, new Set())
          sizes.lost(session, session.requested.length)
        }
        finish(session)
      }
      return expired
    },
    get outstanding() {
      return waiting.size
    },
  }
}
