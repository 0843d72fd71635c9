/**
 * Alarms in their file. What one look changed is one transaction: how the alarms are, the steps that led there, and the
 * outbox of steps that somebody is still to be notified of. It may be written in pieces of work; until the last one nothing of
 * it counts.
 */
import type { AlarmStep, EngineState, StateChanges } from '@netstats/alarms'
import type { Silence } from '@netstats/protocol/feed'
import type { WorkSteps } from '../lib/work-steps.ts'
import type { AlarmFile } from './database.ts'
import { translating } from './errors.ts'
import { createReading } from './reading.ts'
import type { AlarmReading } from './reading.ts'

/** A step, and its number in the order of all steps. */
export interface NumberedStep {
  readonly n: number
  readonly step: AlarmStep
}

export interface Batch {
  readonly steps: readonly NumberedStep[]
  readonly changes: StateChanges
}

export interface AlarmStore extends AlarmReading {
  /** What the engine goes on from. */
  readonly state: () => EngineState
  /** Number of the last step that was ever written. */
  readonly lastNumber: () => number
  /** Writes a batch whole or, where it throws, not at all. One at a time. */
  readonly commit: (batch: Batch) => WorkSteps
  /** Steps that are not known to be stored by all that are notified of them, oldest first. */
  readonly outbox: () => readonly NumberedStep[]
  /** All steps up to this one are. */
  readonly settled: (upTo: number) => void
  /** What one of those who are notified of steps keeps here, under its name; on the disk when `save` returns. */
  readonly notes: (name: string) => { readonly load: () => unknown; readonly save: (note: unknown) => void }
  /** Removes what is kept longer than it is to be, the oldest first, at most so many alarms at once. True: there is more. */
  readonly prune: (endedBefore: number, most: number, atOnce: number) => boolean
}

/** Rows written between two looks at who else has something to do. */
const rowsAStep = 10

export const createAlarmStore = (file: AlarmFile): AlarmStore => {
  const { db, path } = file
  const write = createWriting(file)
  const outbox = db.prepare('SELECT n, step FROM outbox ORDER BY n')
  const settle = db.prepare('DELETE FROM outbox WHERE n <= ?')

  const last = db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'")
  const load = db.prepare('SELECT note FROM notes WHERE name = ?')
  const save = db.prepare('INSERT OR REPLACE INTO notes (name, note) VALUES (?, ?)')
  let writing: Running | undefined

  return {
    ...createReading(file),
    state: () => stateOf(file),
    lastNumber: () => translating(path, () => Number(last.get()?.['seq'] ?? 0)),
    *commit(batch) {
      const one: Running = { work: commit(file, write, batch) }
      writing = one
      while (next(one)) yield
      writing = undefined
      if (one.failure !== undefined) throw one.failure.error
    },
    notes: (name) => ({
      load: () =>
        translating(path, () => {
          const row = load.get(name)
          return row === undefined ? undefined : (JSON.parse(String(row['note'])) as unknown)
        }),
      save(note) {
        // Within a transaction it would not be on the disk yet: that one is brought to its end.
        if (writing !== undefined) while (next(writing)) continue
        translating(path, () => save.run(name, JSON.stringify(note)))
      },
    }),
    outbox: () =>
      translating(path, () =>
        outbox.all().map(({ n, step }) => ({ n: Number(n), step: JSON.parse(String(step)) as AlarmStep })),
      ),
    settled: (upTo) => void translating(path, () => settle.run(upTo)),
    prune: (endedBefore, most, atOnce) => translating(path, () => prune(file, endedBefore, most, atOnce)),
  }
}

interface Running {
  readonly work: WorkSteps
  failure?: { readonly error: unknown }
}

/** True: there is more to do. What goes wrong is kept for the one who began it. */
const next = (running: Running): boolean => {
  try {
    return running.work.next().done !== true
  } catch (error) {
    running.failure = { error }
    return false
  }
}

type Writing = ReturnType<typeof createWriting>

const createWriting = ({ db }: AlarmFile) => {
  const putAlarm = db.prepare(`
    INSERT INTO alarms (id, network, node, rule, state, severity, ends_at, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET
      state = excluded.state, severity = excluded.severity, ends_at = excluded.ends_at, record = excluded.record`)
  const putStep = db.prepare('INSERT OR REPLACE INTO steps (alarm, step, at, name, record) VALUES (?, ?, ?, ?, ?)')
  const putOutbox = db.prepare('INSERT OR REPLACE INTO outbox (n, step) VALUES (?, ?)')
  const putEntry = db.prepare('INSERT OR REPLACE INTO entries (key, entry) VALUES (?, ?)')
  const removeEntry = db.prepare('DELETE FROM entries WHERE key = ?')
  const removeSilences = db.prepare('DELETE FROM silences')
  const putSilence = db.prepare('INSERT OR REPLACE INTO silences (id, silence) VALUES (?, ?)')
  return {
    step({ n, step }: NumberedStep): void {
      const { id, network, node, rule, state, severity, endsAt, step: number } = step.alarm
      const record = JSON.stringify(step.alarm)
      putAlarm.run(id, network, node, rule, state, severity, endsAt, record)
      putStep.run(id, number, step.at, step.name, record)
      putOutbox.run(n, JSON.stringify(step))
    },
    entry(key: string, entry: unknown): void {
      if (entry === null) removeEntry.run(key)
      else putEntry.run(key, JSON.stringify(entry))
    },
    silences(silences: readonly Silence[]): void {
      removeSilences.run()
      for (const silence of silences) putSilence.run(silence.id, JSON.stringify(silence))
    },
  }
}

const commit = function* ({ db, path }: AlarmFile, write: Writing, batch: Batch): WorkSteps {
  const { steps, changes } = batch
  translating(path, () => db.exec('BEGIN IMMEDIATE'))
  try {
    for (const [i, step] of steps.entries()) {
      translating(path, () => write.step(step))
      if (i % rowsAStep === rowsAStep - 1) yield
    }
    for (const [i, [key, entry]] of changes.entries.entries()) {
      translating(path, () => write.entry(key, entry))
      if (i % rowsAStep === rowsAStep - 1) yield
    }
    const { silences } = changes
    if (silences !== undefined) translating(path, () => write.silences(silences))
    translating(path, () => db.exec('COMMIT'))
  } finally {
    if (db.isOpen && db.isTransaction) db.exec('ROLLBACK')
  }
}

const stateOf = ({ db, path }: AlarmFile): EngineState =>
  translating(path, () => {
    const entries = db.prepare('SELECT entry FROM entries').all()
    const silences = db.prepare('SELECT silence FROM silences').all()
    const newest = db.prepare('SELECT max(at) AS at FROM steps').get()?.['at']
    return {
      version: 1,
      at: Number(newest ?? 0),
      entries: entries.map(({ entry }) => JSON.parse(String(entry)) as EngineState['entries'][number]),
      silences: silences.map(({ silence }) => JSON.parse(String(silence)) as Silence),
    }
  })

const prune = ({ db }: AlarmFile, endedBefore: number, most: number, atOnce: number): boolean => {
  const count = Number(db.prepare('SELECT count(*) AS count FROM alarms').get()?.['count'])
  const over = db
    .prepare('SELECT id FROM alarms WHERE ends_at IS NOT NULL AND ends_at < ? ORDER BY ends_at LIMIT ?')
    .all(count > most ? Number.MAX_SAFE_INTEGER : endedBefore, count > most ? Math.min(count - most, atOnce) : atOnce)
    .map(({ id }) => String(id))
  if (over.length === 0) return false
  const removeSteps = db.prepare('DELETE FROM steps WHERE alarm = ?')
  const removeAlarm = db.prepare('DELETE FROM alarms WHERE id = ?')
  db.exec('BEGIN IMMEDIATE')
  try {
    for (const id of over) {
      removeSteps.run(id)
      removeAlarm.run(id)
    }
    db.exec('COMMIT')
  } finally {
    if (db.isTransaction) db.exec('ROLLBACK')
  }
  return over.length === atOnce
}
