/**
 * Where pages get their topics from: the feed while live, the history in the past; panels do
 * not know which. Components with the same topic share it, and it is kept for a second after the last of them.
 */
import type { FeedFault, Topic, TopicData } from '@netstats/protocol/feed'
import { computed, type ReadonlySignal, untracked } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { FeedClient } from './client.ts'

export interface TopicView<T> {
  /** Undefined before the first answer. */
  readonly data: T | undefined
  readonly fault: FeedFault | undefined
  /** True from asking until the answer. */
  readonly waiting: boolean
  /** Server time of the last change. */
  readonly at: number | undefined
}

export interface TopicSource {
  /** Tells sources apart. */
  readonly name: string
  /** Opens a topic; the id finds it in `view`. */
  readonly open: (topic: Topic) => number
  readonly close: (id: number) => void
  /** Reads signals: a computed value or a component that calls it changes with the topic. */
  readonly view: (id: number) => TopicView<unknown>
}

interface Shared {
  readonly id: number
  readonly key: string
  readonly source: TopicSource
  /** Its data from the other source: on the way to the past and back the old picture stays until the new one is there. */
  readonly before: unknown
  users: number
  leave?: ReturnType<typeof setTimeout>
}

const lingerMs = 1000
const shared = new Map<string, Shared>()

interface Sources {
  readonly feed: FeedClient
  readonly live: TopicSource
  /** The source of what is shown now. */
  readonly current: ReadonlySignal<TopicSource>
}
let sources: Sources | undefined

/** The sources of the page; set once before the first component is drawn. `past` is undefined while the page is live. */
export function useTopicsFrom(feed: FeedClient, past: ReadonlySignal<TopicSource | undefined>): void {
  const live: TopicSource = {
    name: 'live',
    open: feed.open,
    close: feed.close,
    view: (id) => {
      const one = feed.state.value.subscriptions.get(id)
      return { data: one?.data, fault: one?.fault, waiting: one?.waiting ?? true, at: one?.at }
    },
  }
  sources = { feed, live, current: computed(() => past.value ?? live) }
}

function knownSources(): Sources {
  if (!sources) throw new Error('useTopicsFrom was not called before the first topic.')
  return sources
}

export const feedClient = (): FeedClient => knownSources().feed
/** Reads a signal: the source changes when the page goes to the past or comes back. */
export const topicSource = (): TopicSource => knownSources().current.value

function join(place: string, key: string, source: TopicSource, topic: Topic): Shared {
  const found = shared.get(place)
  if (found) return found
  const other = [...shared.values()].find((one) => one.key === key)
  const made = untracked<Shared>(() => ({
    id: source.open(topic),
    key,
    source,
    before: other?.source.view(other.id).data,
    users: 0,
  }))
  shared.set(place, made)
  return made
}

/** Follows a topic; the signal changes with the topic's data. */
export function useTopic<T extends Topic>(topic: T): ReadonlySignal<TopicView<TopicData[T['topic']]>> {
  const key = JSON.stringify(topic)
  // The list of networks has no past, and what is open is open now.
  const source = topic.topic === 'networks' || topic.topic === 'alarms' ? knownSources().live : topicSource()
  const place = `${source.name} ${key}`
  const { id, before } = useMemo(() => join(place, key, source, topic), [place])
  useEffect(() => {
    const mine = join(place, key, source, topic)
    mine.users += 1
    clearTimeout(mine.leave)
    return () => {
      mine.users -= 1
      if (mine.users > 0) return
      mine.leave = setTimeout(() => {
        shared.delete(place)
        source.close(mine.id)
      }, lingerMs)
    }
  }, [place])
  return useMemo(
    () =>
      computed(() => {
        const view = source.view(id) as TopicView<TopicData[T['topic']]>
        const unanswered = view.data === undefined && view.fault === undefined
        return unanswered ? { ...view, data: before as TopicData[T['topic']] | undefined } : view
      }),
    [place, id],
  )
}
