/**
 * One node at one ethstats server. The reconnector holds the connection; `deliver` uses it while it stands and says `retry`
 * while it does not.
 */
import { blockNumber } from '@netstats/protocol'
import type { NodeInfo } from '@netstats/protocol'
import { reasonOf } from '@netstats/sdk'
import type { Batch, Delivery, Sink, SinkContext } from '@netstats/sdk'
import { readTls } from '../shared/tls.ts'
import type { TlsOptions } from '../shared/tls.ts'
import type { EthstatsConfig } from './config.ts'
import { createCurrent, isStale } from './current.ts'
import { tryServerUrls } from './endpoint.ts'
import { EthstatsError } from './errors.ts'
import { openReconnector } from './reconnector.ts'
import type { Login } from './login.ts'
import { concerns, planBatch } from './plan.ts'
import type { Frame } from './plan.ts'

const maxHistory = 50
/**
 * How long the first login waits for the node to say which network it is on: without it a server would file the node
 * under a network that does not exist.
 */
const networkPatienceMs = 20_000
const askAgainMs = 100
/** How long it then waits for the head of the chain, so that the first report is complete and in geth's order. */
const headPatienceMs = 3000
/** A little after the next attempt, so that the login has had its chance. */
const marginMs = 200

// oxlint-disable-next-line max-lines-per-function -- a login, what was passed over before it and what is answered share their state
export const openEthstatsSink = async (config: EthstatsConfig, context: SinkContext): Promise<Sink> => {
  const { clock, log } = context
  const current = createCurrent(config.node)
  const disposed = new AbortController()
  let answering = false
  let started = false
  let firstAt: number | undefined
  let introducedAt: number | undefined
  /** Backlog was passed over before there was a login. */
  let passedOver = false

  const info = (): NodeInfo => {
    // The host knows it from the source at first hand; what comes out of the spool may be long past.
    // Servers read `client` as the protocol's generation and warn about others: the codec's default is what they expect.
    const { reporter: _, ...rest } = context.info(config.node) ?? current.info() ?? { name: config.node }
    return { ...rest, ...(config.contact === undefined ? {} : { contact: config.contact }) }
  }

  /** Right after the login: block, pending, stats, as far as they are known and not stale. */
  const report = (login: Login): void => {
    login.owesHistory = passedOver
    passedOver = false
    const now = clock.now()
    const head = current.head(now)
    const pending = current.pending(now)
    const stats = current.stats(now)
    const frames: readonly (Frame | undefined)[] = [
      head && { type: 'block', block: head },
      pending && { type: 'pending', pending: pending.value, at: pending.at },
      stats && { type: 'stats', stats: stats.value, at: stats.at },
    ]
    // What cannot be sent ends the connection, which says so by itself.
    for (const frame of frames) if (frame) login.send(frame).catch(() => undefined)
  }

  /** Answers a request, or fills in what a backlog left out. One at a time, as geth does; a second one is dropped. */
  const sendHistory = async (numbers: readonly number[] | undefined, login: Login): Promise<void> => {
    const height = current.height()
    const wanted = numbers ?? (height === undefined ? [] : range(Math.max(0, height - maxHistory + 1), height))
    if (answering || wanted.length === 0) return context.count('history_unanswered')
    answering = true
    try {
      const asked = wanted.slice(-maxHistory).map(blockNumber)
      const blocks = await context.blocks(config.node, asked, { signal: disposed.signal })
      // Nothing at all is better than an empty list, which some servers take for a fault.
      if (blocks.length === 0) return context.count('history_unanswered')
      await login.send({ type: 'history', blocks })
    } catch (error) {
      context.count('history_unanswered')
      log.debug({ error }, 'a history request could not be answered')
    } finally {
      answering = false
    }
  }

  const reconnector = openReconnector({
    config,
    context,
    id: config.id ?? config.node,
    urls: tryServerUrls(config.endpoint) ?? [],
    tls: await openTls(config.tls),
    info,
    onLogin: report,
    onHistory: (numbers, login) => void sendHistory(numbers, login),
  })

  const ship = async (batch: Batch, login: Login, signal: AbortSignal): Promise<Delivery> => {
    const plan = planBatch(batch.items, {
      node: config.node,
      now: clock.now(),
      wasSent: login.wasSent,
      lastStatsAt: login.lastStatsAt(),
      lastPendingAt: login.lastPendingAt(),
    })
    try {
      for (const frame of plan.frames) await unlessAborted(login.send(frame), signal)
      // State that is lost with a connection is told again after the next login. A block is not, unless it is the head.
      await unlessAborted(login.proveBlocks(), signal)
    } catch (error) {
      // What a dying connection took may not have arrived, so nothing of the batch is claimed.
      return { status: 'retry', reason: reasonOf(error) }
    }
    for (const { kind, reason } of plan.skipped) context.count('skipped', { kind, reason })
    login.owesHistory ||= plan.passedOver
    if (plan.caughtUp && login.owesHistory) {
      login.owesHistory = false
      void sendHistory(undefined, login)
    }
    return { status: 'delivered' }
  }

  const isIntroduced = (): boolean => info().networkId !== undefined

  /** Waits for the node to say which network it is on, as long as there is patience left. */
  const untilIntroduced = async (since: number, signal: AbortSignal): Promise<void> => {
    while (!isIntroduced() && clock.monotonic() - since < networkPatienceMs && !signal.aborted)
      await clock.sleep(askAgainMs, { signal }).catch(() => undefined)
  }

  /**
   * What becomes of a batch before the first login; undefined once it is time for that. State is delivered as soon as it
   * is known here: the report after the login tells the newest of it.
   */
  const beforeLogin = async (batch: Batch, signal: AbortSignal): Promise<Delivery | undefined> => {
    const since = (firstAt ??= clock.monotonic())
    const newest = batch.items.at(-1)?.observation.observedAt
    const hasBlocks = batch.items.some(({ observation }) => observation.kind === 'block')
    if (!isIntroduced() && newest !== undefined && isStale(newest, clock.now())) {
      // Old backlog stands before what the node says now, and nobody wants it: history fills in after the login.
      for (const { observation } of batch.items) context.count('skipped', { kind: observation.kind, reason: 'stale' })
      passedOver ||= hasBlocks
      return { status: 'delivered' }
    }
    if (!isIntroduced()) {
      if (!hasBlocks && clock.monotonic() - since < networkPatienceMs) return { status: 'delivered' }
      await untilIntroduced(since, signal)
      if (signal.aborted) return { status: 'retry', reason: 'the node has not said yet which network it is on' }
    }
    introducedAt ??= clock.monotonic()
    // A node that never introduced itself does not answer: there is no head to wait for.
    const awaitsHead = isIntroduced() && !hasBlocks && current.height() === undefined
    return awaitsHead && clock.monotonic() - introducedAt < headPatienceMs ? { status: 'delivered' } : undefined
  }

  return {
    deliver: async (batch, { signal }) => {
      if (!batch.items.some(({ observation }) => concerns(config.node, observation))) return { status: 'delivered' }
      for (const { observation } of batch.items) current.take(observation)
      const early = started ? undefined : await beforeLogin(batch, signal)
      if (early) return early
      started = true
      reconnector.start()
      reconnector.refresh()
      const login = await reconnector.ready({ signal })
      if (login) return ship(batch, login, signal)
      const { reason, waitMs } = reconnector.trouble()
      return { status: 'retry', reason, afterMs: waitMs + marginMs }
    },
    [Symbol.asyncDispose]: async () => {
      disposed.abort()
      await reconnector[Symbol.asyncDispose]()
    },
  }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

/** A socket that takes nothing more until the delivery is called off: the frame may come twice, never not at all. */
const unlessAborted = (work: Promise<void>, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const abort = (): void => reject(new EthstatsError('ETHSTATS_LOST', 'the server does not read'))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })

const openTls = async (config: EthstatsConfig['tls']): Promise<TlsOptions> => {
  try {
    return await readTls(config)
  } catch (error) {
    throw new EthstatsError('ETHSTATS_CA_UNREADABLE', `tls.ca cannot be read: ${reasonOf(error)}`, { cause: error })
  }
}
