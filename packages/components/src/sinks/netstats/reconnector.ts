/** Keeps a login at a Netstats server: how to connect, and how long to wait after which end. */
import type { NodeInfo } from '@netstats/protocol'
import { createAgentSession, limits, markOf, subProtocol, writeItem } from '@netstats/protocol/netstats'
import type { AgentSession, Question } from '@netstats/protocol/netstats'
import type { Sequence, SinkContext } from '@netstats/sdk'
import { redactUrl, requestHeaders } from '@netstats/sdk/config'
import { reporter } from '../../version.ts'
import { openReconnector as openSharedReconnector } from '../shared/reconnector.ts'
import type { Attempt, AttemptEnd, Reconnector as SharedReconnector } from '../shared/reconnector.ts'
import { connectFirst } from '../shared/socket.ts'
import type { TlsOptions } from '../shared/tls.ts'
import type { NetstatsConfig } from './config.ts'
import { NetstatsSinkError } from './errors.ts'
import type { InFlight } from './in-flight.ts'
import type { AgentKey } from './key.ts'
import { toItem } from './lines.ts'
import { openConnection } from './connection.ts'
import type { Connection, ConnectionEnd } from './connection.ts'
import { createPatience, meaningOf } from './refusals.ts'

/** Longer than a login can take: connecting, and the session's own limit. */
const patienceMs = 36_000
const afterReloginMs = 100
/** What agents do by themselves: an interval up to this is nothing to tell. */
const usualReportMs = 5000
/** A clock that is further off than this, beyond what may be the measurement's error, is news. */
const clockNewsMs = 2000

export interface ReconnectorOptions {
  readonly config: NetstatsConfig
  readonly context: SinkContext
  readonly url: string
  readonly tls: TlsOptions
  readonly key: AgentKey | undefined
  readonly inFlight: InFlight
  readonly info: () => NodeInfo
  readonly onWelcome: (connection: Connection) => void
  /** There may be room for more. */
  readonly onWake: (connection: Connection) => void
  readonly onQuestion: (connection: Connection, id: number, question: Question) => void
}

export interface Reconnector extends SharedReconnector<Connection> {
  /** Logs in again where the stream is one of another spool or life, or the node on another network, than at the login. */
  refresh(spool: string): void
}

// oxlint-disable-next-line max-lines-per-function -- what a login was made with, and each thing that makes another one necessary
export const openReconnector = (options: ReconnectorOptions): Reconnector => {
  const { config, context, url, tls, key, inFlight } = options
  const { clock, log } = context
  const patience = createPatience()
  const secret = config.token ?? config.secret
  /** What the login under way, or the one that stands, was made with. */
  let current:
    | { readonly connection: Connection; readonly spool: string; readonly life: string; readonly info: NodeInfo }
    | undefined
  let cloneTold = false

  /** What of the spool lies under a sequence, as it would be sent. */
  const markAt = (sequence: Sequence): number | 'other' | undefined => {
    const observation = context.spool.at(sequence)
    if (observation === undefined || observation === 'other') return observation
    return markOf(writeItem(toItem({ sequence, observation })))
  }

  const sessionOf = (spool: string, info: NodeInfo): AgentSession =>
    createAgentSession({
      hello: {
        agent: config.agent ?? config.node,
        node: config.node,
        info,
        spool,
        ...inFlight.released(),
        lives: context.spool.lives,
        software: reporter,
        ...(secret === undefined ? {} : { token: secret.reveal() }),
        ...(key === undefined ? {} : { key: key.publicKey }),
        ...(config.compress === 'off' ? {} : { compress: ['deflate'] }),
      },
      last: context.spool.id === spool ? context.spool.last : Number.MAX_SAFE_INTEGER,
      markAt,
      ...(key === undefined ? {} : { sign: key.sign }),
    })

  const lifeNow = (): string => context.spool.lives.at(-1)?.life ?? ''

  /** The longest time between two reports that was told in the log. */
  let told = usualReportMs
  const paced = (reportMs: number): void => {
    context.pace(config.node, reportMs)
    if (reportMs === told || (reportMs <= usualReportMs && told <= usualReportMs)) return
    told = Math.max(reportMs, usualReportMs)
    log.info(
      { reportMs },
      reportMs > usualReportMs ? 'the server asks for fewer reports' : 'the server takes reports as often as before',
    )
  }

  const connect = async ({ signal, stands, works, falls }: Attempt<Connection>): Promise<AttemptEnd> => {
    const unreachable = (message: string): Error => new NetstatsSinkError('NETSTATS_UNREACHABLE', message)
    const { socket } = await connectFirst(
      {
        urls: [url],
        tls,
        headers: requestHeaders(config),
        protocol: subProtocol,
        maxFrameBytes: limits.frameBytes,
        kind: 'Netstats',
        unreachable,
      },
      { signal },
    )
    const spool = inFlight.spool() ?? context.spool.id
    const info = options.info()
    let clockTold = false
    const connection = openConnection({
      socket,
      clock,
      session: sessionOf(spool, info),
      welcomed: (welcome) => {
        patience.reset()
        const { network, through, window, compress = 'off', durable } = welcome
        if (!durable) log.warn({}, 'the server keeps no history: what it acknowledges is lost when it ends')
        paced(welcome.intervals.reportMs)
        inFlight.begin(through)
        cloneTold = false
        stands(connection, { network, through, window, compress })
        options.onWelcome(connection)
      },
      acknowledged: (through) => {
        works()
        inFlight.acknowledged(through)
      },
      goBack: (after, reason) => {
        if (reason !== 'welcome') context.count('resends', { reason })
        inFlight.goBack(after)
      },
      intervals: (intervals) => paced(intervals.reportMs),
      asked: (id, question) => options.onQuestion(connection, id, question),
      measured: (offsetMs, errorMs) => {
        if (clockTold || Math.abs(offsetMs) - errorMs < clockNewsMs) return
        clockTold = true
        log.warn({ offsetMs: Math.round(offsetMs), errorMs: Math.round(errorMs) }, 'the clock of this machine is off')
      },
      fault: (code) => context.count('faults', { code }),
      sent: (bytes, how) => {
        context.count('frames', { how })
        context.count('sent_bytes', { how }, bytes)
      },
      woken: () => options.onWake(connection),
      ended: () => {
        current = undefined
        falls()
        context.pace(config.node, 0)
      },
    })
    current = { connection, spool, life: lifeNow(), info }
    const abort = (): void => connection.feed({ type: 'close', reason: 'the agent ends' })
    signal.addEventListener('abort', abort, { once: true })
    connection.feed({ type: 'opened' })
    if (signal.aborted) abort()
    try {
      const end = await connection.ended
      if (end.through !== undefined) await disown(end.through, end)
      return attemptEnd(end)
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  /** The server may have what another branch of the spool has told it in the place of what this one holds. */
  const disown = async (through: Sequence, { reason, doubt = false }: ConnectionEnd): Promise<void> => {
    const givenUp = await context.spool.disown(through, doubt ? 'doubt' : 'fork')
    // Handed over again before the next login, which says what was given up.
    inFlight.fail({ status: 'retry', reason, afterMs: 0 })
    context.count('forks')
    const what = 'this machine was put back, or is a copy: '
    log.error(
      { server: url, reason, givenUp },
      what + (doubt ? 'its oldest is given up' : 'the spool begins a new life'),
    )
  }

  /** Once, until a login stands again: each further one says the same. */
  const tellClone = (text: string): void => {
    context.count('clones')
    if (!cloneTold) log.error({ server: url, agent: config.agent ?? config.node }, text)
    cloneTold = true
  }

  const attemptEnd = ({ how, reason, retryMs = 0 }: ConnectionEnd): AttemptEnd => {
    switch (how) {
      case 'refused': {
        const { patience: kind, text } = meaningOf(reason)
        if (reason === 'cloned') tellClone(text)
        const restMs = Math.max(retryMs, kind === undefined ? 0 : patience.next(kind))
        // Who is kept out by another one is named there when it comes: it is away for no longer than it says.
        return kind === 'taken' ? { how, reason: text, waitMs: restMs } : { how, reason: text, restMs }
      }
      case 'sent-away':
        return { how, reason: `the server sent us away (${reason})`, restMs: retryMs }
      case 'forked':
      case 'closed':
        return { how, reason, backInMs: afterReloginMs }
      case 'lost':
        return { how, reason }
    }
  }

  const reconnector = openSharedReconnector<Connection>({
    context,
    sink: 'netstats',
    server: redactUrl(url),
    patienceMs,
    isTransient: (error) => error instanceof NetstatsSinkError,
    connect,
    // What was under way comes again: the next login says through where the server has it.
    onEnd: (reason, waitMs) => inFlight.fail({ status: 'retry', reason, afterMs: waitMs }),
  })

  return {
    ...reconnector,
    refresh: (spool) => {
      if (!current) return
      const { networkId, genesis } = options.info()
      const isSame =
        current.spool === spool &&
        current.life === lifeNow() &&
        current.info.networkId === networkId &&
        current.info.genesis === genesis
      if (!isSame) current.connection.feed({ type: 'close', reason: 'the stream is another one' })
    },
  }
}
