import { setImmediate as nextTurn } from 'node:timers/promises'
import { decodeObservation } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import type { Sequence, SpooledObservation } from '../component.ts'
import { reasonOf, SpoolError, UsageError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { ReaderOptions, SpoolReader } from '../spool.ts'
import type { ReaderRecord } from './draft.ts'
import type { StoredRow } from './storage.ts'

/** Rows and bytes looked at in one go; a batch may take several. */
const chunkRows = 500
const chunkBytes = 4 * 1024 * 1024
/** A batch ends early beyond it: a sink is not handed what it can not hold. */
const batchBytes = 8 * 1024 * 1024
/** Under `on-send`, observations kept for `rewind`. Beyond it the oldest count as settled. */
const mostHeld = 10_000
/** A cursor that moved over so many unwanted rows is worth a write of its own. */
const passedWorthSaving = 500

/** What a reader needs of the engine. */
export interface ReaderHost {
  readonly log: Logger
  read(after: Sequence, limit: number, bytes: number): readonly StoredRow[]
  /** Resolves once the cursor is durable, or can not be made so for now. */
  save(reader: EngineReader): Promise<void>
  /** Asks for the cursor to be saved some time. */
  nudge(): void
  backlog(name: string): number
  unreadable(): void
  /** Which spool this is, and the first sequence that counts in it. */
  spool(): { readonly spool: string; readonly since: Sequence }
  /** Sequence that the next appended row will have. */
  next(): Sequence
  /** Resolves once `next` is beyond `since`, or when the signal aborts. */
  news(since: Sequence, signal: AbortSignal): Promise<void>
}

export interface EngineReader extends SpoolReader {
  readonly name: string
  readonly bit: number
  readonly options: ReaderOptions
  /** Everything through here is settled; the engine makes it durable. */
  readonly cursor: Sequence
  /** Sequence of the last observation given and settled; 0: none of this spool. */
  readonly released: Sequence
  readonly open: boolean
  wants(observation: Observation): boolean
  /** The stream begins anew: nothing was settled in it yet. */
  beginAnew(): void
  close(): void
}

/**
 *        cursor            given             position
 *   ──────┴──────────────────┴──────────────────┴───────▶ sequence
 *   settled   handed over         passed over      not looked at
 *
 * `on-ack`: the cursor moves with `commit`. `on-send`: it moves when a batch is handed over, before the batch is given
 * out; what was handed over and not committed is kept in memory, so that `rewind` serves it again in this process.
 */
export const createReader = (
  host: ReaderHost,
  init: Pick<ReaderRecord, 'name' | 'bit' | 'cursor' | 'released'> & { readonly options: ReaderOptions },
  onClose: () => void,
): EngineReader => {
  const { name, bit, options } = init
  const { policy, batchSize } = options
  let cursor = init.cursor
  let position = init.cursor
  let given = init.cursor
  let handed = init.cursor
  /** Sequences of observations: the last one settled, the last one ever given, the last one given since a rewind. */
  let settled = init.released
  let gone = init.released
  let previous = init.released
  let savedAt = init.cursor
  let held: SpooledObservation[] = []
  let rewound = 0
  let busy = false
  const closing = new AbortController()

  const inSpool = (sequence: Sequence): Sequence => (sequence >= host.spool().since ? sequence : 0)

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
      return decodeObservation(row.kind, row.node, row.observedAt, row.body)
    } catch (error) {
      host.unreadable()
      host.log.debug(
        { reader: name, kind: row.kind, error: reasonOf(error) },
        'a row can not be read and is passed over',
      )
      return undefined
    }
  }

  /** The wanted ones after a place, and how far it looked; `end` where there is nothing beyond. */
  const scan = (after: Sequence, room: number) => {
    const limit = Math.min(room, chunkRows)
    const rows = host.read(after, limit, chunkBytes)
    const items: SpooledObservation[] = []
    let bytes = 0
    for (const row of rows) {
      bytes += row.body.length
      if ((row.passed & (1 << bit)) !== 0) continue
      const observation = decode(row)
      if (!observation || !wants(observation)) continue
      items.push({ sequence: row.sequence, observation })
    }
    const end = rows.length < limit && bytes < chunkBytes
    return { items, bytes, reached: rows.at(-1)?.sequence ?? after, end }
  }

  const collect = async (signal: AbortSignal): Promise<readonly SpooledObservation[]> => {
    if (rewound > 0) {
      const again = held.slice(held.length - rewound).slice(0, batchSize)
      rewound -= again.length
      return again
    }
    const items: SpooledObservation[] = []
    let place = position
    let bytes = 0
    while (!signal.aborted && !closing.signal.aborted) {
      const found = scan(place, batchSize - items.length)
      items.push(...found.items)
      bytes += found.bytes
      place = found.reached
      if (found.end || items.length >= batchSize || bytes >= batchBytes) break
      // One chunk in a turn: others want the process too.
      await nextTurn()
    }
    if (signal.aborted || closing.signal.aborted) return []
    position = Math.max(position, place)
    if (items.length === 0) passOver()
    if (policy === 'on-send') held = [...held, ...items].slice(-mostHeld)
    return items
  }

  /** Rows that this reader does not want are settled as soon as nothing before them is in its hands. */
  const passOver = (): void => {
    if (given > cursor || rewound > 0 || position <= cursor) return
    cursor = position
    if (cursor - savedAt >= passedWorthSaving) {
      savedAt = cursor
      host.nudge()
    }
  }

  const next: SpoolReader['next'] = async ({ signal }) => {
    if (busy) throw new UsageError('SPOOL_READER_BUSY', `The reader "${name}" is asked for two batches at once.`)
    busy = true
    const either = AbortSignal.any([signal, closing.signal])
    try {
      while (!either.aborted) {
        const before = host.next()
        const found = await collect(either)
        const { spool, since } = host.spool()
        // What was read before the spool was found damaged is counted as lost by now.
        const items = found.filter((item) => item.sequence >= since)
        const last = items.at(-1)
        if (!last) {
          await host.news(before, either)
          continue
        }
        given = Math.max(given, last.sequence)
        handed = Math.max(handed, given)
        const after = inSpool(previous)
        previous = last.sequence
        gone = Math.max(gone, previous)
        if (policy === 'on-send' && position > cursor) {
          cursor = position
          await host.save(reader)
        }
        return { spool, after, items, last: last.sequence }
      }
      return undefined
    } finally {
      busy = false
    }
  }

  const commit = async (sequence: Sequence): Promise<void> => {
    if (sequence > handed) {
      throw new SpoolError('SPOOL_COMMIT_AHEAD', `The reader "${name}" commits ${sequence}; it was given ${handed}.`)
    }
    settled = Math.max(settled, sequence)
    previous = Math.max(previous, sequence)
    if (policy === 'on-send') {
      held = held.filter((item) => item.sequence > sequence)
      rewound = Math.min(rewound, held.length)
      return
    }
    // What was passed over after the last batch is settled along with it.
    const through = sequence >= given ? Math.max(position, sequence) : sequence
    if (through <= cursor) return
    cursor = through
    position = Math.max(position, cursor)
    await host.save(reader)
  }

  const reader: EngineReader = {
    name,
    bit,
    options,
    wants,
    next,
    commit,
    get released() {
      return inSpool(policy === 'on-send' ? gone : settled)
    },
    rewind() {
      previous = settled
      if (policy === 'on-send') {
        held = held.filter((item) => inSpool(item.sequence) > 0)
        rewound = held.length
        return
      }
      position = cursor
      given = cursor
    },
    backlog: () => host.backlog(name) + held.length,
    get cursor() {
      return cursor
    },
    get open() {
      return !closing.signal.aborted
    },
    beginAnew() {
      settled = 0
      gone = 0
      previous = 0
    },
    close: () => closing.abort(),
    [Symbol.asyncDispose]: async () => {
      if (closing.signal.aborted) return
      closing.abort()
      await host.save(reader)
      onClose()
    },
  }
  return reader
}
