/**
 * One node at one Netstats server. The reconnector keeps the connection and the session on it; a delivery is settled when the
 * server has acknowledged all of it, or when the connection is gone.
 */
import { blockNumber } from '@netstats/protocol'
import type { BlockNumber, Observation } from '@netstats/protocol'
import type { Question } from '@netstats/protocol/netstats'
import { reasonOf } from '@netstats/sdk'
import type { Batch, Delivery, Sink, SinkContext } from '@netstats/sdk'
import { redactUrl } from '@netstats/sdk/config'
import { readTls } from '../shared/tls.ts'
import type { TlsOptions } from '../shared/tls.ts'
import type { NetstatsConfig } from './config.ts'
import { tryAgentUrl } from './endpoint.ts'
import { NetstatsSinkError } from './errors.ts'
import { createInFlight } from './in-flight.ts'
import type { Load } from './in-flight.ts'
import { createNodeInfoGate } from './node-info-gate.ts'
import { openReconnector } from './reconnector.ts'
import { readKey } from './key.ts'
import { toItem, toWritable } from './lines.ts'
import type { Connection } from './connection.ts'
import { createCurrentState } from './current-state.ts'

/** Observations handed over and not acknowledged, whatever the server allows: the agent's memory is bounded. */
const mostUnderWay = 2000
/** When what is under way is older than this, the current state is sent beside it. */
const lateAfterMs = 15_000
const currentStateEveryMs = 1000
/** A little after the next attempt, so that the login has had its chance. */
const marginMs = 200
/** So soon does a delivery come again that was called off while the connection stands: nothing of it is sent twice. */
const againMs = 1000

// oxlint-disable-next-line max-lines-per-function -- a batch is offered, sent, taken back and settled over the same window
export const openNetstatsSink = async (config: NetstatsConfig, context: SinkContext): Promise<Sink> => {
  const { clock, log } = context
  const { node } = config
  const url = tryAgentUrl(config.endpoint) ?? ''
  if (isExposed(url, config))
    log.warn({ server: redactUrl(url) }, 'the token travels in plain text; write wss:// to hide it')
  const inFlight = createInFlight()
  const nodeInfoGate = createNodeInfoGate(config, context)
  const disposed = new AbortController()
  let currentState = createCurrentState()

  /** Blocks or their headers, as lines of an answer, and which there are. */
  const find = async (what: Question['what'], numbers: readonly BlockNumber[]) => {
    const { signal } = disposed
    const observedAt = clock.now()
    const observations: readonly Observation[] =
      what === 'headers'
        ? (await context.headers(node, numbers, { signal })).map((body) => ({ kind: 'header', node, observedAt, body }))
        : (await context.blocks(node, numbers, { signal })).map((body) => ({ kind: 'block', node, observedAt, body }))
    const known = new Set(observations.flatMap(({ body }) => ('number' in body ? [body.number] : [])))
    return { lines: observations.map(toWritable), known }
  }

  const answer = async (connection: Connection, id: number, question: Question): Promise<void> => {
    const numbers = question.what === 'header' ? [question.number] : question.numbers
    try {
      const { lines, known } = await find(question.what, numbers.map(blockNumber))
      connection.feed({ type: 'answer', id, lines, missing: numbers.filter((number) => !known.has(number)) })
    } catch (error) {
      context.count('requests_failed')
      log.debug({ error }, 'a request for blocks could not be answered')
    }
  }

  const sendCurrentState = (connection: Connection): void => {
    const items = currentState.news(context.latest(node), clock.now())
    if (items.length > 0) connection.feed({ type: 'now', items })
  }

  /** While older observations are under way the current state is sent beside them. */
  const keepCurrentState = async (connection: Connection): Promise<void> => {
    const over = new AbortController()
    void connection.ended.then(() => over.abort())
    for await (const _ of clock.every(currentStateEveryMs, { signal: over.signal })) {
      const at = inFlight.oldestAt()
      if (at !== undefined && clock.now() - at > lateAfterMs) sendCurrentState(connection)
    }
  }

  /** Offers what there is room for. What the session does with it may make room, or take it away. */
  let pumping = false
  const pump = (connection: Connection): void => {
    if (pumping) return
    pumping = true
    try {
      for (let offer = inFlight.next(connection.room()); offer; offer = inFlight.next(connection.room()))
        connection.feed({ type: 'offer', ...offer })
    } finally {
      pumping = false
    }
  }

  const reconnector = openReconnector({
    config,
    context,
    url,
    tls: await openTls(config.tls),
    key: config.keyFile === undefined ? undefined : await readKey(config.keyFile),
    inFlight,
    info: () => nodeInfoGate.info(),
    onWelcome: (connection) => {
      currentState = createCurrentState()
      sendCurrentState(connection)
      void keepCurrentState(connection)
    },
    onWake: pump,
    onQuestion: (connection, id, question) => void answer(connection, id, question),
  })

  const loadOf = ({ spool, after, before, items, last }: Batch): Load => ({
    spool,
    after,
    before,
    last,
    items: items.map(toItem),
  })

  const deliver = async (batch: Batch, signal: AbortSignal): Promise<Delivery> => {
    for (const { observation } of batch.items) nodeInfoGate.take(observation)
    if (!(await nodeInfoGate.done({ signal }))) {
      return { status: 'retry', reason: 'the node has not said yet which network it is on', afterMs: againMs }
    }
    // A stream of another spool, or of a node that is on another network now, needs another login.
    reconnector.refresh(batch.spool)
    const load = loadOf(batch)
    const settled = Promise.withResolvers<Delivery>()
    inFlight.add(load, settled.resolve)
    const abort = (): void => {
      inFlight.remove(load)
      settled.resolve({ status: 'retry', reason: stalled(), afterMs: againMs })
    }
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    try {
      reconnector.start()
      const connection = await Promise.race([reconnector.ready({ signal }), settled.promise.then(() => undefined)])
      if (connection) pump(connection)
      else if (!reconnector.login()) {
        const { reason, waitMs } = reconnector.trouble()
        settled.resolve({ status: 'retry', reason, afterMs: waitMs + marginMs })
      }
      return await settled.promise
    } finally {
      inFlight.remove(load)
      signal.removeEventListener('abort', abort)
    }
  }

  /** Why a delivery was not settled in its time. */
  const stalled = (): string => {
    const connection = reconnector.login()
    if (!connection) return reconnector.trouble().reason
    return connection.room() > 0 ? 'the server does not acknowledge' : 'the server takes nothing more for now'
  }

  return {
    get window() {
      return Math.min(reconnector.login()?.window() ?? 0, mostUnderWay)
    },
    deliver: (batch, { signal }) => deliver(batch, signal),
    [Symbol.asyncDispose]: async () => {
      disposed.abort()
      await reconnector[Symbol.asyncDispose]()
      inFlight.fail({ status: 'retry', reason: 'the sink was closed' })
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
    throw new NetstatsSinkError('NETSTATS_CA_UNREADABLE', `tls.ca cannot be read: ${reasonOf(error)}`, {
      cause: error,
    })
  }
}
