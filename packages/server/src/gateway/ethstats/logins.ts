/** From a connection to an active session: its hello goes to the core, whose commands decide on it then. */
import type { UnixMs } from '@netstats/protocol'
import { dialectOf, writeHistoryRequest, writeReady } from '@netstats/protocol/ethstats'
import type { AgentMessage, EthstatsEvent } from '@netstats/protocol/ethstats'
import type { CoreCommand } from '../../bus/bus-messages.ts'
import { bump } from '../counts.ts'
import { familyOf } from './client-family.ts'
import type { Session } from './ethstats-session.ts'
import type { FrameHandler } from './frame-handler.ts'
import type { Groups } from './groups.ts'
import type { SessionLiveness } from './session-liveness.ts'
import { countFault, endSession, refuse } from './session-table.ts'
import type { SessionTable } from './session-table.ts'

export interface Logins<S extends Session> {
  /** A frame of a session that is not active. */
  frame(session: S, event: EthstatsEvent | undefined, data: Buffer, at: UnixMs): void
  onCommand(command: CoreCommand): void
}

export interface LoginsOptions<S extends Session> {
  readonly table: SessionTable<S>
  readonly handler: FrameHandler<S>
  readonly liveness: SessionLiveness<S>
  readonly groups: Groups
}

type Hello = Extract<AgentMessage, { type: 'hello' }>

// oxlint-disable-next-line max-lines-per-function -- a hello and each answer of the core to it move one session between the same tables of the gateway
export const createLogins = <S extends Session>({ table, handler, liveness, groups }: LoginsOptions<S>): Logins<S> => {
  const { effects, limits, counts, known, send } = table

  const login = (session: S, { id, info, secret }: Hello, at: UnixMs): void => {
    const dialect = dialectOf(info.client, info)
    table.awaitingHello.delete(session)
    table.authenticating.add(session)
    known.set(session.serial, session)
    session.state = 'authenticating'
    session.id = id
    session.client = info.client ?? ''
    session.family = familyOf(info.client)
    session.dialect = dialect
    const historyBatch = info.canUpdateHistory === false ? 0 : dialect.historyBatch
    const { serial, address } = session
    const said = { protocol: 'ethstats', node: id, info, address, secret, historyBatch } as const
    send({ type: 'login', session: serial, at, login: said })
  }

  /** `ready` is the first frame its peer gets. */
  const admit = (session: S, network: string): void => {
    if (session.state !== 'authenticating') return
    session.group = groups.join(network)
    table.authenticating.delete(session)
    table.active.add(session)
    session.state = 'active'
    session.admitted = true
    counts.logins++
    bump(counts.clients, session.family)
    liveness.watch(session)
    effects.send(session, writeReady())
    effects.log(session, 'login', session.client)
  }

  const requestBlocks = (session: S, numbers: readonly number[]): void => {
    const request = writeHistoryRequest(numbers)
    if (session.state !== 'active' || request === undefined) return
    counts.historyRequests++
    effects.send(session, request)
  }

  return {
    frame(session, event, data, at) {
      if (session.state === 'closed' || session.state === 'ending') return
      // geth takes any frame before `ready` for a refusal, so nothing is answered here, not even pings.
      if (session.state === 'authenticating') return bump(counts.badFrames, 'before-ready')
      if (event !== 'hello') return countFault(table, session, 'before-hello', at)
      if (data.length > limits.helloBytes) {
        bump(counts.badFrames, 'hello-too-large')
        return refuse(table, session, 'malformed-hello', 'too large')
      }
      const message = handler.parse(session, data.toString(), at)
      if (message === undefined) {
        if (session.state === 'awaiting-hello') refuse(table, session, 'malformed-hello')
      } else if (message.type !== 'hello') countFault(table, session, 'before-hello', at)
      else if (table.draining) refuse(table, session, 'draining')
      else login(session, message, at)
    },
    onCommand(command) {
      const session = command.type === 'rate' ? undefined : known.get(command.session)
      if (session === undefined) return
      switch (command.type) {
        case 'admit':
          return admit(session, command.network)
        case 'refuse':
          known.delete(session.serial)
          if (session.state === 'authenticating') refuse(table, session, command.reason, session.id)
          return
        case 'probe':
          return liveness.probe(session)
        case 'end':
          return endSession(table, session, command.reason)
        case 'request-blocks':
          return requestBlocks(session, command.numbers)
        // Of the acknowledged protocol only.
        case 'request-headers':
        case 'ack':
        case 'nack':
        case 'rate':
          return
      }
    },
  }
}
