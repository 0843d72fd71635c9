/**
 * Sums of numbers by bucket of time, for many things at once, in typed arrays: a sample makes no object.
 *
 *     observe ──► current bucket ──(the next begins)──► closing bucket ──► rows, a bounded number at a time
 *                                                                    └───► the coarser grid
 *
 * A row is an increment: what comes late for a bucket that is being written, or was, simply makes another row. So a step
 * of the clock, forward or back, costs rows, never truth. Things are told apart by slots, small numbers that are used
 * again once `release` has written what was theirs.
 */
export interface GridShape {
  readonly widthMs: number
  /** Plain counters. */
  readonly counts: number
  /** Numbers with count, sum, least and most. */
  readonly metrics: number
  /** Bins of histograms, all of them together. */
  readonly bins: number
}

/**
 * One bucket of time of all slots. What is of a slot stands together, so that a sample touches one or two lines of memory
 * of the many megabytes: counters, then count, sum, least and most of each metric, then bins.
 */
export interface Bucket {
  start: number
  readonly values: Float64Array
}

/** Where things stand within what is of a slot, and how long that is. */
export interface Layout {
  readonly metrics: number
  readonly bins: number
  readonly stride: number
}

export const layoutOf = ({ counts, metrics, bins }: Omit<GridShape, 'widthMs'>): Layout => ({
  metrics: counts,
  bins: counts + 4 * metrics,
  stride: counts + 4 * metrics + bins,
})

interface Generation extends Bucket {
  values: Float64Array
  touched: Uint8Array
  /** Slots with something in them, and some that were released since. */
  list: Uint32Array
  listed: number
}

/** Writes what is at a place of a bucket, which is of a slot. */
export type EmitRow = (bucket: Bucket, place: number, slot: number) => void

export interface Grid {
  readonly shape: GridShape
  /** The bucket of a moment, ready to take what a slot has to say. */
  at(time: number, slot: number): Bucket
  /** Whether it is known of a moment that its bucket is the current one, or the one before: others would turn it over. */
  covers(time: number): boolean
  /** Adds up a slot of a finer grid's bucket, whose slots are the same. */
  merge(from: Bucket, slot: number): void
  /** Time has come so far: what is over begins to close. */
  advance(time: number): void
  /** Writes what is closing: at most so many rows as to be done well before the next bucket closes. */
  drain(): void
  /** Writes all of a slot. */
  release(slot: number): void
  /** Writes everything, also what has not closed. */
  flush(): void
  /** Slots that wait to be written. */
  readonly closing: number
}

/** Rows written at a time, a millisecond or two, and in how many times a bucket is written at the latest. */
const rowsAtOnce = 1500
const maxTimes = 20

const generation = (): Generation => ({
  start: Number.NaN,
  values: new Float64Array(0),
  touched: new Uint8Array(0),
  list: new Uint32Array(16),
  listed: 0,
})

const longer = <T extends Uint32Array | Float64Array | Uint8Array>(values: T, length: number): T => {
  const grown = new (values.constructor as new (length: number) => T)(length)
  grown.set(values)
  return grown
}

/** Makes what begins at `from` one with nothing in it. */
const empty = (values: Float64Array, { metrics, bins, stride }: Layout, from: number): void => {
  values.fill(0, from, from + stride)
  for (let i = from + metrics; i < from + bins; i += 4) {
    values[i + 2] = Infinity
    values[i + 3] = -Infinity
  }
}

/** A bucket of one thing alone, with nothing in it. */
export const emptyBucket = (layout: Layout, start: number): Bucket => {
  const values = new Float64Array(layout.stride)
  empty(values, layout, 0)
  return { start, values }
}

/** Adds up what begins at a place of two buckets of a shape. */
export const mergeInto = ({ values: to }: Bucket, { values: from }: Bucket, layout: Layout, at: number): void => {
  const { metrics, bins, stride } = layout
  for (let i = at; i < at + metrics; i++) to[i] = (to[i] as number) + (from[i] as number)
  for (let i = at + metrics; i < at + bins; i += 4) {
    if (from[i] === 0) continue
    to[i] = (to[i] as number) + (from[i] as number)
    to[i + 1] = (to[i + 1] as number) + (from[i + 1] as number)
    to[i + 2] = Math.min(to[i + 2] as number, from[i + 2] as number)
    to[i + 3] = Math.max(to[i + 3] as number, from[i + 3] as number)
  }
  for (let i = at + bins; i < at + stride; i++) to[i] = (to[i] as number) + (from[i] as number)
}

/** Adds a value to the metric that begins at a place. */
export const addTo = ({ values }: Bucket, place: number, value: number): void => {
  ;(values[place] as number)++
  ;(values[place + 1] as number) += value
  if (value < (values[place + 2] as number)) values[place + 2] = value
  if (value > (values[place + 3] as number)) values[place + 3] = value
}

export const createGrid = (shape: GridShape, emit: EmitRow, coarser?: Grid): Grid => {
  const { widthMs } = shape
  const layout = layoutOf(shape)
  const { stride } = layout
  let current = generation()
  let closing = generation()
  let atOnce = rowsAtOnce
  // All that any bucket has needed: the first of a new one then makes room for all at once.
  let slots = 16

  const write = (one: Generation, slot: number): void => {
    if (one.touched[slot] !== 1) return
    one.touched[slot] = 0
    emit(one, slot * stride, slot)
    coarser?.merge(one, slot)
  }

  const writeSome = (one: Generation, rows: number): void => {
    for (let i = 0; i < rows && one.listed > 0; i++) write(one, one.list[--one.listed] as number)
  }

  const turn = (start: number): void => {
    writeSome(closing, Infinity)
    ;[closing, current] = [current, closing]
    current.start = start
    atOnce = Math.max(rowsAtOnce, Math.ceil(closing.listed / maxTimes))
  }

  const generationAt = (time: number): Generation => {
    if (time >= current.start && time < current.start + widthMs) return current
    if (time >= closing.start && time < closing.start + widthMs) return closing
    turn(time - (((time % widthMs) + widthMs) % widthMs))
    return current
  }

  const touch = (one: Generation, slot: number): void => {
    one.touched[slot] = 1
    if (one.listed === one.list.length) one.list = longer(one.list, one.listed * 2)
    one.list[one.listed++] = slot
    empty(one.values, layout, slot * stride)
  }

  const ready = (time: number, slot: number): Generation => {
    const one = generationAt(time)
    if (one.touched[slot] === 1) return one
    while (slots <= slot) slots *= 2
    if (slot >= one.touched.length) {
      one.touched = longer(one.touched, slots)
      one.values = longer(one.values, slots * stride)
    }
    touch(one, slot)
    return one
  }

  return {
    shape,
    at: ready,
    covers: (time) =>
      (time >= current.start && time < current.start + widthMs) ||
      (time >= closing.start && time < closing.start + widthMs),
    merge(from, slot) {
      slots = Math.max(slots, from.values.length / stride)
      mergeInto(ready(from.start, slot), from, layout, slot * stride)
    },
    advance(time) {
      if (time >= current.start + widthMs) turn(time - (((time % widthMs) + widthMs) % widthMs))
    },
    drain: () => writeSome(closing, atOnce),
    release(slot) {
      write(closing, slot)
      write(current, slot)
      coarser?.release(slot)
    },
    flush() {
      writeSome(closing, Infinity)
      writeSome(current, Infinity)
      coarser?.flush()
    },
    get closing() {
      return closing.listed
    },
  }
}
