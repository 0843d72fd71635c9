/** Small numbers that are used again: places in typed arrays for what comes and goes. */
export interface Slots<T> {
  take(owner: T): number
  free(slot: number): void
  /** Whose it is; asked only while it is taken. */
  ownerOf(slot: number): T
  readonly used: number
}

export const createSlots = <T>(): Slots<T> => {
  const owners: (T | undefined)[] = []
  const unused: number[] = []
  return {
    take(owner) {
      const slot = unused.pop() ?? owners.length
      owners[slot] = owner
      return slot
    },
    free(slot) {
      owners[slot] = undefined
      unused.push(slot)
    },
    ownerOf: (slot) => owners[slot] as T,
    get used() {
      return owners.length - unused.length
    },
  }
}
