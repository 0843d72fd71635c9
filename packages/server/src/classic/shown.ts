/** A network that some page looks at: what all its pages are told, and when. */
import type { Dirty, NetworkView } from '../shard/model.ts'
import { createRoom } from './room.ts'

export interface Shown {
  readonly view: NetworkView
  /** The last `init` for a page that begins, where it still holds. */
  readonly kept: Buffer | undefined
  /** A new one: dear where there are thousands of nodes. */
  answer(): Buffer
  /** A page has begun: all get charts soon. */
  wantCharts(): void
  /** What all pages are told now, in order; rows are looked at until the time is over. */
  messages(dirty: Dirty, until?: number): readonly string[]
  /** Rows that wait to be looked at. */
  readonly waiting: number
}

const hourMs = 3_600_000
const chartsEveryMs = 1000
const answerKeptMs = 1000
/** A new `init` raises a toast in every page and can be megabytes; more of both the larger the network. */
const initPauseMs = (bytes: number): number => 10_000 * (1 + bytes / (1 << 20))

export const createShown = (view: NetworkView, monotonic: () => number): Shown => {
  const room = createRoom(view, monotonic)
  const openedAt = monotonic()
  let answer: Buffer | undefined
  let answerMadeAt = Number.NEGATIVE_INFINITY
  let initWanted = false
  let initAt = openedAt
  let initNotBefore = openedAt
  let chartsAt = openedAt
  let chartsNotBefore = openedAt

  const wantCharts = (): void => {
    chartsAt = Math.min(chartsAt, Math.max(monotonic(), chartsNotBefore))
  }

  return {
    view,
    get kept() {
      return monotonic() - answerMadeAt < answerKeptMs ? answer : undefined
    },
    answer() {
      answerMadeAt = monotonic()
      return (answer = Buffer.from(room.init('answer')))
    },
    wantCharts,
    messages(dirty, until) {
      const now = monotonic()
      const { messages: changed, newcomers, charts } = room.changes(dirty, until)
      const messages = [...changed]
      // An answer kept from before these would never make up for them.
      if (changed.length > 0 || newcomers) answer = undefined
      initWanted ||= newcomers
      if ((initWanted && now >= initNotBefore) || now - initAt >= hourMs) {
        const text = room.init('broadcast')
        answer = undefined
        initWanted = false
        initAt = now
        initNotBefore = now + initPauseMs(text.length)
        messages.push(text)
        wantCharts()
      }
      if (charts) wantCharts()
      if (now >= chartsAt) {
        chartsAt = Number.POSITIVE_INFINITY
        chartsNotBefore = now + chartsEveryMs
        messages.push(room.charts())
      }
      return messages
    },
    get waiting() {
      return room.waiting
    },
  }
}
