/** Delays of a node's last heights; -1 where it has none. Indexed by height, so a new height costs one store. */
export interface DelayRing {
  top: number
  readonly delays: Int32Array
}

/** Heights a node's history covers. */
export const historyHeights = 40
const maxDelay = 2 ** 31 - 1

export const createDelayRing = (): DelayRing => ({ top: -1, delays: new Int32Array(historyHeights).fill(-1) })

/** Notes a delay. A height far below the others begins again: the node fell back or its chain was reset. */
export const setDelay = (ring: DelayRing, height: number, delayMs: number): void => {
  const { delays } = ring
  if (ring.top < 0 || height <= ring.top - historyHeights || height >= ring.top + historyHeights) {
    delays.fill(-1)
    ring.top = height
  } else {
    for (let n = ring.top + 1; n <= height; n++) delays[n % historyHeights] = -1
    if (height > ring.top) ring.top = height
  }
  delays[height % historyHeights] = Math.min(delayMs, maxDelay)
}

export const delayAt = (ring: DelayRing, height: number): number =>
  height < 0 || height > ring.top || height <= ring.top - historyHeights
    ? -1
    : (ring.delays[height % historyHeights] ?? -1)

/** The last heights up to the head's, oldest first. */
export const delaysBelow = (ring: DelayRing, head: number): readonly number[] => {
  const out: number[] = []
  for (let n = head - historyHeights + 1; n <= head; n++) out.push(delayAt(ring, n))
  return out
}

/** Mean over the same heights, null where none was measured. */
export const meanDelay = (ring: DelayRing, head: number): number | null => {
  let sum = 0
  let count = 0
  for (let n = head - historyHeights + 1; n <= head; n++) {
    const delay = delayAt(ring, n)
    if (delay < 0) continue
    sum += delay
    count++
  }
  return count === 0 ? null : Math.round(sum / count)
}

export const forgetDelays = (ring: DelayRing): void => {
  ring.top = -1
  ring.delays.fill(-1)
}
