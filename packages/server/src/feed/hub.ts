/**
 * The feed without sockets: viewers come with a sink, ask, and are sent what they follow. Nothing is queued for a
 * viewer: one that does not keep up is left out and later gets the state as it then is.
 */
import { createFairPool, originOf, takeTokens } from '@netstats/sdk/limits'
import { isSilent } from '../lib/liveness.ts'
import { whole } from '../lib/work-steps.ts'
import type { WorkSteps } from '../lib/work-steps.ts'
import { viewerPoolOf } from './feed-limits.ts'
import { fail, isBehind, say, send, viewersAStep } from './hub-state.ts'
import type { Fault, HubOptions, HubState } from './hub-state.ts'
import type { CloseReason, FeedGauges } from './meters.ts'
import { parseRequest } from './requests.ts'
import { loseTopic, sendDelta, sendOwed, subscribe, unsubscribe } from './subscriptions.ts'
import { createRegistry } from './topic-registry.ts'
import { createViewer } from './viewer.ts'
import type { Viewer, Sink } from './viewer.ts'

export interface Hub extends Disposable {
  /** Takes in a viewer and welcomes it, or says why not. */
  open(sink: Sink, address: string): Viewer | Extract<CloseReason, 'full' | 'address-full'>
  receive(viewer: Viewer, text: string): void
  pong(viewer: Viewer): void
  /** Forgets a viewer whose connection ended; `reason` is counted. Idempotent. */
  closed(viewer: Viewer, reason: CloseReason): void
  /** Publishes what changed and looks after viewers; to be called several times a second, by way of `run`. */
  round(): WorkSteps
  /** The same at once. */
  tick(): void
  gauges(): FeedGauges
}

export const createHub = (options: HubOptions): Hub => {
  const { core, takeDirty, limits, recorded, alarms, meters, now, monotonic } = options
  const run = options.run ?? ((work: () => WorkSteps) => whole(work()))
  // One function, so that work is not asked for twice.
  const firsts = () => answerFirsts(hub)
  const registry = createRegistry({
    core,
    takeDirty,
    limits,
    recorded,
    alarms,
    now,
    monotonic,
    onWork: (ms) => meters.count('work_seconds', {}, ms / 1000),
    onWanted: () => run(firsts),
    onDelta: (shared, frame) => sendDelta(options, shared, frame),
    onLost: (shared, known) => loseTopic(options, shared, known),
  })
  const hub: HubState = {
    options,
    registry,
    viewers: new Set(),
    pool: createFairPool(viewerPoolOf(limits)),
    nextTickAt: monotonic() + limits.tickMs,
  }
  return {
    open: (sink, address) => open(hub, sink, originOf(address)),
    receive: (viewer, text) => receive(hub, viewer, text),
    pong(viewer) {
      viewer.heard = true
    },
    closed: (viewer, reason) => forget(hub, viewer, reason),
    round: () => round(hub),
    tick: () => whole(round(hub)),
    gauges: () => gaugesOf(hub),
    [Symbol.dispose]() {
      for (const viewer of hub.viewers) shut(hub, viewer, 'shutdown', 1001)
      registry[Symbol.dispose]()
    },
  }
}

const open = (hub: HubState, sink: Sink, origin: string): ReturnType<Hub['open']> => {
  const { epoch, version, limits, meters, now, monotonic } = hub.options
  const refusal = hub.pool.refusal(origin)
  if (refusal !== undefined) return refusal === 'full' ? 'full' : 'address-full'
  const viewer = createViewer(sink, origin, limits, monotonic())
  hub.viewers.add(viewer)
  hub.pool.enter(origin)
  meters.count('viewers_opened', {}, 1)
  say(hub, viewer, { type: 'welcome', feed: 1, epoch, serverTime: now(), version })
  return viewer
}

const receive = (hub: HubState, viewer: Viewer, text: string): void => {
  const { limits, meters, now, monotonic } = hub.options
  if (viewer.closed) return
  // Any word from the peer proves that it lives.
  viewer.heard = true
  if (!takeTokens(viewer.requests, limits.requests, monotonic()))
    return faulty(hub, viewer, { code: 'FEED_RATE_LIMITED', message: 'Too many requests; ask again more slowly.' })
  const parsed = parseRequest(text)
  if (!parsed.ok) {
    // A filter in the middle of being typed is no abuse.
    const report = parsed.fault.code === 'FEED_FILTER_INVALID' ? fail : faulty
    return report(hub, viewer, parsed.fault)
  }
  const { request } = parsed
  meters.count('requests', { type: request.type }, 1)
  switch (request.type) {
    case 'subscribe':
      return subscribe(hub, viewer, request, parsed.filter)
    case 'unsubscribe':
      return unsubscribe(hub, viewer, request.id)
    case 'ping':
      return say(hub, viewer, { type: 'pong', clientTime: request.clientTime, serverTime: now() })
  }
}

const faulty = (hub: HubState, viewer: Viewer, fault: Fault): void => {
  const { limits, monotonic } = hub.options
  fail(hub, viewer, fault)
  if (!takeTokens(viewer.faults, limits.faults, monotonic())) shut(hub, viewer, 'abuse', 1008)
}

const shut = (hub: HubState, viewer: Viewer, reason: CloseReason, code: number): void => {
  if (reason === 'slow' || reason === 'half-open') viewer.sink.terminate()
  else viewer.sink.close(code, reason)
  forget(hub, viewer, reason)
}

const forget = (hub: HubState, viewer: Viewer, reason: CloseReason): void => {
  if (viewer.closed) return
  viewer.closed = true
  for (const id of viewer.subscriptions.keys()) unsubscribe(hub, viewer, id)
  hub.viewers.delete(viewer)
  hub.pool.leave(viewer.origin)
  hub.options.meters.count('viewers_closed', { reason }, 1)
}

/** Those who waited for the first answer of a topic get it. */
const answerFirsts = function* (hub: HubState): WorkSteps {
  for (const shared of yield* hub.registry.firsts()) {
    for (const viewer of shared.members.keys()) if (viewer.owed) sendOwed(hub, viewer)
    yield
  }
}

const round = function* (hub: HubState): WorkSteps {
  const { limits, now, monotonic } = hub.options
  yield* hub.registry.round()
  const time = monotonic()
  const due = time >= hub.nextTickAt
  if (due) hub.nextTickAt = time + limits.tickMs
  const frame = due ? Buffer.from(JSON.stringify({ type: 'tick', at: now() })) : undefined
  let looked = 0
  for (const viewer of hub.viewers) {
    // A snapshot for one that was put off is a piece of its own.
    const { owed } = viewer
    checkLiveness(hub, viewer, time)
    if (frame !== undefined && !viewer.closed && !isBehind(hub, viewer)) send(hub, viewer, 'tick', frame)
    if (owed || ++looked % viewersAStep === 0) yield
  }
}

const checkLiveness = (hub: HubState, viewer: Viewer, now: number): void => {
  const { limits } = hub.options
  if (!isBehind(hub, viewer)) viewer.behindSince = undefined
  else {
    viewer.behindSince ??= now
    if (now - viewer.behindSince >= limits.slowMs) return shut(hub, viewer, 'slow', 1013)
  }
  if (viewer.owed) sendOwed(hub, viewer)
  if (now < viewer.nextPingAt) return
  if (isSilent(viewer, 1)) return shut(hub, viewer, 'half-open', 1001)
  viewer.nextPingAt = now + limits.pingMs
  viewer.sink.ping()
}

const gaugesOf = ({ registry, viewers, options }: HubState): FeedGauges => {
  const topics = [...registry.topics.values()]
  return {
    viewers: viewers.size,
    topics: topics.length,
    dormantTopics: topics.filter((shared) => shared.dormantSince !== undefined).length,
    sortedTables: registry.sortedTables,
    slowViewers: [...viewers].filter((viewer) => viewer.owed && isBehind({ options }, viewer)).length,
    replayBytes: topics.reduce((sum, shared) => sum + shared.state.replayBytes, 0),
  }
}
