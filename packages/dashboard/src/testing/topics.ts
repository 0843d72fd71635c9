/** A feed whose topics a test answers by hand, in place of a connection; its state is the protocol's own. */
import {
  applyFeedMessage,
  emptyFeedState,
  type FeedFault,
  type FeedMessage,
  type FeedState,
  subscribe,
  type Topic,
  type TopicData,
  unsubscribe,
} from '@netstats/protocol/feed'
import { type Signal, signal } from '@preact/signals'
import type { FeedRefusal, Link } from '../feed/link.ts'
import { type TopicSource, useTopicsFrom } from '../feed/topics.ts'

interface HandSource extends TopicSource {
  readonly state: Signal<FeedState>
  /** Topics that are open now. */
  readonly opened: () => readonly Topic[]
  /** Answers all topics of a name, those opened later too. */
  readonly answer: <T extends Topic['topic']>(name: T, data: TopicData[T]) => void
  /** Answers those that are open now, each with its own data; undefined leaves one waiting. */
  readonly answerEach: <T extends Topic['topic']>(name: T, dataOf: (topic: Topic) => TopicData[T] | undefined) => void
  /** Topics opened from now on wait for an answer. */
  readonly hold: (name: Topic['topic']) => void
  /** Fails all topics of a name, or those windows of nodes that have a filter. */
  readonly fail: (name: Topic['topic'], fault: FeedFault, filter?: string) => void
}

export function createHandSource(name: string): HandSource {
  const state = signal<FeedState>(emptyFeedState)
  const answers = new Map<Topic['topic'], (id: number) => FeedMessage>()
  let nextId = 1
  const tell = (message: FeedMessage | undefined): void => {
    if (message) state.value = applyFeedMessage(state.peek(), message)
  }
  const snapshot = (id: number, topic: Topic['topic'], data: unknown): FeedMessage =>
    ({ type: 'snapshot', id, topic, channel: id, seq: 1, at: 1, data }) as FeedMessage
  const openOf = (wanted: Topic['topic']) =>
    [...state.peek().subscriptions].filter(([, { request }]) => request.topic === wanted)
  const tellAll = (wanted: Topic['topic'], message: (id: number) => FeedMessage): void => {
    answers.set(wanted, message)
    for (const [id] of openOf(wanted)) tell(message(id))
  }
  return {
    name,
    state,
    opened: () => [...state.peek().subscriptions.values()].map(({ request }) => request),
    open: (topic) => {
      const id = nextId++
      state.value = subscribe(state.peek(), id, topic)
      tell(answers.get(topic.topic)?.(id))
      return id
    },
    close: (id) => {
      state.value = unsubscribe(state.peek(), id)
    },
    view: (id) => {
      const one = state.value.subscriptions.get(id)
      return { data: one?.data, fault: one?.fault, waiting: one?.waiting ?? true, at: one?.at }
    },
    answer: (wanted, data) => tellAll(wanted, (id) => snapshot(id, wanted, data)),
    answerEach: (wanted, dataOf) => {
      for (const [id, { request }] of openOf(wanted)) {
        const data = dataOf(request)
        if (data !== undefined) tell(snapshot(id, wanted, data))
      }
    },
    hold: (wanted) => void answers.delete(wanted),
    fail: (wanted, { code, message }, filter) => {
      if (filter === undefined) return tellAll(wanted, (id) => ({ type: 'error', id, code, message }))
      for (const [id, { request }] of openOf(wanted))
        if (request.topic === 'nodes' && request.window.filter === filter) tell({ type: 'error', id, code, message })
    },
  }
}

export interface HandFeed extends HandSource {
  readonly link: Signal<Link>
  readonly refusal: Signal<FeedRefusal | undefined>
  /** What the page shows in place of the feed. */
  readonly past: Signal<TopicSource | undefined>
  /** How often the reader asked for another try. */
  retries: number
}

/** Becomes the source of the page's topics. */
export function followHandFeed(): HandFeed {
  const source = createHandSource('live')
  const hand: HandFeed = {
    ...source,
    link: signal<Link>({ status: 'live', heardAt: 0, roundTripMs: null }),
    refusal: signal<FeedRefusal | undefined>(undefined),
    past: signal<TopicSource | undefined>(undefined),
    retries: 0,
  }
  const retryNow = (): void => void (hand.retries += 1)
  useTopicsFrom({ ...hand, retryNow, [Symbol.dispose]: () => undefined }, hand.past)
  return hand
}
