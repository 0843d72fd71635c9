/** Sorts long lists in pieces of work: a merge sort that stops after each thousand or so of comparisons. */
const run = 500
const comparisonsAPiece = 2000

export const sortInPieces = <T>(list: readonly T[], keyOf: (one: T) => number): Generator<void, readonly T[]> =>
  sortInStepsBy(list, (a, b) => keyOf(a) - keyOf(b))

/** Equal ones keep their order. */
export const sortInStepsBy = function* <T>(
  list: readonly T[],
  compare: (a: T, b: T) => number,
): Generator<void, readonly T[]> {
  let from: T[] = []
  for (let at = 0; at < list.length; at += run) {
    from.push(...list.slice(at, at + run).sort(compare))
    yield
  }
  let into: T[] = Array.from({ length: from.length })
  for (let width = run; width < from.length; width *= 2) {
    let done = 0
    for (let start = 0; start < from.length; start += 2 * width) {
      const middle = Math.min(start + width, from.length)
      const end = Math.min(start + 2 * width, from.length)
      let left = start
      let right = middle
      for (let at = start; at < end; at++) {
        const takesLeft = left < middle && (right >= end || compare(from[left] as T, from[right] as T) <= 0)
        into[at] = from[takesLeft ? left++ : right++] as T
        if (++done % comparisonsAPiece === 0) yield
      }
    }
    ;[from, into] = [into, from]
  }
  return from
}
