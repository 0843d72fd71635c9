/**
 * The core's side of the bus: who is let in, who holds an id, which network a node is in, whom to ask for missing blocks.
 * All ingests of this server, in this process or in others, have a line to the one desk. It reads no clock and makes no
 * timers: one tick a second serves all.
 */
import { nodeId } from '@netstats/protocol'
import type { Block, NodeInfo, Observation, UnixMs } from '@netstats/protocol'
import type { Gatekeeper, LoginAttempt } from '../access/model.ts'
import type { DeskEnding, Downward, Login, Upward } from '../bus/model.ts'
import type { Refusal } from '../ingest/counts.ts'
import type { Deliveries } from '../history/deliveries-model.ts'
import type { CoreInput, NetworkView } from '../shard/model.ts'
import { createDeskCounts } from './counts.ts'
import type { DeskCounts } from './counts.ts'
import { createHistoryPlan } from './history.ts'
import { createOwners } from './owners.ts'
import { createSeat, ownerKey } from './seat.ts'
import type { Line, Seat } from './seat.ts'
import { createAgentSeats } from './agents.ts'
import { createRegulator } from './regulator.ts'
import type { Regulator } from './regulator.ts'

export interface DeskLimits {
  /** How long an older session of the same id has to prove that it lives. */
  readonly takeoverMs: number
  readonly historyTimeoutMs: number
  /** Sessions of one network that are asked for history at a time. */
  readonly historySessions: number
}

export interface DeskOptions {
  readonly limits: DeskLimits
  readonly gate: Gatekeeper
  readonly apply: (input: CoreInput) => void
  readonly networkOf: (node: string, networkId: string | undefined) => string | undefined
  readonly network: (key: string) => NetworkView | undefined
  /** What acknowledged observations are delivered to; without it their agents are refused. */
  readonly deliveries?: Deliveries
  readonly regulator?: Regulator
  /** Other reasons to slow agents down than what waits for the store, 0 to 1. */
  readonly strain?: () => number
  /** A line for the operator, at most one for each change of state. */
  readonly log?: (seat: Seat, event: 'login' | 'refused' | 'takeover', detail: string) => void
}

export interface OpenLine {
  readonly up: Upward
  /** The ingest has died: all its sessions are gone, what they said before was heard. */
  lost(at: UnixMs): void
}

export interface Desk {
  /** A way up for one ingest. */
  open(down: Downward): OpenLine
  /** Once a second. `now` is monotonic. */
  tick(now: number, at: UnixMs): void
  /** Lets nobody in any more, and calls no node inactive: the server stops, the nodes do not. */
  drain(): void
  readonly counts: DeskCounts
  readonly seated: number
  readonly claims: number
  readonly historyOutstanding: number
  /** Of the acknowledged protocol. */
  readonly agents: number
}

const attemptOf = ({ protocol, node, info, secret, address, agent }: Login, at: number): LoginAttempt => ({
  protocol,
  id: agent?.id ?? node,
  node,
  networkId: info.networkId,
  secret,
  address,
  at,
  ...(agent !== undefined && { instance: agent.spool }),
  ...(agent?.key !== undefined && { key: agent.key }),
})

const isSameAgent = ({ login: { agent: a } }: Seat, { login: { agent: b } }: Seat): boolean =>
  a !== undefined && a.id === b?.id && a.spool === b.spool

/** An agent that comes while it is not known what the store has is let in a little later. */
const whenStartingMs = 2000

export const createDesk = (options: DeskOptions): Desk => {
  const { limits, gate, apply, deliveries } = options
  const log = options.log ?? (() => undefined)
  const counts = createDeskCounts()
  const owners = createOwners()
  const lines = new Set<Line>()
  const history = createHistoryPlan<Seat>({
    timeoutMs: limits.historyTimeoutMs,
    sessionsPerNetwork: limits.historySessions,
  })
  let clock = 0
  let draining = false

  const refuse = (seat: Seat, reason: Refusal, detail = '', retryMs?: number): void => {
    seat.state = 'refused'
    seat.line.seats.delete(seat.session)
    log(seat, 'refused', detail === '' ? reason : `${reason}: ${detail}`)
    seat.line.down.refused(seat.session, reason, retryMs)
  }

  /** Tells the core, once, that the node has left. */
  const announceGone = (seat: Seat, at: UnixMs): void => {
    if (!seat.announced) return
    seat.announced = false
    owners.release(seat)
    if (seat.entry !== undefined) gate.left(seat.entry.attempt, at)
    agents?.left(seat)
    if (!draining) apply({ type: 'disconnected', at, node: seat.id, network: seat.network })
  }

  const end = (seat: Seat, reason: DeskEnding): void => {
    if (seat.state !== 'seated') return
    seat.state = 'left'
    seat.line.down.end(seat.session, reason)
  }

  const admit = (seat: Seat, at: UnixMs): void => {
    const { login, id } = seat
    const isAgent = login.agent !== undefined
    if (isAgent && agents?.ready !== true) return refuse(seat, 'store-starting', id, whenStartingMs)
    apply({ type: 'connected', at, node: id, info: seat.info, address: login.address })
    const network = options.networkOf(id, seat.networkId)
    if (network === undefined) return refuse(seat, 'network-full', id)
    seat.network = network
    seat.announced = true
    owners.hold(seat)
    const resume = isAgent ? agents?.resume(seat, at) : undefined
    if (isAgent && resume === undefined) {
      announceGone(seat, at)
      return refuse(seat, 'server-full', id)
    }
    seat.state = 'seated'
    if (seat.entry !== undefined) gate.entered(seat.entry.attempt, seat.entry.verdict)
    counts.logins++
    log(seat, 'login', seat.info.client ?? '')
    seat.line.down.admitted(seat.session, { network, ...(resume !== undefined && { resume }) })
  }

  const judge = (seat: Seat, at: UnixMs): void => {
    const { login } = seat
    if (draining) return refuse(seat, 'draining')
    const attempt = attemptOf(login, at)
    const verdict = gate.judge(attempt)
    if (!verdict.ok) return refuse(seat, verdict.reason, seat.id, verdict.retryMs)
    if (verdict.key !== undefined) {
      const proved = login.agent?.proved === true
      gate.proved(attempt, proved)
      if (!proved) return refuse(seat, 'bad-proof', seat.id)
    }
    seat.entry = { attempt, verdict }
    const holder = owners.holderOf(seat.key)
    if (holder === undefined || holder.state !== 'seated') {
      // Its last words may still be on their way; it has left all the same, and must not leave after the new one came.
      if (holder !== undefined) announceGone(holder, at)
      return admit(seat, at)
    }
    if (isSameAgent(holder, seat)) {
      // It has come back before its old connection was found dead: only it knows its spool.
      end(holder, 'superseded')
      announceGone(holder, at)
      return admit(seat, at)
    }
    if (owners.isContested(seat.key)) return refuse(seat, 'duplicate-id', seat.id)
    seat.state = 'claiming'
    owners.claim(seat, holder, clock + limits.takeoverMs)
    holder.line.down.probe(holder.session)
  }

  const takeOver = (holder: Seat, at: UnixMs): void => {
    const challenger = owners.holderGone(holder)
    if (challenger === undefined) return
    if (holder.state === 'seated') {
      counts.takeovers++
      log(challenger, 'takeover', challenger.id)
      end(holder, 'superseded')
    }
    announceGone(holder, at)
    admit(challenger, at)
  }

  /** The core may have put the node into another network; its session ends where that one is full. */
  const follow = (seat: Seat): void => {
    const network = options.networkOf(seat.id, seat.networkId)
    if (network === undefined) end(seat, 'moved')
    else seat.network = network
  }

  const observe = (seat: Seat, at: UnixMs, kind: Observation['kind'], body: Observation['body']): void => {
    const observation = { kind, node: nodeId(seat.id), observedAt: at, body } as Observation
    apply({ type: 'observation', at, network: seat.network, observation })
  }

  /** Another network is another door: a token may be bound to the first one, and the name be somebody's in the second. */
  const mayMove = (seat: Seat, networkId: string | undefined, at: UnixMs): boolean => {
    if (seat.entry === undefined) return false
    const attempt = { ...seat.entry.attempt, networkId, at }
    const verdict = gate.judge(attempt)
    if (!verdict.ok) return false
    gate.left(seat.entry.attempt, at)
    gate.entered(attempt, verdict)
    seat.entry = { attempt, verdict }
    return true
  }

  /**
   * A second greeting is news of the node. One that names another network takes the node there; where that is a matter of
   * who owns the id, the session ends, because only a login settles that.
   */
  const greeted = (seat: Seat, at: UnixMs, info: NodeInfo): void => {
    const networkId = info.networkId ?? seat.networkId
    const key = ownerKey(networkId, seat.id)
    if (key !== seat.key) {
      if (!mayMove(seat, networkId, at) || !owners.rename(seat, key)) return end(seat, 'moved')
      seat.networkId = networkId
    }
    seat.info = info
    observe(seat, at, 'node-info', info)
    follow(seat)
  }

  const askHistory = (seat: Seat): void => {
    if (seat.state !== 'seated' || draining) return
    const numbers = history.next(seat, options.network(seat.network), clock)
    if (numbers !== undefined) seat.line.down.ask(seat.session, numbers)
  }

  const answered = (seat: Seat, at: UnixMs, blocks: readonly Block[]): void => {
    const genesis = history.answered(seat, blocks)
    if (genesis !== undefined) {
      apply({ type: 'genesis', at, network: seat.network, node: seat.id, genesis: genesis.hash })
      follow(seat)
    }
    for (const block of blocks) {
      observe(seat, at, 'block', block.historical === true ? block : { ...block, historical: true })
    }
  }

  const closed = (seat: Seat, at: UnixMs): void => {
    if (seat.state === 'claiming') owners.challengerGone(seat)
    history.release(seat)
    if (seat.state === 'seated') seat.state = 'left'
    takeOver(seat, at)
  }

  const gone = (seat: Seat, at: UnixMs): void => {
    closed(seat, at)
    announceGone(seat, at)
    seat.line.seats.delete(seat.session)
  }

  const agents =
    deliveries &&
    createAgentSeats({
      deliveries,
      apply,
      greeted,
      regulator: options.regulator ?? createRegulator(),
      ...(options.strain && { strain: options.strain }),
      lines: () => lines,
    })

  const open = (down: Downward): OpenLine => {
    const line: Line = { down, seats: new Map() }
    lines.add(line)
    /** Its seat, as long as the core knows of it. */
    const seated = (session: number): Seat | undefined => {
      const seat = line.seats.get(session)
      if (seat?.announced === true) return seat
      counts.unseated++
      return undefined
    }
    const up: Upward = {
      login(session, at, login) {
        const seat = createSeat(line, session, login)
        line.seats.set(session, seat)
        judge(seat, at)
      },
      observed(session, at, kind, body) {
        const seat = seated(session)
        if (seat === undefined) return
        observe(seat, at, kind, body)
        if (kind === 'latency') askHistory(seat)
      },
      batch(session, at, batch) {
        const seat = seated(session)
        if (seat === undefined) return
        agents?.batch(seat, at, batch)
      },
      now(session, at, observations) {
        const seat = seated(session)
        if (seat !== undefined) agents?.now(seat, at, observations)
      },
      roundTrip(session, at, roundTripMs) {
        const seat = seated(session)
        if (seat !== undefined) apply({ type: 'round-trip', at, network: seat.network, node: seat.id, roundTripMs })
      },
      clock(session, offsetMs, errorMs) {
        const seat = seated(session)
        if (seat !== undefined) agents?.clock(seat, offsetMs, errorMs)
      },
      alive(session) {
        const seat = line.seats.get(session)
        const challenger = seat && owners.holderLives(seat)
        if (challenger !== undefined) refuse(challenger, 'duplicate-id', challenger.id)
      },
      greeted(session, at, info) {
        const seat = seated(session)
        if (seat?.state === 'seated') greeted(seat, at, info)
      },
      answered(session, at, blocks) {
        const seat = seated(session)
        if (seat !== undefined) answered(seat, at, blocks)
      },
      closed(session, at) {
        const seat = line.seats.get(session)
        if (seat !== undefined) closed(seat, at)
      },
      gone(session, at) {
        const seat = line.seats.get(session)
        if (seat !== undefined) gone(seat, at)
      },
    }
    return {
      up,
      lost(at) {
        lines.delete(line)
        for (const seat of line.seats.values()) gone(seat, at)
      },
    }
  }

  const withdraw = (agent: string, network: string | undefined): void => {
    for (const seat of owners.all()) {
      const isMeant = seat.entry?.verdict.agent === agent && (network === undefined || network === seat.networkId)
      if (isMeant) end(seat, 'revoked')
    }
  }
  const deafen = gate.onWithdrawn(withdraw)

  return {
    open,
    tick(now, at) {
      clock = now
      for (const { holder } of owners.overdue(now)) takeOver(holder, at)
      counts.historyTimeouts += history.expire(now)
      agents?.tick(now)
    },
    drain() {
      draining = true
      deafen()
    },
    counts,
    get seated() {
      return owners.size
    },
    get claims() {
      return owners.claims
    },
    get historyOutstanding() {
      return history.outstanding
    },
    get agents() {
      return agents?.open ?? 0
    },
  }
}
