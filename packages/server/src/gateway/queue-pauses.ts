/** Which sessions are not read from: because of what waits of their own, or of all that waits. */
import { isFuller } from './queue-room.ts'
import type { QueueRoom } from './queue-room.ts'
import type { QueueSource } from './queue-model.ts'

export interface QueuePauses<S extends QueueSource> {
  /** Pauses or resumes reading from the session's socket. */
  readonly setPaused: (source: S, paused: boolean) => void
  /** Paused because of all that waits, not of what waits of their own; longest first. */
  readonly backPressured: Set<S>
}

/** Part of the queue below which sessions that were back-pressured resume. */
const resumeBelow = 0.7
/** Sessions that resume after one slice: all at once, each with a buffer full, would fill the queue again. */
const resumedASlice = 32

export const pause = <S extends QueueSource>({ setPaused }: QueuePauses<S>, source: S): void => {
  if (source.paused) return
  source.paused = true
  setPaused(source, true)
}

export const holdBack = <S extends QueueSource>(pauses: QueuePauses<S>, source: S): void => {
  pauses.backPressured.add(source)
  pause(pauses, source)
}

export const resume = <S extends QueueSource>(pauses: QueuePauses<S>, { limits }: QueueRoom, source: S): void => {
  if (!source.paused || pauses.backPressured.has(source)) return
  if ((source.waiting?.length ?? 0) > limits.sessionItems / 4 || source.waitingBytes > limits.sessionBytes / 4) return
  source.paused = false
  pauses.setPaused(source, false)
}

export const resumeSome = <S extends QueueSource>(pauses: QueuePauses<S>, room: QueueRoom): void => {
  let left = resumedASlice
  for (const source of pauses.backPressured) {
    if (left-- === 0 || isFuller(room, resumeBelow)) return
    pauses.backPressured.delete(source)
    resume(pauses, room, source)
  }
}
