/** Shares subscriptions: components that ask for the same topic get the same one, and leaving a page for a second keeps it. */
import type { FeedFault, Topic, TopicData } from '@netstats/protocol/feed'
import { computed, type ReadonlySignal } from '@preact/signals'
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

interface Shared {
  readonly id: number
  users: number
  leave?: ReturnType<typeof setTimeout>
}

const lingerMs = 1000
let client: FeedClient | undefined
const shared = new Map<string, Shared>()

/** The one client of the page; set once before the first component is drawn. */
export function useFeedFrom(feed: FeedClient): void {
  client = feed
}

export function feedClient(): FeedClient {
  if (!client) throw new Error('useFeedFrom was not called before the first topic.')
  return client
}

function join(key: string, topic: Topic): Shared {
  const found = shared.get(key)
  if (found) return found
  const made: Shared = { id: feedClient().open(topic), users: 0 }
  shared.set(key, made)
  return made
}

/** Follows a topic; the signal changes with the topic's data. */
export function useTopic<T extends Topic>(topic: T): ReadonlySignal<TopicView<TopicData[T['topic']]>> {
  const key = JSON.stringify(topic)
  const { id } = useMemo(() => join(key, topic), [key])
  useEffect(() => {
    const mine = join(key, topic)
    mine.users += 1
    clearTimeout(mine.leave)
    return () => {
      mine.users -= 1
      if (mine.users > 0) return
      mine.leave = setTimeout(() => {
        shared.delete(key)
        feedClient().close(mine.id)
      }, lingerMs)
    }
  }, [key])
  return useMemo(() => topicSignal<TopicData[T['topic']]>(id), [id])
}

/** What is known under a subscription id. */
export function topicSignal<T>(id: number): ReadonlySignal<TopicView<T>> {
  const one = computed(() => feedClient().state.value.subscriptions.get(id))
  return computed(() => ({
    data: one.value?.data as T | undefined,
    fault: one.value?.fault,
    waiting: one.value?.waiting ?? true,
    at: one.value?.at,
  }))
}
