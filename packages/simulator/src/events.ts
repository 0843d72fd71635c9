/** What happens when, in simulated time. Events of one moment run in the order in which they were planned. */
export interface Events {
  /** Milliseconds since 1970, simulated. */
  now(): number
  at(time: number, run: () => void): void
  /** When the next is due. */
  nextAt(): number | undefined
  /** Runs everything due until then; the time is `time` afterwards. */
  runUntil(time: number): void
}

interface Event {
  readonly time: number
  readonly order: number
  readonly run: () => void
}

const isBefore = (a: Event, b: Event): boolean => a.time < b.time || (a.time === b.time && a.order < b.order)

export const createEvents = (start: number): Events => {
  const heap: Event[] = []
  let now = start
  let planned = 0

  const swap = (a: number, b: number): void => {
    const one = heap[a] as Event
    heap[a] = heap[b] as Event
    heap[b] = one
  }
  const push = (event: Event): void => {
    heap.push(event)
    for (let at = heap.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1
      if (!isBefore(heap[at] as Event, heap[parent] as Event)) break
      swap(at, parent)
      at = parent
    }
  }
  const pop = (): Event | undefined => {
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    heap[0] = last
    for (let at = 0; ; ) {
      const children = [2 * at + 1, 2 * at + 2].filter((child) => child < heap.length)
      const [least] = children.toSorted((a, b) => (isBefore(heap[a] as Event, heap[b] as Event) ? -1 : 1))
      if (least === undefined || !isBefore(heap[least] as Event, heap[at] as Event)) return first
      swap(at, least)
      at = least
    }
  }

  return {
    now: () => now,
    at: (time, run) => push({ time: Math.max(time, now), order: planned++, run }),
    nextAt: () => heap[0]?.time,
    runUntil: (time) => {
      for (let next = heap[0]; next !== undefined && next.time <= time; next = heap[0]) {
        pop()
        now = next.time
        next.run()
      }
      now = Math.max(now, time)
    },
  }
}
