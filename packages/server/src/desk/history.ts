/**
 * Which heights to ask whom for. Like the classic server, a session is asked right after it reported its latency; it has
 * one request at a time, and few sessions of a network are asked at once. Block 0 comes first: its hash tells networks
 * with the same id apart.
 */
import type { Block } from '@netstats/protocol'
import type { NetworkView } from '../shard/model.ts'

/** What the plan keeps of a session. */
export interface AskedOf {
  readonly id: string
  /** Key of the network the core put it in. */
  network: string
  /** Most blocks it answers with at a time; 0 where it can not answer. */
  readonly historyBatch: number
  /** Heights asked for and not yet answered. */
  asked: readonly number[] | undefined
  askedAt: number
  genesisAsked: boolean
  historyFailures: number
}

export interface HistoryLimits {
  readonly timeoutMs: number
  readonly sessionsPerNetwork: number
}

export interface HistoryPlan<S extends AskedOf> {
  /** Heights to ask of this session now, ascending; undefined to ask nothing. */
  next(session: S, view: NetworkView | undefined, now: number): readonly number[] | undefined
  /** Takes in an answer; gives the genesis block where it was asked for and came. */
  answered(session: S, blocks: readonly Block[]): Block | undefined
  /** The session left, or moved to another network. */
  release(session: S): void
  /** Gives up on answers that did not come; says how many. */
  expire(now: number): number
  readonly outstanding: number
}

interface Asking<S> {
  readonly sessions: Set<S>
  /** Height → how often it was asked in vain. Pruned nodes do not have everything. */
  readonly tries: Map<number, number>
  /** Nothing was missing at the last look: look again then. */
  lookAt: number
}

const triesPerHeight = 3
const lookEveryMs = 2000
const maxRemembered = 10_000
const maxNetworks = 2000
/** A session that failed as often in a row is not asked again before its next login. */
const maxFailures = 2
const genesis: readonly number[] = [0]

export const createHistoryPlan = <S extends AskedOf>(limits: HistoryLimits): HistoryPlan<S> => {
  const networks = new Map<string, Asking<S>>()
  const waiting = new Set<S>()
  /** Where a session takes a place among those asked: its network may be another one by the time it answers. */
  const askedIn = new Map<S, Asking<S>>()

  const askingOf = (network: string): Asking<S> => {
    let asking = networks.get(network)
    if (asking === undefined) {
      // Networks come and go; what is forgotten here is only what was asked in vain.
      if (networks.size >= maxNetworks) networks.clear()
      asking = { sessions: new Set(), tries: new Map(), lookAt: 0 }
      networks.set(network, asking)
    }
    return asking
  }

  const ask = (session: S, numbers: readonly number[], now: number): readonly number[] => {
    session.asked = numbers
    session.askedAt = now
    waiting.add(session)
    return numbers
  }

  const settle = (session: S): void => {
    session.asked = undefined
    waiting.delete(session)
    askedIn.get(session)?.sessions.delete(session)
    askedIn.delete(session)
  }

  const fill = (session: S, view: NetworkView, now: number): readonly number[] | undefined => {
    const asking = askingOf(view.key)
    if (now < asking.lookAt || asking.sessions.size >= limits.sessionsPerNetwork) return undefined
    const own = view.column(session.id, 'blockNumber')
    if (own === null || own === undefined) return undefined
    const inFlight = new Set<number>()
    for (const one of asking.sessions) for (const number of one.asked ?? []) inFlight.add(number)
    const batch = session.historyBatch
    const missing = view.missing(batch * 4 + inFlight.size + asking.tries.size)
    const open = missing.filter((n) => !inFlight.has(n) && (asking.tries.get(n) ?? 0) < triesPerHeight)
    if (open.length === 0) asking.lookAt = now + lookEveryMs
    const numbers = open.filter((n) => n <= own).slice(-batch)
    if (numbers.length === 0) return undefined
    asking.sessions.add(session)
    askedIn.set(session, asking)
    return ask(session, numbers, now)
  }

  const countMisses = (session: S, came: ReadonlySet<number>): void => {
    const asking = askedIn.get(session)
    if (asking === undefined) return
    for (const number of session.asked ?? []) {
      if (came.has(number)) asking.tries.delete(number)
      else asking.tries.set(number, (asking.tries.get(number) ?? 0) + 1)
    }
    for (const oldest of asking.tries.keys()) {
      if (asking.tries.size <= maxRemembered) break
      asking.tries.delete(oldest)
    }
  }

  return {
    next(session, view, now) {
      if (limits.sessionsPerNetwork === 0) return undefined
      if (session.historyBatch === 0 || session.asked !== undefined || session.historyFailures >= maxFailures) {
        return undefined
      }
      if (!session.genesisAsked) {
        session.genesisAsked = true
        return ask(session, genesis, now)
      }
      return view === undefined ? undefined : fill(session, view, now)
    },
    answered(session, blocks) {
      const asked = session.asked
      if (asked === undefined) return undefined
      const came = new Set(blocks.map((block): number => block.number))
      // Some agents send history of their own accord; that is no answer.
      if (came.size > 0 && !asked.some((number) => came.has(number))) return undefined
      if (asked === genesis) {
        settle(session)
        return blocks.find((block) => block.number === 0)
      }
      countMisses(session, came)
      session.historyFailures = came.size === 0 ? session.historyFailures + 1 : 0
      settle(session)
      return undefined
    },
    release: settle,
    expire(now) {
      let expired = 0
      for (const session of waiting) {
        // In the order they were asked.
        if (now - session.askedAt < limits.timeoutMs) break
        expired++
        session.historyFailures++
        if (session.asked !== genesis) countMisses(session, new Set())
        settle(session)
      }
      return expired
    },
    get outstanding() {
      return waiting.size
    },
  }
}
