/**
 * The bounded queue between sockets and the core.
 *
 *     offer ──► nothing waits, time left in this turn of the event loop ──► work at once
 *        └────► room for its class? ──► its session's queue ──► slices of a few ms, sessions in turn ──► work
 *                        └─ no ──► shed, counted by class and reason
 *
 * Classes see the same queue with different limits: `latency` is refused when half of it is used, logs when nine tenths
 * are. So the lowest class goes first, and what is shed leaves the room above it free. Blocks, inventory and alarms are not
 * given up: whoever brings anything while the queue is nearly full is not read from until there is room again. What was
 * read of a session by then still comes, a network buffer's worth at most; for that there is as much room again, and only
 * beyond are they refused. A group that has less waiting than its part of a quarter of the queue is not refused: what
 * floods is given up, not those beside it.
 */
import type { ShedClass } from '@netstats/protocol'
import { createShedCounts } from './shed-counts.ts'
import type { ShedCounts, ShedReason } from './shed-counts.ts'

export interface IntakeLimits {
  readonly items: number
  readonly bytes: number
  /** Of these, what one session may hold; a session with half of it waiting is asked to pause. */
  readonly sessionItems: number
  readonly sessionBytes: number
  /** How long work may go on before pings, HTTP and the feed get their turn. */
  readonly sliceMs: number
}

/** Sessions that are one to the others, such as those of one network: none of them shall take the room of all. */
export interface IntakeGroup {
  items: number
  bytes: number
}

/** What the queue keeps in each session; empty sessions hold no array. */
export interface IntakeSource {
  group: IntakeGroup | undefined
  waiting: Waiting[] | undefined
  waitingBytes: number
  ended: boolean
  paused: boolean
}

interface Waiting {
  readonly text: string
  readonly at: number
}

export interface IntakeOptions<S extends IntakeSource> {
  readonly limits: IntakeLimits
  /** Parses and applies one frame. Must not throw. */
  readonly work: (source: S, text: string, at: number) => void
  /** All of an ended session's frames have been worked through. */
  readonly finished: (source: S) => void
  /** Asks the session's socket to stop or go on reading. */
  readonly setPaused: (source: S, paused: boolean) => void
  /** Monotonic milliseconds. */
  readonly now: () => number
  /** Calls back after pending I/O: `setImmediate`. */
  readonly defer: (run: () => void) => void
}

export interface Intake<S extends IntakeSource> {
  offer(source: S, text: string, shedClass: ShedClass, at: number): void
  /** No more frames will come of this session; `finished` follows when those that wait are done. */
  end(source: S): void
  shed(shedClass: ShedClass, reason: ShedReason): void
  /** Works on nothing until it may again; meanwhile everything waits, or is shed. */
  hold(on: boolean): void
  /** Resolves when nothing waits. */
  drained(): Promise<void>
  readonly items: number
  readonly bytes: number
  readonly sheds: ShedCounts
}

const shares: Readonly<Record<ShedClass, number>> = { latency: 0.5, stats: 0.75, log: 0.9, block: 2, alarm: 2 }
/** Part of the queue from which on those who bring more are paused, and below which they go on. */
const crowdedFrom = 0.9
const relievedAt = 0.7
/** Sessions that go on after one slice: all at once, each with a buffer full, would be the next crowd. */
const relievedASlice = 32
/** Frames of one session before the next has its turn, unless it is the only one. */
const quantum = 8
const largeFrame = 65_536

export const createIntake = <S extends IntakeSource>(options: IntakeOptions<S>): Intake<S> => {
  const { limits, work, finished, setPaused, now, defer } = options
  const sheds = createShedCounts()
  const idle: (() => void)[] = []
  let ring: S[] = []
  let next: S[] = []
  let items = 0
  let bytes = 0
  let scheduled = false
  let turnEnds = -1
  let held = false
  /** Paused because of all that waits, not of what waits of their own; longest first. */
  const crowd = new Set<S>()
  /** Groups of which something waits. */
  let groups = 0

  const hasWork = (): boolean => items > 0 || crowd.size > 0

  const newTurn = (): void => {
    turnEnds = -1
    if (hasWork()) slice()
    else scheduled = false
  }

  const schedule = (): void => {
    if (scheduled || held) return
    scheduled = true
    defer(newTurn)
  }

  /** Time is left in this turn of the event loop. The first question of a turn starts its clock. */
  const hasTime = (): boolean => {
    const time = now()
    if (turnEnds < 0) {
      turnEnds = time + limits.sliceMs
      schedule()
      return true
    }
    return time < turnEnds
  }

  const slice = (): void => {
    scheduled = false
    if (held) return
    const ends = now() + limits.sliceMs
    turnEnds = ends
    for (;;) {
      if (ring.length === 0) {
        ring = next.reverse()
        next = []
      }
      const source = ring.pop()
      if (source === undefined) break
      turnOf(source, ends)
      if (source.waiting !== undefined) next.push(source)
      if (now() >= ends) break
    }
    relieve()
    if (hasWork()) schedule()
    else turnEnds = -1
    if (items === 0) {
      ring = []
      next = []
      for (const resolve of idle.splice(0)) resolve()
    }
  }

  const turnOf = (source: S, ends: number): void => {
    const queue = source.waiting
    if (queue === undefined) return
    let done = 0
    while (done < queue.length && done < quantum) {
      const one = queue[done++]
      if (one === undefined) break
      remove(source, one.text.length)
      work(source, one.text, one.at)
      if (one.text.length > largeFrame && now() >= ends) break
    }
    if (done < queue.length) queue.splice(0, done)
    else source.waiting = undefined
    goOn(source)
    if (source.ended && source.waiting === undefined) finished(source)
  }

  const pause = (source: S): void => {
    if (source.paused) return
    source.paused = true
    setPaused(source, true)
  }

  const goOn = (source: S): void => {
    if (!source.paused || crowd.has(source)) return
    if ((source.waiting?.length ?? 0) > limits.sessionItems / 4 || source.waitingBytes > limits.sessionBytes / 4) return
    source.paused = false
    setPaused(source, false)
  }

  const isFuller = (share: number): boolean => items > limits.items * share || bytes > limits.bytes * share

  const join = (source: S): void => {
    crowd.add(source)
    pause(source)
  }

  const relieve = (): void => {
    let left = relievedASlice
    for (const source of crowd) {
      if (left-- === 0 || isFuller(relievedAt)) return
      crowd.delete(source)
      goOn(source)
    }
  }

  const add = (source: S, size: number): void => {
    const { group } = source
    items++
    bytes += size
    source.waitingBytes += size
    if (group === undefined) return
    if (group.items++ === 0) groups++
    group.bytes += size
  }

  const remove = (source: S, size: number): void => {
    const { group } = source
    items--
    bytes -= size
    source.waitingBytes -= size
    if (group === undefined) return
    if (--group.items === 0) groups--
    group.bytes -= size
  }

  /** Whether so little of its group waits that others are to give way. */
  const isModest = ({ group }: S, size: number): boolean => {
    if (group === undefined) return false
    const part = 1 / (4 * Math.max(1, groups + (group.items === 0 ? 1 : 0)))
    return group.items + 1 <= limits.items * part && group.bytes + size <= limits.bytes * part
  }

  const refusal = (source: S, size: number, shedClass: ShedClass): ShedReason | undefined => {
    const share = shares[shedClass]
    if (items + 1 > limits.items * share && !isModest(source, size)) return 'items'
    if (bytes + size > limits.bytes * share && !isModest(source, size)) return 'bytes'
    const queue = source.waiting
    if (queue === undefined) return undefined
    const own = Math.min(1, share)
    if (queue.length + 1 > limits.sessionItems * own) return 'session'
    return source.waitingBytes + size > limits.sessionBytes * own ? 'session' : undefined
  }

  return {
    offer(source, text, shedClass, at) {
      if (items === 0 && !held && hasTime()) return work(source, text, at)
      if (isFuller(crowdedFrom) && !isModest(source, text.length)) join(source)
      const reason = refusal(source, text.length, shedClass)
      if (reason !== undefined) {
        sheds[shedClass][reason]++
        return
      }
      add(source, text.length)
      if (source.waiting === undefined) {
        source.waiting = [{ text, at }]
        next.push(source)
      } else source.waiting.push({ text, at })
      if (source.waiting.length > limits.sessionItems / 2 || source.waitingBytes > limits.sessionBytes / 2)
        pause(source)
      schedule()
    },
    end(source) {
      if (source.ended) return
      source.ended = true
      crowd.delete(source)
      if (source.waiting === undefined) finished(source)
    },
    hold(on) {
      held = on
      if (!on && hasWork()) schedule()
    },
    shed(shedClass, reason) {
      sheds[shedClass][reason]++
    },
    drained: () => (items === 0 ? Promise.resolve() : new Promise((resolve) => idle.push(resolve))),
    get items() {
      return items
    },
    get bytes() {
      return bytes
    },
    sheds,
  }
}
