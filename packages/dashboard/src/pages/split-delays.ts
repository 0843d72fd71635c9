/** Delays of the last heights, oldest first, parted by what they say; each list has one entry a place. */
export interface Delays {
  readonly known: readonly (number | null)[]
  /** Not reported, though the node had reported before. */
  readonly missed: readonly boolean[]
  /** Before its first report in this span; it may not have been there. */
  readonly before: readonly boolean[]
}

export function splitDelays(values: readonly number[], places: number): Delays {
  const newest = values.slice(-places)
  const empty = places - newest.length
  const first = newest.findIndex((v) => v >= 0)
  const at = (i: number): number | undefined => newest[i - empty]
  const list = Array.from({ length: places }, (_, i) => i)
  return {
    known: list.map((i) => ((at(i) ?? -1) >= 0 ? at(i)! : null)),
    missed: list.map((i) => (at(i) ?? 0) < 0 && i - empty > first),
    before: list.map((i) => (at(i) ?? 0) < 0 && i - empty < first),
  }
}
