/**
 * A feed client's whole state as a value: what it asked for under which id, and what it knows. A client
 *
 * 1. calls `subscribe`/`unsubscribe` and sends the request of the same content,
 * 2. gives every message of the socket to `applyFeedMessage`,
 * 3. sends `requestsAfterConnect` on every new connection, and `requestsAfterGap` whenever a subscription has `gap`.
 *
 * Data stays readable while a connection is lost or an answer is awaited (`waiting`), so that nothing flickers.
 */
import { applyDelta } from './apply.ts'
import type { FeedMessage, FeedRequest, Resume, Topic, TopicData, TopicName } from './messages.ts'

export interface FeedFault {
  readonly code: string
  readonly message: string
  readonly position?: number
  readonly expected?: string
}

export interface Subscription {
  readonly request: Topic
  /** Last known state of the topic; undefined before the first snapshot. */
  readonly data: TopicData[TopicName] | undefined
  /** Where `data` stands; undefined while no channel serves it. */
  readonly position: { readonly channel: number; readonly seq: number } | undefined
  /** Server time of the last snapshot or delta. */
  readonly at: number | undefined
  /** True from asking until the answer. */
  readonly waiting: boolean
  /** A delta was missed: ask again. Never seen on an orderly connection. */
  readonly gap: boolean
  readonly fault: FeedFault | undefined
}

export interface FeedState {
  /** Which life of the server `position`s belong to. */
  readonly epoch: string | undefined
  readonly version: string | undefined
  /** Server time of the last message that carried one. */
  readonly serverTime: number | undefined
  readonly subscriptions: ReadonlyMap<number, Subscription>
  /** The last error that belonged to no subscription. */
  readonly fault: FeedFault | undefined
}

export const emptyFeedState: FeedState = {
  epoch: undefined,
  version: undefined,
  serverTime: undefined,
  subscriptions: new Map(),
  fault: undefined,
}

/** Data of a subscription, if it is of that topic and known. */
export const topicData = <T extends TopicName>(state: FeedState, id: number, topic: T): TopicData[T] | undefined => {
  const one = state.subscriptions.get(id)
  return one?.request.topic === topic ? (one.data as TopicData[T] | undefined) : undefined
}

/** Asks for a topic under an id. What the id showed before stays readable until the answer, if it is of the same kind. */
export const subscribe = (state: FeedState, id: number, request: Topic): FeedState => {
  const before = state.subscriptions.get(id)
  const kept = before !== undefined && isSamePlace(before.request, request) ? before : undefined
  return put(state, id, {
    request,
    data: kept?.data,
    position: kept?.position,
    at: kept?.at,
    waiting: true,
    gap: false,
    fault: undefined,
  })
}

export const unsubscribe = (state: FeedState, id: number): FeedState => {
  const subscriptions = new Map(state.subscriptions)
  subscriptions.delete(id)
  return { ...state, subscriptions }
}

/** What to send on a new connection: every subscription again, with the point to go on from. */
export const requestsAfterConnect = (state: FeedState): readonly FeedRequest[] =>
  [...state.subscriptions].map(([id, one]) => {
    const resume = resumePoint(state, one)
    return { type: 'subscribe' as const, id, ...(resume && { resume }), ...one.request }
  })

/** What to send when deltas were missed: those subscriptions again, from a snapshot. */
export const requestsAfterGap = (state: FeedState): readonly FeedRequest[] =>
  [...state.subscriptions]
    .filter(([, one]) => one.gap)
    .map(([id, one]) => ({ type: 'subscribe' as const, id, ...one.request }))

/** The state after a message of the server. Unknown messages are a newer server's and change nothing. */
export const applyFeedMessage = (state: FeedState, message: FeedMessage): FeedState => {
  switch (message.type) {
    case 'welcome':
      return welcome(state, message.epoch, message.version, message.serverTime)
    case 'snapshot':
      return update({ ...state, serverTime: message.at }, message.id, (one) =>
        one.request.topic === message.topic
          ? { ...one, ...settled, data: message.data, position: positionOf(message), at: message.at }
          : one,
      )
    case 'delta':
      return delta(state, message)
    case 'resumed':
      return update({ ...state, serverTime: message.at }, message.id, (one) =>
        one.position?.channel === message.channel ? { ...one, waiting: false, fault: undefined } : one,
      )
    case 'tick':
      return { ...state, serverTime: message.at }
    case 'pong':
      return { ...state, serverTime: message.serverTime }
    case 'error':
      return error(state, message)
    default:
      return state
  }
}

const settled = { waiting: false, gap: false, fault: undefined } as const

const positionOf = (message: { readonly channel: number; readonly seq: number }) => ({
  channel: message.channel,
  seq: message.seq,
})

const put = (state: FeedState, id: number, one: Subscription): FeedState => ({
  ...state,
  subscriptions: new Map(state.subscriptions).set(id, one),
})

const update = (state: FeedState, id: number, change: (one: Subscription) => Subscription): FeedState => {
  const one = state.subscriptions.get(id)
  return one === undefined ? state : put(state, id, change(one))
}

const isSamePlace = (a: Topic, b: Topic): boolean =>
  a.topic === b.topic &&
  ('network' in a ? a.network : '') === ('network' in b ? b.network : '') &&
  ('node' in a ? a.node : '') === ('node' in b ? b.node : '') &&
  ('hash' in a ? a.hash : '') === ('hash' in b ? b.hash : '')

const resumePoint = (state: FeedState, one: Subscription): Resume | undefined =>
  state.epoch === undefined || one.position === undefined || one.gap
    ? undefined
    : { epoch: state.epoch, ...one.position }

const welcome = (state: FeedState, epoch: string, version: string, serverTime: number): FeedState => {
  const next = { ...state, epoch, version, serverTime, fault: undefined }
  if (state.epoch === epoch) return next
  // Channels of another life of the server mean nothing here; what they brought stays readable until the new answer.
  const subscriptions = new Map<number, Subscription>()
  for (const [id, one] of state.subscriptions) subscriptions.set(id, { ...one, position: undefined, waiting: true })
  return { ...next, subscriptions }
}

const delta = (state: FeedState, message: Extract<FeedMessage, { type: 'delta' }>): FeedState => {
  const subscriptions = new Map(state.subscriptions)
  for (const [id, one] of state.subscriptions) {
    if (one.position?.channel !== message.channel || one.data === undefined || one.request.topic !== message.topic) {
      continue
    }
    // A seq already applied is the tail of a resume that a snapshot overtook.
    if (message.seq <= one.position.seq) continue
    if (message.seq > one.position.seq + 1) subscriptions.set(id, { ...one, gap: true })
    else if (!one.gap) {
      const data = applyDelta(message.topic, one.data as never, message.data as never)
      subscriptions.set(id, { ...one, data, position: positionOf(message), at: message.at })
    }
  }
  return { ...state, serverTime: message.at, subscriptions }
}

const error = (state: FeedState, message: Extract<FeedMessage, { type: 'error' }>): FeedState => {
  const { type: _, id, ...fault } = message
  if (id === undefined) return { ...state, fault }
  return update(state, id, (one) => ({ ...one, waiting: false, fault }))
}
