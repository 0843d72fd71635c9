import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Observation } from '@netstats/protocol'
import type { Sequence, SpooledObservation } from '@netstats/sdk'
import { SpoolError, UsageError } from '@netstats/sdk'
import type { Life, ReaderOptions, SpoolReader } from '@netstats/sdk'
import type { ReaderRecord } from './draft.ts'
import type { Drop } from './drops.ts'
import { branchLife, mergeLives, newLife } from './lives.ts'
import { createReaderRows } from './reader-rows.ts'
import type { RowsHost } from './reader-rows.ts'

/** A batch ends early beyond it: a sink is not handed what it cannot hold. */
const batchBytes = 8 * 1024 * 1024
/** Under `on-send`, observations kept for `rewind`. Beyond it the oldest count as settled. */
const mostHeld = 10_000
/** Lives of a stream's own that are kept. */
const mostBranches = 16
/** A cursor that moved over this many unwanted rows is worth a write of its own. */
const passedWorthSaving = 500

/** What a reader needs of the engine. */
export interface ReaderHost extends RowsHost {
  /** Resolves once the cursor is durable, or cannot be made so for now. */
  save(reader: EngineReader): Promise<void>
  /** Asks for the cursor to be saved some time. */
  nudge(): void
  backlog(name: string): number
  /** Which spool this is, and the first sequence that counts in it. */
  spool(): { readonly spool: string; readonly since: Sequence }
  /** Sequence that the next appended row will have. */
  next(): Sequence
  lives(): readonly Life[]
  /** Saves the reader's place, with what it gave up before it; after a fork, and beyond the end, a new life begins. */
  disown(reader: EngineReader, lost: readonly Drop[], why: 'fork' | 'doubt'): void
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
  /** How many observations of the stream there were through `released`. */
  readonly count: number
  readonly branches: readonly Life[]
  /** What was not given out yet is of a life of its own. */
  branchOff(): void
  readonly open: boolean
  wants(observation: Observation): boolean
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
// oxlint-disable-next-line max-lines-per-function -- next, commit, rewind and disown move the same places in one stream, which must agree after each
export const createReader = (
  host: ReaderHost,
  init: Pick<ReaderRecord, 'name' | 'bit' | 'cursor' | 'released' | 'count' | 'branches'> & {
    readonly options: ReaderOptions
  },
  onClose: () => void,
): EngineReader => {
  const { name, bit, options } = init
  const { policy, batchSize } = options
  const rows = createReaderRows(host, init)
  let cursor = init.cursor
  let position = init.cursor
  let given = init.cursor
  let handed = init.cursor
  /** Sequences of observations: the last one settled, the last one ever given, the last one given since a rewind. */
  let settled = init.released
  let gone = init.released
  let previous = init.released
  /** How many observations of the stream there are through each of these, and the sequences between the first and the last. */
  let counts = { settled: init.count, gone: init.count, previous: init.count }
  let unsettled: Sequence[] = []
  let savedAt = init.cursor
  let held: SpooledObservation[] = []
  let branches = init.branches
  /** What was read of it before it was given up is not given out. */
  let disowned = 0
  let rewound = 0
  let busy = false
  const closing = new AbortController()

  const inSpool = (sequence: Sequence): Sequence => (sequence >= host.spool().since ? sequence : 0)

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
      const found = rows.scan(place, batchSize - items.length)
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
        const items = found.filter((item) => item.sequence >= since && item.sequence > disowned)
        const last = items.at(-1)
        if (!last) {
          await host.news(before, either)
          continue
        }
        given = Math.max(given, last.sequence)
        handed = Math.max(handed, given)
        const after = inSpool(previous)
        const counted = counts.previous
        for (const item of items) unsettled.push(item.sequence)
        previous = last.sequence
        counts.previous += items.length
        if (previous > gone) {
          gone = previous
          counts.gone = counts.previous
        }
        if (policy === 'on-send' && position > cursor) {
          cursor = position
          await host.save(reader)
        }
        return { spool, after, before: counted, items, last: last.sequence }
      }
      return undefined
    } finally {
      busy = false
    }
  }

  const countSettled = (sequence: Sequence): void => {
    const open = unsettled.findIndex((one) => one > sequence)
    counts.settled += unsettled.splice(0, open === -1 ? unsettled.length : open).length
    counts.previous = Math.max(counts.previous, counts.settled)
  }

  /** What follows is of a life of its own; who has the same `row` there finds the same name for it. */
  const branchAt = (through: Sequence, row: string | undefined): void => {
    const before = mergeLives(host.lives(), branches).findLast(({ from }) => from <= through)?.life ?? ''
    const life = row === undefined ? newLife() : branchLife(before, through, row)
    branches = [...branches.filter(({ from }) => from !== through + 1), { life, from: through + 1 }].slice(
      -mostBranches,
    )
  }

  const commit = async (sequence: Sequence): Promise<void> => {
    if (sequence > handed) {
      throw new SpoolError('SPOOL_COMMIT_AHEAD', `The reader "${name}" commits ${sequence}; it was given ${handed}.`)
    }
    if (sequence > settled) countSettled(sequence)
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
    wants: (observation) => rows.wants(observation),
    next,
    commit,
    async disown(through, why = 'fork') {
      const lost = await rows.lost(cursor, through)
      const row = rows.row(through)
      const own = row && `${row.kind} ${row.observedAt} ${row.body}`
      const dropped = lost.reduce((sum, one) => sum + one.dropped, 0)
      if (through <= cursor) return 0
      disowned = through
      if (why === 'fork') branchAt(through, own)
      cursor = through
      position = Math.max(position, through)
      given = Math.max(given, through)
      handed = Math.max(handed, through)
      countSettled(through)
      settled = Math.max(settled, through)
      previous = Math.max(previous, through)
      gone = Math.max(gone, through)
      host.disown(reader, lost, why)
      return dropped
    },
    branchOff() {
      if (handed < host.next() - 1) branchAt(handed, undefined)
    },
    get branches() {
      return branches
    },
    get lives() {
      return mergeLives(host.lives(), branches)
    },
    at: (sequence) => rows.at(sequence),
    get count() {
      return inSpool(settled) === 0 ? 0 : policy === 'on-send' ? counts.gone : counts.settled
    },
    get released() {
      return inSpool(policy === 'on-send' ? gone : settled)
    },
    rewind() {
      previous = settled
      counts.previous = counts.settled
      unsettled = []
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
