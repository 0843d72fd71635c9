/**
 * Keeps what the engine does in the file, and tells others of each step once it is kept:
 *
 *     engine ─ steps ─► waiting ─ one transaction ─► file, outbox ─► told ─ all have stored it ─► out of the outbox
 *
 * While the file cannot be written, steps are told all the same: a server whose disk is full has to say so.
 */
import type { AlarmEngine, EntryState } from '@netstats/alarms'
import type { Silence } from '@netstats/protocol/feed'
import type { WorkSteps } from '../lib/work-steps.ts'
import type { AlarmStore, Batch, NumberedStep } from './alarm-store.ts'

export interface KeepingOptions {
  readonly engine: Pick<AlarmEngine, 'takeSteps' | 'takeChanges'>
  readonly store: Pick<AlarmStore, 'commit' | 'lastNumber'>
  /** Keys of alarms that the file has. */
  readonly kept: Iterable<string>
  /** Called with each step once, also where the file could not be written. */
  readonly tell: (steps: readonly NumberedStep[]) => void
  readonly onFault: (error: unknown) => void
  readonly onKept: () => void
}

export interface Keeping {
  /** Takes over what the engine has done, and writes it. */
  readonly save: () => WorkSteps
  /** Steps that were not written down, because too many waited while the file could not be written. */
  readonly lost: () => number
}

/** Steps that wait while the file cannot be written. */
const mostWaiting = 20_000

interface Waiting {
  steps: NumberedStep[]
  /** Of the steps, how many have been told: the file could not be written. */
  told: number
  readonly entries: Map<string, EntryState | null>
  silences: readonly Silence[] | undefined
}

const nothing = (): Waiting => ({ steps: [], told: 0, entries: new Map(), silences: undefined })

const batchOf = ({ steps, entries, silences }: Waiting): Batch => ({
  steps,
  changes: { at: 0, entries: [...entries], silences },
})

/** One that is not raised yet begins again after a restart: what is worth a write is how often it was raised before. */
const worthKeeping = (entry: EntryState): EntryState | null => {
  if (entry.kind === 'over' || entry.record !== null) return entry
  const { key, raises } = entry
  return raises === null ? null : { kind: 'over', key, raises }
}

export const createKeeping = (options: KeepingOptions): Keeping => {
  const { engine, store, tell } = options
  const kept = new Set(options.kept)
  let waiting = nothing()
  let isBroken = false
  let lost = 0
  let number = store.lastNumber()

  const takeEntry = (key: string, entry: EntryState | null): void => {
    const piece = entry === null ? null : worthKeeping(entry)
    if (piece !== null) kept.add(key)
    else if (!kept.delete(key)) return
    waiting.entries.set(key, piece)
  }
  const take = (): void => {
    for (const step of engine.takeSteps()) waiting.steps.push({ n: ++number, step })
    const { entries, silences } = engine.takeChanges()
    for (const [key, entry] of entries) takeEntry(key, entry)
    waiting.silences = silences ?? waiting.silences
    const over = waiting.steps.length - mostWaiting
    if (over <= 0 || waiting.told < over) return
    waiting.steps = waiting.steps.slice(over)
    waiting.told -= over
    lost += over
  }
  /** Before what came since. */
  const putBack = (batch: Waiting): void => {
    for (const [key, entry] of batch.entries) if (!waiting.entries.has(key)) waiting.entries.set(key, entry)
    waiting.silences ??= batch.silences
    waiting.steps = [...batch.steps, ...waiting.steps]
    waiting.told = batch.told
  }

  return {
    *save() {
      take()
      if (waiting.steps.length + waiting.entries.size === 0 && waiting.silences === undefined) return
      const batch = waiting
      waiting = nothing()
      try {
        yield* store.commit(batchOf(batch))
        if (isBroken) options.onKept()
        isBroken = false
        tell(batch.steps.slice(batch.told))
      } catch (error) {
        if (!isBroken) options.onFault(error)
        isBroken = true
        const { told } = batch
        putBack({ ...batch, told: batch.steps.length })
        tell(batch.steps.slice(told))
      }
    },
    lost: () => lost,
  }
}
