/**
 * The bounded queue of frames between sockets and their sessions.
 *
 *     offer ──► nothing waits, time left in this turn of the event loop ──► received at once
 *        └────► room for its class? ──► its session's queue ──► slices of a few ms, sessions in turn ──► received
 *                        └─ no ──► shed, counted by class and reason
 *
 * Classes see the same queue with different limits: `latency` is refused when half of it is used, logs when nine tenths
 * are. So the lowest class goes first, and what is shed leaves the room above it free. Blocks, inventory and alarms are not
 * given up: a session that sends anything while the queue is nearly full is back-pressured, it is not read from until there
 * is room again. What was read of a session by then still comes, a network buffer's worth at most; for that there is as much
 * room again, and only beyond are they refused. A group that has less waiting than its part of a quarter of the queue, its fair
 * share, is not refused: what floods is given up, not those beside it.
 */
import type { ShedClass } from '@netstats/protocol'
import { holdBack, pause } from './queue-pauses.ts'
import { add, isBelowFairShare, isFuller, refusal } from './queue-room.ts'
import { hasTime, hasWork, schedule } from './queue-turns.ts'
import type { QueueState } from './queue-turns.ts'
import type { QueueOptions, QueueSource } from './queue-model.ts'
import { createShedCounts } from './shed-counts.ts'
import type { ShedCounts, ShedReason } from './shed-counts.ts'

export interface IngressQueue<S extends QueueSource> {
  offer(source: S, text: string, shedClass: ShedClass, at: number): void
  /** No more frames will come of this session; `finished` follows when those that wait are done. */
  end(source: S): void
  shed(shedClass: ShedClass, reason: ShedReason): void
  /** Hands on nothing until it may again; meanwhile everything waits, or is shed. */
  hold(on: boolean): void
  /** Resolves when nothing waits. */
  drained(): Promise<void>
  readonly items: number
  readonly bytes: number
  readonly sheds: ShedCounts
}

/** Part of the queue from which on sessions that send more are paused. */
const backPressureFrom = 0.9

export const createIngressQueue = <S extends QueueSource>(options: QueueOptions<S>): IngressQueue<S> => {
  const { limits, receive, finished, setPaused } = options
  const sheds = createShedCounts()
  const state: QueueState<S> = {
    options,
    limits,
    items: 0,
    bytes: 0,
    groups: 0,
    setPaused,
    backPressured: new Set(),
    ring: [],
    next: [],
    scheduled: false,
    turnEnds: -1,
    held: false,
    idle: [],
  }
  return {
    offer(source, text, shedClass, at) {
      const size = text.length
      if (state.items === 0 && !state.held && hasTime(state)) return receive(source, text, at)
      if (isFuller(state, backPressureFrom) && !isBelowFairShare(state, source, size)) holdBack(state, source)
      const reason = refusal(state, source, size, shedClass)
      if (reason !== undefined) {
        sheds[shedClass][reason]++
        return
      }
      add(state, source, size)
      if (source.waiting === undefined) {
        source.waiting = [{ text, at }]
        state.next.push(source)
      } else source.waiting.push({ text, at })
      if (source.waiting.length > limits.sessionItems / 2 || source.waitingBytes > limits.sessionBytes / 2)
        pause(state, source)
      schedule(state)
    },
    end(source) {
      if (source.ended) return
      source.ended = true
      state.backPressured.delete(source)
      if (source.waiting === undefined) finished(source)
    },
    hold(on) {
      state.held = on
      if (!on && hasWork(state)) schedule(state)
    },
    shed(shedClass, reason) {
      sheds[shedClass][reason]++
    },
    drained: () => (state.items === 0 ? Promise.resolve() : new Promise((resolve) => state.idle.push(resolve))),
    get items() {
      return state.items
    },
    get bytes() {
      return state.bytes
    },
    sheds,
  }
}
