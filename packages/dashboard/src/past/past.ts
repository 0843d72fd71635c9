/** The past of this page: one source that follows the moment in the address, and holds the clock at what is shown. */
import { computed, effect, type ReadonlySignal } from '@preact/signals'
import { holdClock } from '../clock.ts'
import type { TopicSource } from '../feed/topics.ts'
import { askServer } from '../rest/rest.ts'
import { pastAt } from './moment.ts'
import { createPastSource } from './source.ts'

export const past = createPastSource(askServer, queueMicrotask)

/** Undefined while the page is live. */
export function startPast(): ReadonlySignal<TopicSource | undefined> {
  effect(() => past.setMoment(pastAt.value))
  effect(() => holdClock(pastAt.value === undefined ? undefined : (past.shownAt.value ?? pastAt.value)))
  return computed(() => (pastAt.value === undefined ? undefined : past))
}
