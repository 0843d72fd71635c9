/** The rows of a spool as one reader sees them: which it wants, what is in them, and which cannot be read. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { decodeObservation, shedClassOf } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import type { Logger, ReaderOptions, Sequence, SpooledObservation } from '@netstats/sdk'
import { reasonOf } from '@netstats/sdk'
import { addDrops, lossesOf } from './drops.ts'
import type { Drop, Drops } from './drops.ts'
import type { StoredRow } from './storage.ts'

/** Rows and bytes looked at in one go; a batch may take several. */
const chunkRows = 500
const chunkBytes = 4 * 1024 * 1024

/** What a reader needs of the engine to read rows. */
export interface RowsHost {
  readonly log: Logger
  read(after: Sequence, limit: number, bytes: number): readonly StoredRow[]
  /** A row cannot be read back: it is lost and reported. */
  unreadable(row: StoredRow): void
}

export interface ScannedRows {
  readonly items: readonly SpooledObservation[]
  /** Of all rows looked at, also unwanted ones. */
  readonly bytes: number
  /** How far it looked. */
  readonly reached: Sequence
  /** There is nothing beyond. */
  readonly end: boolean
}

export interface ReaderRows {
  wants(observation: Observation): boolean
  /** The wanted ones after a place, in one chunk of at most `room` rows. */
  scan(after: Sequence, room: number): ScannedRows
  /** What this reader would have got after one place and through another, as lost. */
  lost(after: Sequence, through: Sequence): Promise<readonly Drop[]>
  /** The row of exactly that sequence. */
  row(sequence: Sequence): StoredRow | undefined
  /** What is at a sequence; `other` for a row of other readers. */
  at(sequence: Sequence): Observation | 'other' | undefined
}

export const createReaderRows = (
  host: RowsHost,
  { name, bit, options }: { readonly name: string; readonly bit: number; readonly options: ReaderOptions },
): ReaderRows => {
  const wants = (observation: Observation): boolean => {
    try {
      return options.wants?.(observation) ?? true
    } catch (error) {
      host.log.debug({ reader: name, error: reasonOf(error) }, 'a filter threw; the observation is taken')
      return true
    }
  }

  const decode = (row: StoredRow): Observation | undefined => {
    try {
      if (!row.damaged) return decodeObservation(row.kind, row.node, row.observedAt, row.body)
    } catch (error) {
      const fields = { reader: name, kind: row.kind, error: reasonOf(error) }
      host.log.debug(fields, 'a row cannot be read and is passed over')
    }
    host.unreadable(row)
    return undefined
  }

  const isPassed = (row: StoredRow): boolean => (row.passed & (1 << bit)) !== 0

  const wanted = (row: StoredRow): Observation | undefined => {
    if (isPassed(row)) return undefined
    const observation = decode(row)
    return observation && wants(observation) ? observation : undefined
  }

  const rowAt = (sequence: Sequence): StoredRow | undefined => {
    const [row] = host.read(sequence - 1, 1, 1)
    return row?.sequence === sequence ? row : undefined
  }

  return {
    wants,
    scan(after, room) {
      const limit = Math.min(room, chunkRows)
      const rows = host.read(after, limit, chunkBytes)
      const items: SpooledObservation[] = []
      let bytes = 0
      for (const row of rows) {
        bytes += row.body.length
        const observation = wanted(row)
        if (observation) items.push({ sequence: row.sequence, observation })
      }
      const end = rows.length < limit && bytes < chunkBytes
      return { items, bytes, reached: rows.at(-1)?.sequence ?? after, end }
    },
    async lost(after, through) {
      let drops: Drops = new Map()
      for (let place = after, end = false; !end; await nextTurn()) {
        const rows = host.read(place, chunkRows, chunkBytes)
        for (const row of rows) {
          if (row.sequence > through) break
          const observation = wanted(row)
          if (observation === undefined) continue
          const lost = observation.kind === 'gap' ? { ...row, gap: row.body } : row
          const { drops: own, untold } = lossesOf([lost], 'cloned', shedClassOf(observation.kind))
          drops = addDrops(drops, [...own, ...untold])
        }
        place = rows.at(-1)?.sequence ?? through
        end = place >= through
      }
      return [...drops.values()]
    },
    row: rowAt,
    at(sequence) {
      const row = rowAt(sequence)
      if (row === undefined) return undefined
      if (isPassed(row)) return 'other'
      const observation = decode(row)
      return observation && !wants(observation) ? 'other' : observation
    },
  }
}
