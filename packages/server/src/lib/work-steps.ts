/** Long work in steps: a generator that can be paused after each `yield` while other work runs. */
export type WorkSteps<T = void> = Generator<void, T>

/** All of it at once. */
export const whole = <T>(work: WorkSteps<T>): T => {
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
  }
}

/** The same work; tells the time that each step took, and not that of others in between. */
export const timed = function* <T>(
  work: WorkSteps<T>,
  monotonic: () => number,
  spent: (ms: number) => void,
): WorkSteps<T> {
  for (;;) {
    const from = monotonic()
    const step = work.next()
    spent(monotonic() - from)
    if (step.done === true) return step.value
    yield
  }
}
