/**
 * Topics of one moment in the past, behind the same interface as the feed. When the moment changes, all that is open is
 * asked anew, questions under way are given up, and what was shown stays readable until the answer.
 */
import type { Topic, TopicData, TopicName } from '@netstats/protocol/feed'
import { type ReadonlySignal, signal } from '@preact/signals'
import type { TopicSource, TopicView } from '../feed/topics.ts'
import type { Ask } from '../rest/rest.ts'
import { askGroup, groupOf, type Told } from './requests.ts'

export interface PastSource extends TopicSource {
  /** Undefined ends all questions; nothing is asked until there is a moment again. */
  readonly setMoment: (at: number | undefined) => void
  /** Asks again for what failed. */
  readonly retry: () => void
  /** The moment of what is shown; undefined before the first answer. */
  readonly shownAt: ReadonlySignal<number | undefined>
  /** True from a change of the moment until everything has been answered. */
  readonly waiting: ReadonlySignal<boolean>
}

interface Open extends TopicView<TopicData[TopicName]> {
  readonly topic: Topic
}

const unanswered = { data: undefined, fault: undefined, waiting: true, at: undefined } as const

/** `soon` runs work after all topics of a page have been opened. */
export function createPastSource(ask: Ask, soon: (run: () => void) => void): PastSource {
  const opened = signal<ReadonlyMap<number, Open>>(new Map())
  const shownAt = signal<number | undefined>(undefined)
  const waiting = signal(false)
  let moment: number | undefined
  let nextId = 1
  let scheduled = false
  let round = new AbortController()
  /** Groups of this round that have been asked. */
  let asked = new Set<string>()

  const change = (id: number, fields: Partial<Open>): void => {
    const one = opened.peek().get(id)
    if (one) opened.value = new Map(opened.peek()).set(id, { ...one, ...fields })
  }

  const tell = (group: string, at: number, told: (topic: Topic) => Told): void => {
    for (const [id, { topic }] of opened.peek()) {
      if (groupOf(topic) !== group) continue
      const answer = told(topic)
      if ('data' in answer) change(id, { data: answer.data, fault: undefined, waiting: false, at })
      else change(id, { fault: answer.fault, waiting: false, ...(!answer.keeps && { data: undefined }) })
      if ('data' in answer) shownAt.value = at
    }
    waiting.value = [...opened.peek().values()].some((one) => one.waiting)
  }

  const askFor = async (group: string, topic: Topic, at: number): Promise<void> => {
    const { signal } = round
    try {
      const told = await askGroup(ask, topic, at, signal)
      if (signal.aborted) return
      asked.delete(group)
      tell(group, at, told)
    } catch (error) {
      // The moment moved on; the new round asks for all there is.
      if (!signal.aborted) throw error
    }
  }

  const askWaiting = (): void => {
    scheduled = false
    if (moment === undefined) return
    for (const one of opened.peek().values()) {
      const group = groupOf(one.topic)
      if (!one.waiting || asked.has(group)) continue
      asked.add(group)
      waiting.value = true
      void askFor(group, one.topic, moment)
    }
  }

  const schedule = (): void => {
    if (scheduled) return
    scheduled = true
    soon(askWaiting)
  }

  const begin = (): void => {
    round.abort()
    round = new AbortController()
    asked = new Set()
  }

  return {
    name: 'past',
    shownAt,
    waiting,
    open: (topic) => {
      const id = nextId++
      opened.value = new Map(opened.peek()).set(id, { topic, ...unanswered })
      schedule()
      return id
    },
    close: (id) => {
      const next = new Map(opened.peek())
      next.delete(id)
      opened.value = next
    },
    view: (id) => opened.value.get(id) ?? unanswered,
    setMoment: (at) => {
      if (at === moment) return
      moment = at
      begin()
      if (at === undefined) {
        waiting.value = false
        shownAt.value = undefined
        return
      }
      for (const id of opened.peek().keys()) change(id, { waiting: true })
      waiting.value = opened.peek().size > 0
      schedule()
    },
    retry: () => {
      for (const [id, one] of opened.peek()) if (one.fault) change(id, { waiting: true })
      schedule()
    },
  }
}
