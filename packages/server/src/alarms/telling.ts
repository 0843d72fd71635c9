/**
 * Tells others of steps, and takes them out of the outbox when all have stored them. A kill in between tells them again, with
 * the same ids and numbers.
 */
import type { Clock } from '@netstats/sdk'
import type { NumberedStep } from './alarm-store.ts'

/** Called with steps in their order; resolves when it has stored them. May be told some again. */
export type StepListener = (steps: readonly NumberedStep[]) => Promise<void>

export interface TellingOptions {
  readonly settled: (upTo: number) => void
  readonly clock: Pick<Clock, 'sleep'>
  readonly signal: AbortSignal
  /** A listener could not store what it was told; it is told again. */
  readonly onFault: (error: unknown) => void
}

export interface Telling {
  readonly listeners: Set<StepListener>
  readonly tell: (steps: readonly NumberedStep[]) => void
  /** Resolves when all that was told so far is stored, or telling has ended. */
  readonly stored: () => Promise<void>
}

const againMs = 5000
/** Steps that wait to be stored; of more, those that came first are told no more. */
const mostWaiting = 20_000

interface Told {
  readonly steps: readonly NumberedStep[]
  readonly results: readonly Promise<void>[]
  readonly upTo: number
}

export const createTelling = ({ settled, clock, signal, onFault }: TellingOptions): Telling => {
  const listeners = new Set<StepListener>()
  let waiting: Told[] = []
  let running: Promise<void> | undefined

  const tellAll = (steps: readonly NumberedStep[]): readonly Promise<void>[] =>
    Array.from(listeners, async (listener) => listener(steps))

  const store = async ({ steps, results, upTo }: Told): Promise<void> => {
    for (let tried = results; !signal.aborted; tried = tellAll(steps)) {
      const outcomes = await Promise.allSettled(tried)
      const failed = outcomes.find((outcome) => outcome.status === 'rejected')
      if (failed === undefined) return settled(upTo)
      onFault(failed.reason)
      await clock.sleep(againMs, { signal }).catch(() => undefined)
    }
  }
  /** In order: one that waits keeps what came after it. */
  const run = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !signal.aborted; next = waiting.shift())
      await store(next).catch(onFault)
    running = undefined
  }

  return {
    listeners,
    tell(steps) {
      if (steps.length === 0) return
      waiting.push({ steps, results: tellAll(steps), upTo: steps.at(-1)?.n ?? 0 })
      let count = waiting.reduce((sum, told) => sum + told.steps.length, 0)
      while (count > mostWaiting && waiting.length > 1) count -= waiting.shift()?.steps.length ?? 0
      running ??= run()
    },
    stored: () => running ?? Promise.resolve(),
  }
}
