import type { Kind, Observation, ObservationOf } from '@netstats/protocol'
import { observationsIn } from '@netstats/sdk'
import type { Source } from '@netstats/sdk'

/** Reads a source in the background and lets a test wait for what it says. */
export interface Watch extends AsyncDisposable {
  readonly seen: readonly Observation[]
  of<K extends Kind>(kind: K): readonly ObservationOf<K>[]
  /** Resolves with the first observation, seen already or to come, for which the test holds. */
  until<K extends Kind>(kind: K, test: (observation: ObservationOf<K>) => boolean): Promise<ObservationOf<K>>
  /** Forgets what was seen. */
  clear(): void
}

export const watch = (source: Source): Watch => {
  const stop = new AbortController()
  const seen: Observation[] = []
  let listeners: ((observation: Observation) => void)[] = []
  let failure: unknown

  const work = (async () => {
    for await (const given of source.observe({ signal: stop.signal })) {
      for (const observation of observationsIn(given)) {
        seen.push(observation)
        for (const listener of listeners) listener(observation)
      }
    }
  })().catch((error: unknown) => {
    failure = error
  })

  const is = <K extends Kind>(kind: K, observation: Observation): observation is Observation & ObservationOf<K> =>
    observation.kind === kind

  return {
    seen,
    of: <K extends Kind>(kind: K) => seen.filter((one) => is(kind, one)) as unknown as readonly ObservationOf<K>[],
    until: (kind, test) =>
      new Promise((resolve) => {
        const listener = (observation: Observation): void => {
          if (!is(kind, observation) || !test(observation)) return
          listeners = listeners.filter((one) => one !== listener)
          resolve(observation)
        }
        listeners.push(listener)
        for (const observation of seen) listener(observation)
      }),
    clear: () => {
      seen.length = 0
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort()
      await work
      if (failure) throw failure
    },
  }
}
