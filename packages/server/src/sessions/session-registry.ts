/**
 * All sessions of all gateways, in this process or in others: logins, ownership of ids, which node and network a session
 * reports for, which missing blocks to request from it. It reads no clock and makes no timers: one tick a second serves all.
 */
import type { Block, UnixMs } from '@netstats/protocol'
import type { GatewayMessage } from '../bus/bus-messages.ts'
import type { GatewayAcceptor, GatewayLink, SendCommand } from '../bus/bus.ts'
import { createAgentStreams } from './agent-streams.ts'
import { createBackfillScheduler } from './backfill.ts'
import { createHeaderRequests } from './header-requests.ts'
import { createLogins } from './logins.ts'
import { createNodeAssignment } from './node-assignment.ts'
import { createOwnership } from './ownership.ts'
import { createRateController } from './rate-control.ts'
import type { SessionCounts, SessionRegistryOptions } from './registry-options.ts'
import { createSessionRecord, endSession } from './session-record.ts'
import type { LinkRecords, SessionRecord } from './session-record.ts'

export interface SessionRegistry extends GatewayAcceptor {
  /** Once a second. `now` is monotonic. */
  tick(now: number, at: UnixMs): void
  /** Refuses all logins from now on, and calls no node inactive: the server stops, the nodes do not. */
  drain(): void
  /** An operator has decided something about nodes or networks: sessions go to where their nodes are now. */
  review(at: UnixMs): void
  readonly counts: SessionCounts
  readonly registered: number
  /** Logins that wait for an older session of their id to show that it is alive. */
  readonly waitingTakeovers: number
  readonly backfillOutstanding: number
  /** Of the acknowledged protocol. */
  readonly agents: number
}

/** Messages that are not about the session itself. */
type Report = Exclude<GatewayMessage, { readonly type: 'login' | 'alive' | 'closed' | 'gone' }>

const nothingWanted: ReadonlyMap<string, readonly number[]> = new Map()

// oxlint-disable-next-line max-lines-per-function -- a step for each message of a gateway, each of a few lines that pass it to ownership, logins or back-fill
export const createSessionRegistry = (options: SessionRegistryOptions): SessionRegistry => {
  const { limits, authenticator, apply, deliveries } = options
  const counts: SessionCounts = { logins: 0, takeovers: 0, clones: 0, backfillTimeouts: 0, unregistered: 0 }
  const links = new Set<LinkRecords>()
  const ownership = createOwnership()
  const nodes = createNodeAssignment(options, ownership)
  const streams =
    deliveries &&
    createAgentStreams({
      deliveries,
      apply,
      nodeInfo: (record, at, info) => nodes.nodeInfo(record, at, info),
      rate: options.rate ?? createRateController(),
      ...(options.load && { load: options.load }),
      links: () => links,
    })
  const logins = createLogins({ options, counts, ownership, nodes, streams })
  const backfill = createBackfillScheduler<SessionRecord>({
    timeoutMs: limits.backfillTimeoutMs,
    sessionsPerNetwork: limits.backfillSessions,
  })
  const headers = createHeaderRequests({
    records: () => ownership.all(),
    wanted: () => options.wantedHeaders?.() ?? nothingWanted,
    observe: (record, at, header) => nodes.observe(record, at, 'header', header),
  })
  let clock = 0

  const requestBlocks = (record: SessionRecord): void => {
    if (record.state !== 'registered' || logins.draining) return
    const numbers = backfill.next(record, options.network(record.network), clock)
    if (numbers !== undefined) record.link.send({ type: 'request-blocks', session: record.session, numbers })
  }

  const blocks = (record: SessionRecord, at: UnixMs, list: readonly Block[]): void => {
    const genesis = backfill.response(record, list)
    if (genesis !== undefined) {
      apply({ type: 'genesis', at, network: record.network, node: record.node, genesis: genesis.hash })
      nodes.follow(record)
    }
    const view = options.network(record.network)
    // Only what brings something new may be followed by another request at once.
    const isNews = list.some(({ hash }) => view?.block(hash) === undefined)
    for (const block of list)
      nodes.observe(record, at, 'block', block.historical === true ? block : { ...block, historical: true })
    if (isNews && view?.inDoubt === true) requestBlocks(record)
  }

  const closed = (record: SessionRecord, at: UnixMs): void => {
    backfill.left(record)
    logins.closed(record, at)
  }

  const gone = (record: SessionRecord, at: UnixMs): void => {
    closed(record, at)
    logins.left(record, at)
    record.link.records.delete(record.session)
  }

  /** What counts only while the core knows of the session. */
  const report = (record: SessionRecord, message: Report): void => {
    switch (message.type) {
      case 'observation':
        nodes.observe(record, message.at, message.kind, message.body)
        if (message.kind === 'latency') requestBlocks(record)
        return
      case 'batch':
        return streams?.batch(record, message.at, message.batch)
      case 'snapshot':
        return streams?.snapshot(record, message.at, message.observations)
      case 'round-trip': {
        const { at, roundTripMs } = message
        apply({ type: 'round-trip', at, network: record.network, node: record.node, roundTripMs })
        return streams?.measured(record, at)
      }
      case 'clock':
        return streams?.clock(record, message.offsetMs, message.errorMs)
      case 'node-info':
        if (record.state === 'registered') nodes.nodeInfo(record, message.at, message.info)
        return
      case 'blocks':
        return blocks(record, message.at, message.blocks)
      case 'headers':
        return headers.response(record, message.headers, message.at, clock)
    }
  }

  const receive = (link: LinkRecords, message: GatewayMessage): void => {
    const { records } = link
    if (message.type === 'login') {
      const record = createSessionRecord(link, message.session, message.login)
      records.set(message.session, record)
      return logins.login(record, message.at)
    }
    const record = records.get(message.session)
    if (message.type === 'alive') return record && logins.alive(record)
    if (message.type === 'closed') return record && closed(record, message.at)
    if (message.type === 'gone') return record && gone(record, message.at)
    if (record?.announced === true) report(record, message)
    else counts.unregistered++
  }

  const open = (send: SendCommand): GatewayLink => {
    const link: LinkRecords = { send, records: new Map() }
    links.add(link)
    return {
      receive: (message) => receive(link, message),
      lost(at) {
        links.delete(link)
        for (const record of link.records.values()) gone(record, at)
      },
    }
  }

  const stopWithdrawing = authenticator.onWithdrawn((agent, network) => {
    for (const record of ownership.all()) {
      const isMeant = record.entry?.verdict.agent === agent && (network === undefined || network === record.networkId)
      if (isMeant) endSession(record, 'revoked')
    }
  })

  return {
    open,
    tick(mono, at) {
      clock = mono
      logins.tick(mono, at)
      counts.backfillTimeouts += backfill.expire(mono)
      streams?.tick(mono)
      if (!logins.draining) headers.tick(mono)
    },
    drain() {
      logins.drain()
      stopWithdrawing()
    },
    review(at) {
      for (const record of Array.from(ownership.all())) if (record.announced) nodes.review(record, at)
    },
    counts,
    get registered() {
      return ownership.size
    },
    get waitingTakeovers() {
      return ownership.waiting
    },
    get backfillOutstanding() {
      return backfill.outstanding
    },
    get agents() {
      return streams?.open ?? 0
    },
  }
}
