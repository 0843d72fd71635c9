/** The keeper of a login at a Netstats server: what a connection is, and how long a server is left alone after which end. */
import type { NodeInfo } from '@netstats/protocol'
import { createAgentSession, limits, subProtocol } from '@netstats/protocol/netstats'
import type { AgentSession, Question } from '@netstats/protocol/netstats'
import type { SinkContext } from '@netstats/sdk'
import { reporter } from '../../version.ts'
import { openKeeper as openSharedKeeper } from '../shared/keeper.ts'
import type { Connecting, ConnectionEnd, Keeper as SharedKeeper } from '../shared/keeper.ts'
import { connectFirst } from '../shared/socket.ts'
import type { TlsOptions } from '../shared/tls.ts'
import type { NetstatsConfig } from './config.ts'
import { NetstatsSinkError } from './errors.ts'
import type { Flow } from './flow.ts'
import type { AgentKey } from './key.ts'
import { openLink } from './link.ts'
import type { Link, LinkEnd } from './link.ts'
import { createPatience, meaningOf } from './refusals.ts'

/** Longer than a login can take: connecting, and the session's own limit. */
const patienceMs = 36_000
const afterReloginMs = 100
/** A clock that is further off than this, beyond what may be the measurement's error, is news. */
const clockNewsMs = 2000

export interface KeeperOptions {
  readonly config: NetstatsConfig
  readonly context: SinkContext
  readonly url: string
  readonly tls: TlsOptions
  readonly key: AgentKey | undefined
  readonly flow: Flow
  readonly info: () => NodeInfo
  readonly onWelcome: (link: Link) => void
  /** There may be room for more. */
  readonly onStir: (link: Link) => void
  readonly onQuestion: (link: Link, id: number, question: Question) => void
}

export interface Keeper extends SharedKeeper<Link> {
  /** Logs in anew where the stream is one of another spool, or the node on another network, than at the login. */
  refresh(spool: string): void
}

export const openKeeper = (options: KeeperOptions): Keeper => {
  const { config, context, url, tls, key, flow } = options
  const { clock, log } = context
  const patience = createPatience()
  const secret = config.token ?? config.secret
  /** What the login under way, or the one that stands, was made with. */
  let current: { readonly link: Link; readonly spool: string; readonly info: NodeInfo } | undefined

  const sessionOf = (spool: string, info: NodeInfo): AgentSession =>
    createAgentSession({
      hello: {
        agent: config.agent ?? config.node,
        node: config.node,
        info,
        spool,
        after: flow.released(),
        software: reporter,
        ...(secret === undefined ? {} : { token: secret.reveal() }),
        ...(key === undefined ? {} : { key: key.publicKey }),
        ...(config.compress === 'off' ? {} : { compress: ['deflate'] }),
      },
      last: context.spool.id === spool ? context.spool.last : Number.MAX_SAFE_INTEGER,
      ...(key === undefined ? {} : { sign: key.sign }),
    })

  const connect = async ({ signal, stands, works, falls }: Connecting<Link>): Promise<ConnectionEnd> => {
    const unreachable = (message: string): Error => new NetstatsSinkError('NETSTATS_UNREACHABLE', message)
    const { socket } = await connectFirst(
      { urls: [url], tls, protocol: subProtocol, maxFrameBytes: limits.frameBytes, kind: 'Netstats', unreachable },
      { signal },
    )
    const spool = flow.spool() ?? context.spool.id
    const info = options.info()
    let clockTold = false
    const link = openLink({
      socket,
      clock,
      session: sessionOf(spool, info),
      welcomed: (welcome) => {
        patience.reset()
        const { network, through, window, compress = 'off', durable } = welcome
        if (!durable) log.warn({}, 'the server keeps no history: what it acknowledges is lost when it ends')
        context.pace(config.node, welcome.intervals.reportMs)
        flow.begin(through)
        stands(link, { network, through, window, compress })
        options.onWelcome(link)
      },
      acknowledged: (through) => {
        works()
        flow.acknowledged(through)
      },
      goBack: (after, reason) => {
        if (reason !== 'welcome') context.count('resends', { reason })
        flow.goBack(after)
      },
      intervals: (intervals) => context.pace(config.node, intervals.reportMs),
      asked: (id, question) => options.onQuestion(link, id, question),
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
      stirred: () => options.onStir(link),
      ended: () => {
        current = undefined
        falls()
        context.pace(config.node, 0)
      },
    })
    current = { link, spool, info }
    const abort = (): void => link.feed({ type: 'close', reason: 'the agent ends' })
    signal.addEventListener('abort', abort, { once: true })
    link.feed({ type: 'opened' })
    if (signal.aborted) abort()
    try {
      const end = await link.ended
      if (end.how === 'stale-spool') await context.spool.renew(spool)
      return connectionEnd(end)
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  const connectionEnd = ({ how, reason, retryMs = 0 }: LinkEnd): ConnectionEnd => {
    switch (how) {
      case 'refused': {
        const { lasting, text } = meaningOf(reason)
        return { how, reason: text, restMs: Math.max(retryMs, lasting ? patience.next() : 0) }
      }
      case 'sent-away':
        return { how, reason: `the server sent us away (${reason})`, restMs: retryMs }
      case 'stale-spool':
      case 'closed':
        return { how, reason, backInMs: afterReloginMs }
      case 'lost':
        return { how, reason }
    }
  }

  const keeper = openSharedKeeper<Link>({
    context,
    sink: 'netstats',
    server: url,
    patienceMs,
    isWeather: (error) => error instanceof NetstatsSinkError,
    connect,
    // What was under way comes again: the next login says through where the server has it.
    onEnd: (reason, waitMs) => flow.fail({ status: 'retry', reason, afterMs: waitMs }),
  })

  return {
    ...keeper,
    refresh: (spool) => {
      if (!current) return
      const { networkId, genesis } = options.info()
      const isSame = current.spool === spool && current.info.networkId === networkId && current.info.genesis === genesis
      if (!isSame) current.link.feed({ type: 'close', reason: 'the stream is another one' })
    },
  }
}
