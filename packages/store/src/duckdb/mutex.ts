/** Runs one task at a time, in the order they came. */
export interface Mutex {
  run<T>(task: () => Promise<T>): Promise<T>
}

export const createMutex = (): Mutex => {
  let last: Promise<unknown> = Promise.resolve()
  return {
    run(task) {
      const turn = last.then(task)
      last = turn.catch(() => undefined)
      return turn
    },
  }
}
