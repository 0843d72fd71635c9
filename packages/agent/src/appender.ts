import type { Observation } from '@netstats/protocol'
import type { Spool } from '@netstats/sdk'

/** Puts observations into the spool; those that come while a write is under way go into the next one together. */
export interface Appender {
  /** Resolves when the observation is on disk; a source that waits for it is slowed to what the disk can take. */
  push(observation: Observation): Promise<void>
  /** Resolves when everything pushed so far is on disk. */
  flush(): Promise<void>
}

interface Group {
  readonly observations: Observation[]
  readonly done: Promise<void>
}

export const createAppender = (spool: Pick<Spool, 'append'>): Appender => {
  let next: Group | undefined
  let last: Promise<void> = Promise.resolve()

  const open = (): Group => {
    const observations: Observation[] = []
    // The group closes when the write before it has ended, well or not; its fault is told to those who pushed into it.
    const done = last
      .catch(() => undefined)
      .then(() => {
        next = undefined
        return spool.append(observations)
      })
    last = done
    return { observations, done }
  }

  return {
    push(observation) {
      next ??= open()
      next.observations.push(observation)
      return next.done
    },
    flush: () => last.catch(() => undefined),
  }
}
