// Longer than most files: one suite, kept whole so that whoever writes a spool can read what it must do in one place.
import type { Gap, Observation } from '@netstats/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import type { Batch } from '../component.ts'
import type { ReaderOptions, SpoolReader } from '../spool.ts'
import type { ManagedSpool } from '../spooling/engine.ts'
import { createFakeClock } from './fake-clock.ts'
import type { FakeClock } from './fake-clock.ts'
import { createRecordingLogger } from './logger.ts'
import type { RecordingLogger } from './logger.ts'
import { exampleBlockObservation, exampleObservations, examplePending, exampleStats } from './observations.ts'

export interface SpoolContractOptions {
  readonly clock: FakeClock
  readonly log: RecordingLogger
  readonly maxBytes: number
  readonly maxAgeMs: number
  /** Where it lies. A durable spool that is opened again at its place is the same one. */
  readonly place: string
}

export interface SpoolContractFeatures {
  /** It survives being closed and opened again. */
  readonly durable: boolean
}

const never = new AbortController().signal
const onAck: ReaderOptions = { policy: 'on-ack', batchSize: 100 }
const onSend: ReaderOptions = { policy: 'on-send', batchSize: 100 }
const room = 1024 * 1024
let places = 0

/** What every spool must do. `open` is called by each test, with a place of its own. */
export const spoolContract = (
  name: string,
  open: (options: SpoolContractOptions) => Promise<ManagedSpool>,
  { durable }: SpoolContractFeatures,
): void => {
  let opened: ManagedSpool[] = []
  afterEach(async () => {
    for (const spool of opened) await spool[Symbol.asyncDispose]()
    opened = []
  })

  const setup = async (overrides: Partial<SpoolContractOptions> = {}) => {
    const options: SpoolContractOptions = {
      clock: createFakeClock(),
      log: createRecordingLogger(),
      maxBytes: room,
      maxAgeMs: 86_400_000,
      place: `place-${++places}`,
      ...overrides,
    }
    const start = async (): Promise<ManagedSpool> => {
      const spool = await open(options)
      opened.push(spool)
      return spool
    }
    const spool = await start()
    return { ...options, spool, start }
  }

  /** What there is to read now; undefined is never waited for. */
  const nextNow = async (reader: SpoolReader): Promise<Batch | undefined> => {
    const abort = new AbortController()
    const next = reader.next({ signal: abort.signal })
    for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve))
    abort.abort()
    return next
  }
  const readAll = async (reader: SpoolReader): Promise<readonly Observation[]> => {
    const all: Observation[] = []
    for (let batch = await nextNow(reader); batch; batch = await nextNow(reader)) {
      all.push(...batch.items.map((item) => item.observation))
      await reader.commit(batch.last)
    }
    return all
  }
  const numbers = (batch: Batch | undefined): readonly unknown[] =>
    (batch?.items ?? []).map(({ observation }) =>
      observation.kind === 'pending' ? observation.body.pending : observation.kind,
    )
  const pendings = (from: number, to: number): readonly Observation[] =>
    Array.from({ length: to - from + 1 }, (_, i) => examplePending(from + i))
  const gapsIn = (observations: readonly Observation[]): readonly Gap[] =>
    observations.flatMap((one) => (one.kind === 'gap' ? [one.body] : []))
  const stored = (spool: ManagedSpool): number => Object.values(spool.stats().rows).reduce((sum, n) => sum + n, 0)

  describe(`${name}, as a spool: reading`, () => {
    it('gives back every kind of observation, whole and in the order of the appends', async () => {
      const { spool } = await setup()
      const all = exampleObservations()
      await spool.append(all.slice(0, 4))
      await spool.append(all.slice(4))
      await using reader = await spool.reader('r', onAck)
      const batch = await reader.next({ signal: never })
      expect(batch?.items.map((item) => item.observation)).toEqual(all)
      expect(batch?.last).toBe(batch?.items.at(-1)?.sequence)
    })

    it('numbers observations upwards, across appends that come at once', async () => {
      const { spool } = await setup()
      await Promise.all([1, 2, 3, 4].map((n) => spool.append([examplePending(n), exampleStats(n)])))
      await using reader = await spool.reader('r', onAck)
      const batch = await reader.next({ signal: never })
      const sequences = batch?.items.map((item) => item.sequence) ?? []
      expect(sequences).toHaveLength(8)
      expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b))
      expect(sequences.every((n) => Number.isSafeInteger(n) && n > 0)).toBe(true)
    })

    it('gives no more than a batch at a time and goes on after the last one, committed or not', async () => {
      const { spool } = await setup()
      await spool.append(pendings(1, 5))
      await using reader = await spool.reader('r', { ...onAck, batchSize: 2 })
      expect(numbers(await reader.next({ signal: never }))).toEqual([1, 2])
      expect(numbers(await reader.next({ signal: never }))).toEqual([3, 4])
      expect(numbers(await reader.next({ signal: never }))).toEqual([5])
    })

    it('takes an append of thousands and gives it in batches of thousands', async () => {
      const { spool } = await setup()
      await spool.append(pendings(1, 2500))
      await using reader = await spool.reader('r', { ...onAck, batchSize: 2000 })
      expect((await reader.next({ signal: never }))?.items).toHaveLength(2000)
      expect((await reader.next({ signal: never }))?.items).toHaveLength(500)
    })

    it('waits for the next append', async () => {
      const { spool } = await setup()
      await using reader = await spool.reader('r', onAck)
      const waiting = reader.next({ signal: never })
      await spool.append([examplePending(7)])
      expect(numbers(await waiting)).toEqual([7])
    })

    it('gives nothing to a signal that aborts or has aborted, and loses nothing by it', async () => {
      const { spool } = await setup()
      await using reader = await spool.reader('r', onAck)
      const abort = new AbortController()
      const waiting = reader.next({ signal: abort.signal })
      abort.abort()
      expect(await waiting).toBeUndefined()
      await spool.append([examplePending(1)])
      expect(await reader.next({ signal: abort.signal })).toBeUndefined()
      expect(numbers(await reader.next({ signal: never }))).toEqual([1])
    })

    it('refuses to give two batches at once', async () => {
      const { spool } = await setup()
      await using reader = await spool.reader('r', onAck)
      const waiting = reader.next({ signal: never })
      await expect(reader.next({ signal: never })).rejects.toMatchObject({ code: 'SPOOL_READER_BUSY' })
      await spool.append([examplePending(1)])
      await waiting
    })
  })

  describe(`${name}, as a spool: settling`, () => {
    it('gives again after a rewind what was not committed, and only that', async () => {
      const { spool } = await setup()
      await spool.append(pendings(1, 4))
      await using reader = await spool.reader('r', { ...onAck, batchSize: 4 })
      const batch = await reader.next({ signal: never })
      await reader.commit(batch?.items[1]?.sequence ?? 0)
      reader.rewind()
      expect(numbers(await reader.next({ signal: never }))).toEqual([3, 4])
      reader.rewind()
      await reader.commit(batch?.last ?? 0)
      expect(await nextNow(reader)).toBeUndefined()
    })

    it('counts what is not committed', async () => {
      const { spool } = await setup()
      await using reader = await spool.reader('r', { ...onAck, batchSize: 2 })
      expect(reader.backlog()).toBe(0)
      await spool.append(pendings(1, 3))
      expect(reader.backlog()).toBe(3)
      const batch = await reader.next({ signal: never })
      expect(reader.backlog()).toBe(3)
      await reader.commit(batch?.last ?? 0)
      expect(reader.backlog()).toBe(1)
    })

    it('refuses a commit of what it has not given, and takes an old one for done', async () => {
      const { spool } = await setup()
      await spool.append(pendings(1, 2))
      await using reader = await spool.reader('r', { ...onAck, batchSize: 1 })
      const first = await reader.next({ signal: never })
      const second = (first?.last ?? 0) + 1
      await expect(reader.commit(second)).rejects.toMatchObject({ code: 'SPOOL_COMMIT_AHEAD' })
      await reader.commit(first?.last ?? 0)
      await reader.commit(first?.last ?? 0)
      expect(numbers(await reader.next({ signal: never }))).toEqual([2])
    })

    it('keeps an observation until every reader has settled it', async () => {
      const { spool } = await setup()
      await using a = await spool.reader('a', onAck)
      await using b = await spool.reader('b', onAck)
      await spool.append(pendings(1, 3))
      expect(await readAll(a)).toHaveLength(3)
      expect(stored(spool)).toBe(3)
      expect(await readAll(b)).toHaveLength(3)
      expect(stored(spool)).toBe(0)
    })

    it('starts a new reader with the oldest observation there is', async () => {
      const { spool } = await setup()
      await using a = await spool.reader('a', onAck)
      await spool.append(pendings(1, 3))
      await using b = await spool.reader('b', onAck)
      expect(b.backlog()).toBe(3)
      expect(await readAll(b)).toEqual(pendings(1, 3))
      expect(await readAll(a)).toEqual(pendings(1, 3))
    })

    it('frees on-send observations when they are handed over, and gives them again after a rewind', async () => {
      const { spool } = await setup()
      await using reader = await spool.reader('r', { ...onSend, batchSize: 2 })
      await spool.append(pendings(1, 3))
      const first = await reader.next({ signal: never })
      expect(numbers(first)).toEqual([1, 2])
      await spool.append([])
      expect(stored(spool)).toBe(1)
      reader.rewind()
      expect(numbers(await reader.next({ signal: never }))).toEqual([1, 2])
      expect(reader.backlog()).toBe(3)
      await reader.commit(first?.last ?? 0)
      reader.rewind()
      expect(numbers(await reader.next({ signal: never }))).toEqual([3])
      expect(reader.backlog()).toBe(1)
    })

    it('opens a reader once, and again after it was disposed, at its place', async () => {
      const { spool } = await setup()
      await spool.append(pendings(1, 2))
      const first = await spool.reader('r', { ...onAck, batchSize: 1 })
      await expect(spool.reader('r', onAck)).rejects.toMatchObject({ code: 'SPOOL_READER_OPEN' })
      await first.commit((await first.next({ signal: never }))?.last ?? 0)
      await first[Symbol.asyncDispose]()
      await first[Symbol.asyncDispose]()
      expect(await first.next({ signal: never })).toBeUndefined()
      await using second = await spool.reader('r', onAck)
      expect(numbers(await second.next({ signal: never }))).toEqual([2])
    })
  })

  describe(`${name}, as a spool: streams`, () => {
    it('has an id, and says with each batch which observation came before it in the stream', async () => {
      const { spool } = await setup()
      expect(spool.id).toMatch(/^[0-9a-f]{32}$/)
      await using reader = await spool.reader('r', { ...onAck, batchSize: 2, wants: ({ kind }) => kind === 'pending' })
      await spool.append([exampleStats(1), ...pendings(1, 3), exampleStats(2), ...pendings(4, 5)])
      const first = await reader.next({ signal: never })
      const second = await reader.next({ signal: never })
      const third = await reader.next({ signal: never })
      expect([first?.spool, second?.spool]).toEqual([spool.id, spool.id])
      expect([first?.after, second?.after, third?.after]).toEqual([0, first?.last, second?.last])
      await reader.commit(second?.items[0]?.sequence ?? 0)
      reader.rewind()
      expect((await reader.next({ signal: never }))?.after).toBe(second?.items[0]?.sequence)
      reader.rewind()
      await reader.commit(third?.last ?? 0)
      await spool.append([examplePending(6)])
      expect((await reader.next({ signal: never }))?.after).toBe(third?.last)
    })

    it('goes back in the stream with an on-send reader too', async () => {
      const { spool } = await setup()
      await using reader = await spool.reader('r', { ...onSend, batchSize: 2 })
      await spool.append(pendings(1, 5))
      const first = await reader.next({ signal: never })
      const second = await reader.next({ signal: never })
      await reader.commit(first?.last ?? 0)
      reader.rewind()
      expect((await reader.next({ signal: never }))?.after).toBe(first?.last)
      expect((await reader.next({ signal: never }))?.after).toBe(second?.last)
    })

    it('goes on under a new id when it is told to, with all it holds and every stream at its beginning', async () => {
      const { spool } = await setup()
      await using reader = await spool.reader('r', onAck)
      await spool.append(pendings(1, 2))
      await reader.commit((await reader.next({ signal: never }))?.last ?? 0)
      await spool.append(pendings(3, 4))
      const old = spool.id
      await spool.renew('of another spool')
      expect(spool.id).toBe(old)
      await spool.renew(old)
      expect(spool.id).toMatch(/^[0-9a-f]{32}$/)
      expect(spool.id).not.toBe(old)
      const batch = await reader.next({ signal: never })
      expect(numbers(batch)).toEqual([3, 4])
      expect(batch).toMatchObject({ spool: spool.id, after: 0, last: spool.last })
    })

    it('begins the stream of a new reader with nothing before it, whatever the spool has seen', async () => {
      const { spool } = await setup()
      await using first = await spool.reader('a', onAck)
      await spool.append(pendings(1, 3))
      await readAll(first)
      await using second = await spool.reader('b', onAck)
      await spool.append([examplePending(4)])
      expect((await second.next({ signal: never }))?.after).toBe(0)
    })
  })

  describe(`${name}, as a spool: wishes`, () => {
    const blocks: ReaderOptions = { ...onAck, wants: (observation) => observation.kind === 'block' }
    const rest: ReaderOptions = { ...onAck, wants: (observation) => observation.kind !== 'block' }

    it('gives a reader what it wants, and keeps nothing for one that does not', async () => {
      const { spool } = await setup()
      await using a = await spool.reader('blocks', blocks)
      await using b = await spool.reader('rest', rest)
      await spool.append([exampleBlockObservation(1), examplePending(1), examplePending(2), exampleBlockObservation(2)])
      expect([a.backlog(), b.backlog()]).toEqual([2, 2])
      expect(await readAll(b)).toEqual(pendings(1, 2))
      expect(stored(spool)).toBe(2)
      expect(await readAll(a)).toEqual([exampleBlockObservation(1), exampleBlockObservation(2)])
      expect(stored(spool)).toBe(0)
    })

    it('does not store what nobody wants', async () => {
      const { spool } = await setup()
      await using reader = await spool.reader('blocks', blocks)
      await spool.append(pendings(1, 10))
      expect(stored(spool)).toBe(0)
      expect(spool.stats().unwanted).toBe(10)
      expect(reader.backlog()).toBe(0)
    })

    it('passes over what was appended before the reader said what it wants', async () => {
      const { spool } = await setup()
      await spool.append([...pendings(1, 700), exampleBlockObservation(1), ...pendings(1, 2)])
      await using reader = await spool.reader('blocks', blocks)
      const batch = await reader.next({ signal: never })
      expect(batch?.items.map((item) => item.observation)).toEqual([exampleBlockObservation(1)])
      await reader.commit(batch?.last ?? 0)
      expect(await nextNow(reader)).toBeUndefined()
      expect(reader.backlog()).toBe(0)
    })

    it('does not give a reader what it did not want when it was appended, though it wishes otherwise now', async () => {
      const { spool } = await setup()
      await using other = await spool.reader('other', onAck)
      const before = await spool.reader('r', blocks)
      await spool.append([examplePending(1), exampleBlockObservation(1)])
      await before[Symbol.asyncDispose]()
      await using after = await spool.reader('r', onAck)
      expect(await readAll(after)).toEqual([exampleBlockObservation(1)])
      expect(other.backlog()).toBe(2)
    })

    it('takes a wish that throws for a yes', async () => {
      const { spool } = await setup()
      const wants = (): boolean => {
        throw new Error('bad filter')
      }
      await using reader = await spool.reader('r', { ...onAck, wants })
      await spool.append(pendings(1, 2))
      expect(await readAll(reader)).toHaveLength(2)
    })

    it('forgets readers that are not to be kept, with what they held back', async () => {
      const { spool } = await setup()
      const old = await spool.reader('old', onAck)
      await using kept = await spool.reader('kept', onAck)
      await spool.append(pendings(1, 3))
      await old[Symbol.asyncDispose]()
      await readAll(kept)
      expect(stored(spool)).toBe(3)
      await spool.keepReaders(['kept'])
      await spool.append([examplePending(4)])
      await readAll(kept)
      expect(stored(spool)).toBe(0)
      expect(spool.stats().readers.map((reader) => reader.name)).toEqual(['kept'])
    })
  })

  describe(`${name}, as a spool: bounds`, () => {
    const many = (n: number, from = 0): readonly Observation[] =>
      Array.from({ length: n }, (_, i) => (i % 2 === 0 ? examplePending(from + i) : exampleBlockObservation(from + i)))
    const fill = async (
      spool: ManagedSpool,
      step: number,
      make: (from: number) => readonly Observation[],
    ): Promise<void> => {
      for (let from = 0; spool.stats().dropped.length === 0; from += step) await spool.append(make(from))
    }

    it('gives up the lowest class first and the oldest first in it, says so, and stays within its room', async () => {
      const { spool, clock } = await setup()
      await using reader = await spool.reader('r', onAck)
      await fill(spool, 20, (from) => many(20, from))
      expect(spool.stats().dropped.map(({ reason, class: shed }) => `${reason} ${shed}`)).toEqual(['size latency'])
      expect(spool.stats().usedBytes).toBeLessThanOrEqual(spool.stats().roomBytes)
      await clock.advance(60_000)
      await spool.append([exampleStats(1)])
      const all = await readAll(reader)
      const left = all.flatMap((one) => (one.kind === 'pending' ? [one.body.pending] : []))
      expect(left).toEqual([...left].sort((a, b) => a - b))
      const counted = spool.stats().dropped.reduce((sum, one) => sum + one.count, 0)
      const gaps = gapsIn(all)
      expect(gaps.reduce((sum, gap) => sum + gap.dropped, 0)).toBe(counted)
      expect(gaps.every((gap) => gap.reason === 'size' && gap.class === 'latency')).toBe(true)
      expect(Math.min(...gaps.map((gap) => gap.from))).toBe(examplePending(0).observedAt)
      expect((left[0] ?? 0) / 2).toBe(counted)
    })

    it('never gives up a higher class for a lower one', async () => {
      const { spool } = await setup()
      await using reader = await spool.reader('r', onAck)
      const blocks = (from: number) => Array.from({ length: 500 }, (_, i) => exampleBlockObservation(from + i))
      await fill(spool, 500, blocks)
      const before = spool.stats().rows.block
      let offered = 0
      while (spool.stats().dropped.every((one) => one.class !== 'latency')) {
        await spool.append(pendings(offered + 1, offered + 500))
        offered += 500
      }
      await spool.append(pendings(1, 500))
      expect(spool.stats().rows.block).toBe(before)
      expect(reader.backlog()).toBe(stored(spool))
    })

    it('gives up an observation larger than it could ever hold, and takes the next', async () => {
      const { spool } = await setup()
      await using reader = await spool.reader('r', onAck)
      const huge: Observation = {
        ...exampleObservations()[6],
        body: { type: 'x'.repeat(room), added: [], removed: [] },
      } as Observation
      await spool.append([huge, examplePending(1)])
      expect(spool.stats().dropped).toEqual([{ reason: 'size', class: 'block', count: 1 }])
      const all = await readAll(reader)
      expect(all[0]).toEqual(examplePending(1))
    })

    it('gives up what is too old, with the class and the times', async () => {
      const { spool, clock } = await setup({ maxAgeMs: 60_000 })
      await using reader = await spool.reader('r', onAck)
      await spool.append(pendings(1, 3))
      await clock.advance(59_000)
      await spool.append([exampleBlockObservation(1)])
      await clock.advance(2000)
      await spool.append([exampleStats(9)])
      expect(spool.stats().dropped).toEqual([{ reason: 'age', class: 'latency', count: 3 }])
      expect(reader.backlog()).toBe(2)
      await clock.advance(20_000)
      await spool.append([exampleStats(10)])
      const gaps = gapsIn(await readAll(reader))
      expect(gaps).toEqual([
        {
          reason: 'age',
          class: 'latency',
          dropped: 3,
          from: examplePending(1).observedAt,
          to: examplePending(3).observedAt,
        },
      ])
    })

    it('does not let a wall clock that is set, forwards or back, make anything older', async () => {
      const { spool, clock, log } = await setup({ maxAgeMs: 60_000 })
      await using reader = await spool.reader('r', onAck)
      await spool.append(pendings(1, 2))
      for (const step of [10 * 365 * 86_400_000, -20 * 365 * 86_400_000]) {
        clock.step(step)
        await clock.advance(2000)
        await spool.append([examplePending(3)])
      }
      expect(spool.stats().dropped).toEqual([])
      expect(spool.stats().clockSteps).toBe(2)
      expect(log.entries.filter((entry) => entry.message.includes('wall clock'))).toHaveLength(2)
      expect(await readAll(reader)).toHaveLength(4)
    })
  })

  describe(`${name}, as a spool: its end`, () => {
    it('keeps what was asked for before it was disposed, and takes nothing after', async () => {
      const { spool } = await setup()
      const reader = await spool.reader('r', onAck)
      const waiting = reader.next({ signal: never })
      const appended = spool.append([])
      await spool[Symbol.asyncDispose]()
      await spool[Symbol.asyncDispose]()
      expect(await waiting).toBeUndefined()
      await appended
      await expect(spool.append([examplePending(1)])).rejects.toMatchObject({ code: 'SPOOL_CLOSED' })
      await expect(spool.reader('x', onAck)).rejects.toMatchObject({ code: 'SPOOL_CLOSED' })
    })

    it('resolves the appends that were under way', async () => {
      const { spool } = await setup()
      const appended = spool.append(pendings(1, 1200))
      await spool[Symbol.asyncDispose]()
      await appended
    })
  })

  if (!durable) return
  describe(`${name}, as a spool: opened again`, () => {
    it('has every observation and every place as they were', async () => {
      const { spool, start } = await setup()
      const reader = await spool.reader('r', { ...onAck, batchSize: 2 })
      await spool.append(pendings(1, 5))
      await reader.commit((await reader.next({ signal: never }))?.last ?? 0)
      await reader.next({ signal: never })
      await spool[Symbol.asyncDispose]()
      const again = await start()
      await using same = await again.reader('r', onAck)
      expect(same.backlog()).toBe(3)
      expect(await readAll(same)).toEqual(pendings(3, 5))
    })

    it('is the same spool, and each stream goes on after what was settled', async () => {
      const { spool, start } = await setup()
      const reader = await spool.reader('r', { ...onAck, wants: ({ kind }) => kind === 'pending' })
      const sent = await spool.reader('s', onSend)
      await spool.append([...pendings(1, 2), exampleStats(1)])
      const batch = await reader.next({ signal: never })
      const handed = await sent.next({ signal: never })
      await reader.commit(batch?.last ?? 0)
      await spool[Symbol.asyncDispose]()
      const again = await start()
      expect(again.id).toBe(spool.id)
      expect(again.last).toBe(spool.last)
      await using same = await again.reader('r', onAck)
      await using gone = await again.reader('s', onSend)
      await again.append([examplePending(3)])
      expect((await same.next({ signal: never }))?.after).toBe(batch?.last)
      expect((await gone.next({ signal: never }))?.after).toBe(handed?.last)
    })

    it('never gives a sequence twice, though nothing was left in it', async () => {
      const { spool, start } = await setup()
      const reader = await spool.reader('r', onAck)
      await spool.append(pendings(1, 3))
      const last = (await reader.next({ signal: never }))?.last ?? 0
      await reader.commit(last)
      await spool[Symbol.asyncDispose]()
      const again = await start()
      expect(stored(again)).toBe(0)
      await again.append([examplePending(4)])
      await using same = await again.reader('r', onAck)
      expect((await same.next({ signal: never }))?.items[0]?.sequence).toBeGreaterThan(last)
    })

    it('does not give on-send observations again', async () => {
      const { spool, start } = await setup()
      const reader = await spool.reader('r', { ...onSend, batchSize: 2 })
      await spool.append(pendings(1, 3))
      await reader.next({ signal: never })
      await spool[Symbol.asyncDispose]()
      const again = await start()
      await using same = await again.reader('r', onSend)
      expect(await readAll(same)).toEqual([examplePending(3)])
    })

    it('does not take the time it was away for more than half of its age limit', async () => {
      const { spool, clock, start } = await setup({ maxAgeMs: 60_000 })
      await spool.append([examplePending(1)])
      await clock.advance(40_000)
      await spool.append([examplePending(2)])
      await spool[Symbol.asyncDispose]()
      clock.step(10 * 365 * 86_400_000)
      const again = await start()
      await again.append([examplePending(3)])
      expect(again.stats().dropped).toEqual([{ reason: 'age', class: 'latency', count: 1 }])
      await again[Symbol.asyncDispose]()
      clock.step(-20 * 365 * 86_400_000)
      const third = await start()
      await third.append([examplePending(4)])
      expect(third.stats().dropped).toEqual([])
    })

    it('still reports what was given up before', async () => {
      const { spool, clock, start } = await setup({ maxAgeMs: 60_000 })
      await using first = await spool.reader('r', onAck)
      await spool.append(pendings(1, 3))
      await clock.advance(61_000)
      await spool.append([exampleStats(1)])
      await first[Symbol.asyncDispose]()
      await spool[Symbol.asyncDispose]()
      const again = await start()
      await using reader = await again.reader('r', onAck)
      await again.append([exampleStats(2)])
      expect(gapsIn(await readAll(reader)).map((gap) => gap.dropped)).toEqual([3])
    })
  })
}
