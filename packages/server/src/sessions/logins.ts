/** Decides on logins, and which of two sessions of one id keeps it. */
import { unixMs } from '@netstats/protocol'
import type { UnixMs } from '@netstats/protocol'
import type { LoginAttempt } from '../auth/model.ts'
import type { Login } from '../bus/bus-messages.ts'
import type { Refusal } from '../bus/refusals.ts'
import type { AgentStreams } from './agent-streams.ts'
import type { NodeAssignment } from './node-assignment.ts'
import type { Ownership } from './ownership.ts'
import { endSession } from './session-record.ts'
import type { SessionRecord } from './session-record.ts'
import type { SessionCounts, SessionRegistryOptions } from './registry-options.ts'
import { isSameMachine } from './shared-nodes.ts'

export interface Logins {
  login(record: SessionRecord, at: UnixMs): void
  /** Its peer has answered the probe. */
  alive(record: SessionRecord): void
  /** Its connection is gone: a login that waits for its id takes over. */
  closed(record: SessionRecord, at: UnixMs): void
  /** Tells the core, once, that the node has left. */
  left(record: SessionRecord, at: UnixMs): void
  /** `now` is monotonic. */
  tick(now: number, at: UnixMs): void
  drain(): void
  readonly draining: boolean
}

export interface LoginsOptions {
  readonly options: SessionRegistryOptions
  readonly counts: SessionCounts
  readonly ownership: Ownership
  readonly nodes: NodeAssignment
  readonly streams: AgentStreams | undefined
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

/** Two sessions of one spool: the same process that has come back, or a copy of its folder on another machine. */
const spoolsOf = (a: SessionRecord, b: SessionRecord): 'same' | 'copies' | 'others' => {
  const [one, other] = [a.login.agent, b.login.agent]
  if (one === undefined || one.id !== other?.id || one.spool !== other.spool) return 'others'
  return one.lives.at(-1)?.life === other.lives.at(-1)?.life ? 'same' : 'copies'
}

/** An agent that logs in while it is not known what the store has is refused for a little while. */
const whenStartingMs = 2000
/** And one of whose spool another branch has sent what is still on its way into the store. */
const whenUndecidedMs = 1000

// oxlint-disable-next-line max-lines-per-function -- the steps of a login in their order, which share what they decide by
export const createLogins = ({ options, counts, ownership, nodes, streams }: LoginsOptions): Logins => {
  const { authenticator, apply, limits } = options
  const log = options.log ?? (() => undefined)
  let now = 0
  let time = unixMs(0)
  let draining = false

  const refuse = (record: SessionRecord, reason: Refusal, detail = '', retryMs?: number): void => {
    record.state = 'refused'
    record.link.records.delete(record.session)
    log(record, 'refused', detail === '' ? reason : `${reason}: ${detail}`)
    record.link.send({ type: 'refuse', session: record.session, reason, ...(retryMs !== undefined && { retryMs }) })
  }

  const left = (record: SessionRecord, at: UnixMs): void => {
    if (!record.announced) return
    record.announced = false
    ownership.release(record)
    if (record.entry !== undefined) authenticator.left(record.entry.attempt, at)
    streams?.left(record)
    if (nodes.leave(record) && !draining)
      apply({ type: 'disconnected', at, node: record.node, network: record.network })
  }

  const admit = (record: SessionRecord, at: UnixMs): void => {
    const { login, id } = record
    const isAgent = login.agent !== undefined
    if (isAgent && streams?.ready !== true) return refuse(record, 'store-starting', id, whenStartingMs)
    if (isAgent && streams?.undecided(record) === true) return refuse(record, 'undecided', id, whenUndecidedMs)
    if (!nodes.enter(record, at)) return refuse(record, 'network-full', id)
    record.announced = true
    ownership.take(record)
    const resume = isAgent ? streams?.resume(record, at) : undefined
    if (isAgent && resume === undefined) {
      left(record, at)
      return refuse(record, 'server-full', id)
    }
    record.state = 'registered'
    if (record.entry !== undefined) authenticator.entered(record.entry.attempt, record.entry.verdict)
    counts.logins++
    log(record, 'login', record.info.client ?? '')
    const { session, network } = record
    record.link.send({ type: 'admit', session, network, ...(resume !== undefined && { resume }) })
  }

  /** Another machine reports under the node's name, and is alive. */
  const refuseDuplicate = (record: SessionRecord, owner: SessionRecord, at: UnixMs): void => {
    if (spoolsOf(owner, record) === 'others') return refuse(record, 'duplicate-id', record.id)
    counts.clones++
    const { address, agent } = record.login
    const clone = {
      agent: agent?.id ?? record.id,
      node: record.id,
      address: owner.login.address,
      refusedAddress: address,
    }
    options.onClone?.(clone, at)
    refuse(record, 'cloned', record.id)
  }

  /** Takes the id where nobody owns it; else its owner is asked whether it is alive. */
  const takeId = (record: SessionRecord, at: UnixMs): void => {
    const owner = ownership.ownerOf(record.key)
    if (owner === undefined) return admit(record, at)
    // It has left with its last messages on their way, or has come back before its old connection was found dead.
    if (owner.state !== 'registered' || spoolsOf(owner, record) === 'same') {
      // A login that waited for the old connection to die has to do with the new one now.
      const waiting = ownership.settle(owner)
      endSession(owner, 'superseded')
      left(owner, at)
      admit(record, at)
      if (waiting !== undefined) takeId(waiting, at)
      return
    }
    if (ownership.isContested(record.key)) return refuseDuplicate(record, owner, at)
    record.state = 'waiting'
    ownership.contest(record, owner, now + limits.takeoverMs)
    owner.link.send({ type: 'probe', session: owner.session })
  }

  const takeOver = (owner: SessionRecord, at: UnixMs): void => {
    const challenger = ownership.settle(owner)
    if (challenger === undefined) return
    if (owner.state === 'registered') {
      counts.takeovers++
      log(challenger, 'takeover', challenger.id)
      endSession(owner, 'superseded')
    }
    left(owner, at)
    admit(challenger, at)
  }

  return {
    login(record, at) {
      const { login } = record
      if (draining) return refuse(record, 'draining')
      const attempt = attemptOf(login, at)
      const verdict = authenticator.authenticate(attempt)
      if (!verdict.ok) return refuse(record, verdict.reason, record.id, verdict.retryMs)
      if (verdict.key !== undefined) {
        const proved = login.agent?.proved === true
        authenticator.proved(attempt, proved)
        if (!proved) return refuse(record, 'bad-proof', record.id)
      }
      record.entry = { attempt, verdict }
      const owner = ownership.ownerOf(record.key)
      if (owner?.state === 'registered' && isSameMachine(owner, record)) record.key = `${record.key}\n${login.protocol}`
      takeId(record, at)
    },
    alive(record) {
      const challenger = ownership.settle(record)
      if (challenger !== undefined) refuseDuplicate(challenger, record, time)
    },
    closed(record, at) {
      if (record.state === 'waiting') ownership.challengerGone(record)
      if (record.state === 'registered') record.state = 'ended'
      takeOver(record, at)
    },
    left,
    tick(monotonic, at) {
      now = monotonic
      time = at
      for (const { owner } of ownership.overdue(now)) takeOver(owner, at)
    },
    drain() {
      draining = true
    },
    get draining() {
      return draining
    },
  }
}
