/** Long work in pieces: a generator that may be left alone after each `yield`, for others to have their turn. */
export type Pieces<T = void> = Generator<void, T>

/** All of it at once. */
export const whole = <T>(work: Pieces<T>): T => {
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
  }
}

/** The same work; tells the time that each piece took, and not that of others in between. */
export const timed = function* <T>(work: Pieces<T>, monotonic: () => number, spent: (ms: number) => void): Pieces<T> {
  for (;;) {
    const from = monotonic()
    const step = work.next()
    spent(monotonic() - from)
    if (step.done === true) return step.value
    yield
  }
}
