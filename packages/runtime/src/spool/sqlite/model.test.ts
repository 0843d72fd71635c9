import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeId } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { openMemorySpool } from '../memory-spool.ts'
import type { ManagedSpool } from '../engine.ts'
import type { RemovalPolicy, SpoolReader } from '@netstats/sdk'
import {
  createFakeClock,
  createRecordingLogger,
  exampleBlockObservation,
  examplePending,
  exampleStats,
} from '@netstats/sdk/testing'
import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { openSpool } from './open.ts'

const root = mkdtempSync(join(tmpdir(), 'netstats-model-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** What may happen to a spool, one after the other. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('append' as const), size: fc.integer({ min: 1, max: 60 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('read' as const), reader: fc.integer({ min: 0, max: 2 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('commit' as const),
      reader: fc.integer({ min: 0, max: 2 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rewind' as const), reader: fc.integer({ min: 0, max: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen' as const) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const plans: readonly {
  name: string
  policy: RemovalPolicy
  batchSize: number
  wants: (one: Observation) => boolean
}[] = [
  { name: 'all', policy: 'on-ack', batchSize: 17, wants: () => true },
  { name: 'blocks', policy: 'on-ack', batchSize: 5, wants: (one) => one.kind === 'block' },
  { name: 'rest', policy: 'on-send', batchSize: 9, wants: (one) => one.kind !== 'block' },
]

/** A reader as it should be: what it wants in order, how far it is settled, how far it was given. */
interface ModelReader {
  readonly wanted: Observation[]
  /** Index into `wanted`: everything before it is settled. */
  settled: number
  /** Index of the next one that `next` gives. */
  given: number
  /** Sequences given and not settled, by index. */
  readonly sequences: Map<number, number>
}

interface Subject {
  readonly durable: boolean
  open(place: string): Promise<ManagedSpool>
}

const clock = createFakeClock()
const log = createRecordingLogger()
const options = { clock, log, reporter: nodeId('agent') }
const subjects: readonly (readonly [string, Subject])[] = [
  [
    'on disk',
    {
      durable: true,
      open: (place) => openSpool({ ...options, directory: join(root, place), maxBytes: 4 * 1024 * 1024 }),
    },
  ],
  ['in memory', { durable: false, open: () => openMemorySpool(options) }],
]

const observationOf = (n: number): Observation =>
  n % 3 === 0 ? exampleBlockObservation(n) : n % 3 === 1 ? examplePending(n) : exampleStats(n)

/** Reports of losses are of the same class: they run over with these. */
const alarmOf = (n: number): Observation => ({
  ...exampleStats(n),
  kind: 'alarm',
  body: { alarm: `a${n}`, step: 'raised', type: 'disk-full', severity: 4, message: 'x'.repeat(300) },
})

const play = async (subject: Subject, place: string, steps: readonly Step[]): Promise<void> => {
  let spool = await subject.open(place)
  let readers: SpoolReader[] = []
  const openReaders = async (): Promise<void> => {
    readers = []
    for (const { name, ...plan } of plans) readers.push(await spool.reader(name, plan))
  }
  await openReaders()
  const models = plans.map((): ModelReader => ({ wanted: [], settled: 0, given: 0, sequences: new Map() }))
  const at = (i: number) => {
    const [reader, model, plan] = [readers[i], models[i], plans[i]]
    if (!reader || !model || !plan) throw new Error(`no reader ${i}`)
    return { reader, model, plan }
  }
  let n = 0
  let note: string | undefined
  let lastSequence = 0

  for (const one of steps) {
    switch (one.do) {
      case 'append': {
        const observations = Array.from({ length: one.size }, () => observationOf(++n))
        // Every other one is noted, so that the note says how many there were.
        const noted = observations.map((one, i) =>
          (n - observations.length + i) % 2 === 0
            ? { observations: [one], checkpoint: { key: 'n', value: String(n - observations.length + i + 1) } }
            : one,
        )
        await spool.append(noted, 'model')
        for (const item of noted) if ('checkpoint' in item) note = item.checkpoint.value
        expect(spool.checkpoints('model').get('n')).toBe(note)
        for (const [i, plan] of plans.entries()) models[i]?.wanted.push(...observations.filter(plan.wants))
        break
      }
      case 'read': {
        const { reader, model, plan } = at(one.reader)
        const expected = model.wanted.slice(model.given, model.given + plan.batchSize)
        if (expected.length === 0) break
        const batch = await reader.next({ signal: new AbortController().signal })
        const items = batch?.items ?? []
        // After a rewind an on-send reader gives first what it kept, and only then what is new.
        expect(items.map((item) => item.observation)).toEqual(expected.slice(0, items.length))
        expect(items.length).toBeGreaterThan(0)
        expect(batch?.spool).toBe(spool.id)
        expect(batch?.after).toBe(model.sequences.get(model.given - 1) ?? 0)
        for (const [k, { sequence }] of items.entries()) {
          const before = model.sequences.get(model.given + k)
          if (before !== undefined) expect(sequence).toBe(before)
          model.sequences.set(model.given + k, sequence)
        }
        model.given += items.length
        break
      }
      case 'commit': {
        const { reader, model } = at(one.reader)
        const through = model.settled + Math.floor(one.share * (model.given - model.settled))
        const sequence = model.sequences.get(through - 1)
        if (sequence === undefined || through <= model.settled) break
        await reader.commit(sequence)
        model.settled = through
        break
      }
      case 'rewind': {
        const { reader, model } = at(one.reader)
        reader.rewind()
        model.given = model.settled
        break
      }
      case 'reopen':
        if (!subject.durable) break
        lastSequence = spool.stats().lastSequence
        await spool[Symbol.asyncDispose]()
        spool = await subject.open(place)
        expect(spool.checkpoints('model').get('n')).toBe(note)
        expect(spool.stats().lastSequence).toBeGreaterThanOrEqual(lastSequence)
        await openReaders()
        for (const [i, model] of models.entries()) {
          // What was handed over on-send is settled as far as the disk knows.
          if (plans[i]?.policy === 'on-send') model.settled = Math.max(model.settled, ...handed(model))
          model.given = model.settled
        }
        break
    }
    for (const [i, model] of models.entries()) {
      expect(at(i).reader.backlog()).toBe(model.wanted.length - model.settled)
    }
  }
  expect(spool.stats().dropped).toEqual([])
  await spool[Symbol.asyncDispose]()
}

/** Indices after those that were ever given. */
const handed = (model: ModelReader): readonly number[] => [...model.sequences.keys()].map((index) => index + 1)

describe.each(subjects)('a spool %s, beside a model of itself', (name, subject) => {
  it('gives, settles, rewinds and keeps what the model does, in whatever order things happen', async () => {
    let place = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), (steps) => play(subject, `${name}-${++place}`, steps)),
      { numRuns: subject.durable ? 40 : 150 },
    )
  })
})

describe('a spool that runs over, beside a sum of what went in', () => {
  it('gives up by class and age only, accounts for every one, and stays within its cap', async () => {
    let place = 0
    const maxBytes = 1024 * 1024
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ size: fc.integer({ min: 1, max: 700 }), reads: fc.integer({ min: 0, max: 2 }) }), {
          minLength: 20,
          maxLength: 40,
        }),
        fc.boolean(),
        fc.constantFrom(observationOf, alarmOf),
        async (rounds, reopen, of) => {
          const directory = join(root, `over-${++place}`)
          const start = () => openSpool({ ...options, directory, maxBytes, gapEveryMs: 0 })
          const never = new AbortController().signal
          let spool = await start()
          let reader = await spool.reader('r', { policy: 'on-ack', batchSize: 100 })
          const got: Observation[] = []
          let n = 0
          let dropped = 0
          const take = async (): Promise<void> => {
            const batch = await reader.next({ signal: never })
            got.push(...(batch?.items ?? []).map((item) => item.observation))
            await reader.commit(batch?.last ?? 0)
          }
          const sum = (): number => spool.stats().dropped.reduce((total, one) => total + one.count, 0)
          for (const [i, { size, reads }] of rounds.entries()) {
            await spool.append(Array.from({ length: size }, () => of(++n)))
            for (let k = 0; k < reads && reader.backlog() > 0; k++) await take()
            const size_ = sizeOf(join(directory, 'spool.sqlite')) + sizeOf(join(directory, 'spool.sqlite-wal'))
            expect(size_).toBeLessThanOrEqual(maxBytes)
            if (reopen && i === 10) {
              dropped += sum()
              await spool[Symbol.asyncDispose]()
              spool = await start()
              reader = await spool.reader('r', { policy: 'on-ack', batchSize: 100 })
            }
          }
          while (reader.backlog() > 0) await take()
          // A last, harmless append brings out the last report.
          await spool.append([exampleStats(0)])
          while (reader.backlog() > 0) await take()
          dropped += sum()
          const gaps = got.flatMap((one) => (one.kind === 'gap' ? [one.body] : []))
          const others = got.filter((one) => one.kind !== 'gap').length
          expect(others + dropped).toBe(n + 1)
          expect(gaps.reduce((total, gap) => total + gap.dropped, 0)).toBe(dropped)
          const order = got.filter((one) => one.kind !== 'gap').map((one) => one.observedAt)
          expect(order.slice(0, -1)).toEqual(order.slice(0, -1).toSorted((a, b) => a - b))
          await spool[Symbol.asyncDispose]()
        },
      ),
      { numRuns: 8 },
    )
  })
})

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0
