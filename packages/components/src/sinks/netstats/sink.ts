/**
 * One node at one Netstats server. The keeper holds the connection and the session on it; a delivery is settled when the
 * server has acknowledged all of it, or when the connection is gone.
 */
import { blockNumber } from '@netstats/protocol'
import type { Question } from '@netstats/protocol/netstats'
import { reasonOf } from '@netstats/sdk'
import type { Batch, Delivery, Sink, SinkContext } from '@netstats/sdk'
import { readTls } from '../shared/tls.ts'
import type { TlsOptions } from '../shared/tls.ts'
import type { NetstatsConfig } from './config.ts'
import { tryAgentUrl } from './endpoint.ts'
import { NetstatsSinkError } from './errors.ts'
import { createFlow } from './flow.ts'
import type { Load } from './flow.ts'
import { createIntroduction } from './introduction.ts'
import { openKeeper } from './keeper.ts'
import { readKey } from './key.ts'
import { toItem, toWritable } from './lines.ts'
import type { Link } from './link.ts'
import { createPresent } from './present.ts'

/** Observations handed over and not acknowledged, whatever the server allows: the agent's memory is bounded. */
const mostUnderWay = 2000
/** Older than this, what is under way is the past, and the present is told beside it. */
const lateAfterMs = 15_000
const presentEveryMs = 1000
/** A little after the next attempt, so that the login has had its chance. */
const marginMs = 200
/** So soon does a delivery come again that was called off while the connection stands: nothing of it is sent twice. */
const againMs = 1000

export const openNetstatsSink = async (config: NetstatsConfig, context: SinkContext): Promise<Sink> => {
  const { clock, log } = context
  const { node } = config
  const url = tryAgentUrl(config.endpoint) ?? ''
  if (isExposed(url, config)) log.warn({ server: url }, 'the token travels in plain text; write wss:// to hide it')
  const flow = createFlow()
  const introduction = createIntroduction(config, context)
  const disposed = new AbortController()
  let present = createPresent()

  const answer = async (link: Link, id: number, question: Question): Promise<void> => {
    const numbers = question.what === 'history' ? question.numbers : [question.number]
    try {
      const found = await context.blocks(node, numbers.map(blockNumber), { signal: disposed.signal })
      const blocks = found.map((body) => toWritable({ kind: 'block', node, observedAt: clock.now(), body }))
      const known = new Set<number>(found.map((block) => block.number))
      link.feed({ type: 'answer', id, blocks, missing: numbers.filter((number) => !known.has(number)) })
    } catch (error) {
      context.count('requests_failed')
      log.debug({ error }, 'a request for blocks could not be answered')
    }
  }

  const tellPresent = (link: Link): void => {
    const items = present.news(context.latest(node), clock.now())
    if (items.length > 0) link.feed({ type: 'now', items })
  }

  /** While the past is under way the present is told beside it. */
  const keepPresent = async (link: Link): Promise<void> => {
    const over = new AbortController()
    void link.ended.then(() => over.abort())
    for await (const _ of clock.every(presentEveryMs, { signal: over.signal })) {
      const at = flow.oldestAt()
      if (at !== undefined && clock.now() - at > lateAfterMs) tellPresent(link)
    }
  }

  /** Offers what there is room for. What the session does with it may make room, or take it away. */
  let pumping = false
  const pump = (link: Link): void => {
    if (pumping) return
    pumping = true
    try {
      for (let offer = flow.next(link.room()); offer; offer = flow.next(link.room()))
        link.feed({ type: 'offer', ...offer })
    } finally {
      pumping = false
    }
  }

  const keeper = openKeeper({
    config,
    context,
    url,
    tls: await openTls(config.tls),
    key: config.keyFile === undefined ? undefined : await readKey(config.keyFile),
    flow,
    info: () => introduction.info(),
    onWelcome: (link) => {
      present = createPresent()
      tellPresent(link)
      void keepPresent(link)
    },
    onStir: pump,
    onQuestion: (link, id, question) => void answer(link, id, question),
  })

  const loadOf = ({ spool, after, items, last }: Batch): Load => ({ spool, after, last, items: items.map(toItem) })

  const deliver = async (batch: Batch, signal: AbortSignal): Promise<Delivery> => {
    for (const { observation } of batch.items) introduction.take(observation)
    if (!(await introduction.done({ signal }))) {
      return { status: 'retry', reason: 'the node has not said yet which network it is on', afterMs: againMs }
    }
    // A stream of another spool, or of a node that is on another network now, needs another login.
    keeper.refresh(batch.spool)
    const load = loadOf(batch)
    const settled = Promise.withResolvers<Delivery>()
    flow.add(load, settled.resolve)
    const abort = (): void => {
      flow.remove(load)
      settled.resolve({ status: 'retry', reason: stalled(), afterMs: againMs })
    }
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    try {
      keeper.start()
      const link = await Promise.race([keeper.ready({ signal }), settled.promise.then(() => undefined)])
      if (link) pump(link)
      else if (!keeper.login()) {
        const { reason, waitMs } = keeper.trouble()
        settled.resolve({ status: 'retry', reason, afterMs: waitMs + marginMs })
      }
      return await settled.promise
    } finally {
      flow.remove(load)
      signal.removeEventListener('abort', abort)
    }
  }

  /** Why a delivery was not settled in its time. */
  const stalled = (): string => {
    const link = keeper.login()
    if (!link) return keeper.trouble().reason
    return link.room() > 0 ? 'the server does not acknowledge' : 'the server takes nothing more for now'
  }

  return {
    get window() {
      return Math.min(keeper.login()?.window() ?? 0, mostUnderWay)
    },
    deliver: (batch, { signal }) => deliver(batch, signal),
    [Symbol.asyncDispose]: async () => {
      disposed.abort()
      await keeper[Symbol.asyncDispose]()
      flow.fail({ status: 'retry', reason: 'the sink was closed' })
    },
  }
}

/** Whether a secret leaves this machine unencrypted. */
const isExposed = (url: string, { token, secret }: NetstatsConfig): boolean =>
  (token ?? secret) !== undefined && /^ws:\/\/(?!localhost[:/]|127\.|\[::1\])/.test(url)

const openTls = async (config: NetstatsConfig['tls']): Promise<TlsOptions> => {
  try {
    return await readTls(config)
  } catch (error) {
    throw new NetstatsSinkError('NETSTATS_CA_UNREADABLE', `tls.ca can not be read: ${reasonOf(error)}`, {
      cause: error,
    })
  }
}
