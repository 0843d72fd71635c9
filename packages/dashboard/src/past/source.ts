/**
 * Topics of one moment in the past, behind the same interface as the feed. When the moment changes, all open topics are
 * asked again, requests under way are aborted, and what was shown stays readable until the answer.
 */
import type { Topic, TopicData, TopicName } from '@netstats/protocol/feed'
import { type ReadonlySignal, signal } from '@preact/signals'
import type { TopicSource, TopicView } from '../feed/topics.ts'
import type { Ask } from '../rest/rest.ts'
import { type Answered, askGroup, groupOf } from './requests.ts'

interface PastSource extends TopicSource {
  /** Undefined aborts all requests; nothing is requested until there is a moment again. */
  readonly setMoment: (at: number | undefined) => void
  /** Requests again what failed. */
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

/** Topics that are open, with what is shown of each. */
function createViews() {
  const opened = signal<ReadonlyMap<number, Open>>(new Map())
  let nextId = 1
  const set = (id: number, one: Open): void => {
    opened.value = new Map(opened.peek()).set(id, one)
  }
  const change = (id: number, fields: Partial<Open>): void => {
    const one = opened.peek().get(id)
    if (one) set(id, { ...one, ...fields })
  }
  return {
    open: (topic: Topic): number => {
      const id = nextId++
      set(id, { topic, ...unanswered })
      return id
    },
    close: (id: number): void => {
      const next = new Map(opened.peek())
      next.delete(id)
      opened.value = next
    },
    view: (id: number) => opened.value.get(id) ?? unanswered,
    all: () => [...opened.peek().values()],
    /** Marks those for which it holds as waiting for an answer. */
    wait: (holds: (one: Open) => boolean): void => {
      for (const [id, one] of opened.peek()) if (holds(one)) change(id, { waiting: true })
    },
    /** Gives all topics of a group their answer; true where one of them has data. */
    answer: (group: string, at: number, answerOf: (topic: Topic) => Answered): boolean => {
      let some = false
      for (const [id, { topic }] of opened.peek()) {
        if (groupOf(topic) !== group) continue
        const answer = answerOf(topic)
        if ('data' in answer) change(id, { data: answer.data, fault: undefined, waiting: false, at })
        else change(id, { fault: answer.fault, waiting: false, ...(!answer.keeps && { data: undefined }) })
        some ||= 'data' in answer
      }
      return some
    },
  }
}

/** `soon` runs work after all topics of a page have been opened. */
export function createPastSource(ask: Ask, soon: (run: () => void) => void): PastSource {
  const views = createViews()
  const shownAt = signal<number | undefined>(undefined)
  const waiting = signal(false)
  let moment: number | undefined
  let scheduled = false
  let round = new AbortController()
  /** Groups of this round that have been asked. */
  let asked = new Set<string>()

  const askFor = async (group: string, topic: Topic, at: number): Promise<void> => {
    const { signal } = round
    try {
      const answerOf = await askGroup(ask, topic, at, signal)
      if (signal.aborted) return
      asked.delete(group)
      if (views.answer(group, at, answerOf)) shownAt.value = at
      waiting.value = views.all().some((one) => one.waiting)
    } catch (error) {
      // The moment changed; the new round requests everything.
      if (!signal.aborted) throw error
    }
  }

  const askWaiting = (): void => {
    scheduled = false
    if (moment === undefined) return
    for (const one of views.all()) {
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

  return {
    name: 'past',
    shownAt,
    waiting,
    open: (topic) => {
      const id = views.open(topic)
      schedule()
      return id
    },
    close: views.close,
    view: views.view,
    setMoment: (at) => {
      if (at === moment) return
      moment = at
      round.abort()
      round = new AbortController()
      asked = new Set()
      if (at === undefined) {
        waiting.value = false
        shownAt.value = undefined
        return
      }
      views.wait(() => true)
      waiting.value = views.all().length > 0
      schedule()
    },
    retry: () => {
      views.wait(({ fault }) => fault !== undefined)
      schedule()
    },
  }
}
