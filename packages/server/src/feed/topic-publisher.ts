/** Publishes what is due within the time it may take. Windows take work, so that none starves when there are too many. */
import { refill } from '@netstats/sdk/limits'
import type { Rate, TokenBucket } from '@netstats/sdk/limits'
import { timed } from '../lib/work-steps.ts'
import type { WorkSteps } from '../lib/work-steps.ts'
import type { FeedLimits } from './feed-limits.ts'
import { looksAStep } from './registry-state.ts'
import type { RegistryState } from './registry-state.ts'
import { inTurn } from './shared-topics.ts'
import type { SharedTopic } from './shared-topics.ts'

/** First answers between two looks at who else waits for one. */
const firstsATurn = 10

// A quarter of a second's worth at once: more would be one long pause for everything else in the process.
const workRate = ({ workShare }: FeedLimits): Rate => ({ perSecond: 1000 * workShare, burst: 250 * workShare })

export const createWorkBudget = (limits: FeedLimits, now: number): TokenBucket => ({
  tokens: workRate(limits).burst,
  at: now,
})

const mayWork = ({ budget, options }: RegistryState): boolean =>
  refill(budget, workRate(options.limits), options.monotonic()) > 0

const spend = ({ budget, options }: RegistryState, ms: number): void => {
  budget.tokens -= ms
  options.onWork(ms)
}

const publish = (state: RegistryState, shared: SharedTopic): WorkSteps =>
  timed(published(state, shared), state.options.monotonic, (ms) => spend(state, ms))

const published = function* ({ topics, options }: RegistryState, shared: SharedTopic): WorkSteps {
  yield* shared.state.prepare()
  // It may have gone, or lost its network, while others had their turn.
  if (topics.all.get(shared.state.key) !== shared) return
  const frame = shared.state.publish(options.now(), options.monotonic())
  if (frame !== undefined) yield* options.onDelta(shared, frame)
}

/** Everything that is due but windows, and of windows as many as there is time for. */
export const publishDue = function* (state: RegistryState): WorkSteps {
  const { windows, others } = yield* takeDue(state)
  for (const shared of others) {
    yield* publish(state, shared)
    yield
  }
  if (windows.length === 0 || !mayWork(state)) return
  for (const shared of inTurn(windows)) {
    if (!mayWork(state)) return
    yield* publish(state, shared)
    if (shared.state.live) shared.servedAt = state.options.monotonic()
    yield
  }
}

interface Due {
  readonly windows: readonly SharedTopic[]
  readonly others: readonly SharedTopic[]
}

const takeDue = function* ({ topics, options }: RegistryState): WorkSteps<Due> {
  const now = options.monotonic()
  const windows: SharedTopic[] = []
  const others: SharedTopic[] = []
  let looked = 0
  for (const shared of topics.changed) {
    if (++looked % looksAStep === 0) yield
    const stance = shared.state.stance(now)
    if (stance === 'settled') topics.settle(shared)
    if (stance === 'due') (shared.state.topic.topic === 'nodes' ? windows : others).push(shared)
  }
  return { windows, others }
}

/** A topic that wakes has nobody to send a delta to; what it shows is brought up to date, at once where that is short work. */
export const wake = (state: RegistryState, shared: SharedTopic): void => {
  const { topics, wanted, options } = state
  topics.wake(shared)
  if (!mayWork(state) || shared.state.stance(options.monotonic()) !== 'due') return
  if (shared.state.ready) {
    const startedAt = options.monotonic()
    shared.state.publish(options.now(), startedAt)
    spend(state, options.monotonic() - startedAt)
  } else {
    wanted.add(shared)
    options.onWanted()
  }
}

/** First answers that are waited for; gives the topics that have one now. */
export const publishFirsts = function* (state: RegistryState): WorkSteps<readonly SharedTopic[]> {
  const { topics, wanted } = state
  const began: SharedTopic[] = []
  // Who asks meanwhile does not wait behind all that one address has asked for.
  while (wanted.size > 0) {
    for (const shared of inTurn([...wanted]).slice(0, firstsATurn)) {
      wanted.delete(shared)
      if (shared.dormantSince !== undefined || topics.all.get(shared.state.key) !== shared) continue
      yield* publish(state, shared)
      if (shared.state.live) began.push(shared)
      yield
    }
  }
  return began
}
