/** Works through what waits in slices of a few milliseconds, sessions in turn, between turns of the event loop. */
import { resume, resumeSome } from './queue-pauses.ts'
import type { QueuePauses } from './queue-pauses.ts'
import { remove } from './queue-room.ts'
import type { QueueRoom } from './queue-room.ts'
import type { QueueOptions, QueueSource } from './queue-model.ts'

export interface QueueState<S extends QueueSource> extends QueueRoom, QueuePauses<S> {
  readonly options: QueueOptions<S>
  /** Sessions that have yet to come in this round, the next one last; and those of the next round. */
  ring: S[]
  next: S[]
  scheduled: boolean
  /** When this turn of the event loop has no more time for frames; -1 before its clock has started. */
  turnEnds: number
  held: boolean
  /** Waiting for the queue to be empty. */
  readonly idle: (() => void)[]
}

/** Frames of one session before the next has its turn, unless it is the only one. */
const quantum = 8
const largeFrame = 65_536

export const hasWork = <S extends QueueSource>({ items, backPressured }: QueueState<S>): boolean =>
  items > 0 || backPressured.size > 0

export const schedule = <S extends QueueSource>(state: QueueState<S>): void => {
  if (state.scheduled || state.held) return
  state.scheduled = true
  state.options.defer(() => newTurn(state))
}

const newTurn = <S extends QueueSource>(state: QueueState<S>): void => {
  state.turnEnds = -1
  if (hasWork(state)) slice(state)
  else state.scheduled = false
}

/** Time is left in this turn of the event loop. The first question of a turn starts its clock. */
export const hasTime = <S extends QueueSource>(state: QueueState<S>): boolean => {
  const time = state.options.now()
  if (state.turnEnds >= 0) return time < state.turnEnds
  state.turnEnds = time + state.limits.sliceMs
  schedule(state)
  return true
}

const slice = <S extends QueueSource>(state: QueueState<S>): void => {
  const { now } = state.options
  state.scheduled = false
  if (state.held) return
  const ends = now() + state.limits.sliceMs
  state.turnEnds = ends
  for (;;) {
    if (state.ring.length === 0) {
      state.ring = state.next.reverse()
      state.next = []
    }
    const source = state.ring.pop()
    if (source === undefined) break
    turnOf(state, source, ends)
    if (source.waiting !== undefined) state.next.push(source)
    if (now() >= ends) break
  }
  resumeSome(state, state)
  if (hasWork(state)) schedule(state)
  else state.turnEnds = -1
  if (state.items > 0) return
  state.ring = []
  state.next = []
  for (const resolve of state.idle.splice(0)) resolve()
}

const turnOf = <S extends QueueSource>(state: QueueState<S>, source: S, ends: number): void => {
  const { receive, finished, now } = state.options
  const queue = source.waiting
  if (queue === undefined) return
  let done = 0
  while (done < queue.length && done < quantum) {
    const one = queue[done++]
    if (one === undefined) break
    remove(state, source, one.text.length)
    receive(source, one.text, one.at)
    if (one.text.length > largeFrame && now() >= ends) break
  }
  if (done < queue.length) queue.splice(0, done)
  else source.waiting = undefined
  resume(state, state, source)
  if (source.ended && source.waiting === undefined) finished(source)
}
