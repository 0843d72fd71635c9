import { unixMs } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { arbitraryObservation as anyObservation } from '@netstats/protocol/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refusals } from '../../ingest/counts.ts'
import type { Downward, Upward } from '../model.ts'
import { createByteWriter, createFrameReader } from './bytes.ts'
import { createDownReader, createDownWriter } from './down.ts'
import { createUpReader, createUpWriter } from './up.ts'

type Said = readonly [string, ...unknown[]]

/** Writes down what is said to it. */
const listener = (said: Said[]): Upward & Downward =>
  new Proxy({} as Upward & Downward, {
    get:
      (_, name) =>
      (...args: readonly unknown[]) =>
        void said.push([String(name), ...args]),
  })

/** Cuts bytes into pieces at the given places. */
const pieces = (bytes: Buffer, cuts: readonly number[]): readonly Buffer[] => {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return places.slice(1).map((to, i) => bytes.subarray(places[i], to))
}

const wholeNumber = fc.maxSafeNat()
const at = fc.nat({ max: 4_000_000_000_000 }).map(unixMs)
const session = fc.nat()

const upMessage = fc.oneof(
  fc
    .tuple(fc.constant('observed' as const), session, at, anyObservation())
    .map(([name, id, time, { kind, body }]): Said => [name, id, time, kind, body]),
  fc
    .tuple(
      session,
      at,
      wholeNumber.map((n) => Math.floor(n / 2)),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 1000 }), anyObservation()), { maxLength: 8 }),
    )
    .map(([id, time, after, list]): Said => {
      let sequence = after
      const items = list.map(([step, observation]) => ({ sequence: (sequence += step), observation }))
      return ['batch', id, time, { after, last: sequence, items }]
    }),
  fc.tuple(session, at, fc.array(anyObservation(), { maxLength: 5 })).map((rest): Said => ['now', ...rest]),
  fc.tuple(session, at, fc.double({ noNaN: true })).map((rest): Said => ['roundTrip', ...rest]),
  fc.tuple(session, fc.double({ noNaN: true }), fc.double({ noNaN: true })).map((rest): Said => ['clock', ...rest]),
  session.map((id): Said => ['alive', id]),
  fc.tuple(fc.constantFrom('closed', 'gone'), session, at).map((rest): Said => rest),
  fc
    .tuple(session, at, fc.string({ unit: 'grapheme', maxLength: 200 }))
    .map(([id, time, name]): Said => ['greeted', id, time, { name }]),
)

const sampleBlocks = (count: number): readonly Observation['body'][] =>
  fc.sample(anyObservation('block'), count).map(({ body }) => body)

describe('the local socket between processes', () => {
  it('carries every message upwards as it was said, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(upMessage, { maxLength: 30 }), fc.array(fc.nat(), { maxLength: 20 }), (messages, cuts) => {
        const sent: Buffer[] = []
        const out = createByteWriter((bytes) => sent.push(bytes))
        const writer = createUpWriter(out, () => undefined) as unknown as Record<string, (...args: unknown[]) => void>
        for (const [name, ...args] of messages) writer[name]?.(...args)
        out.flush()
        const heard: Said[] = []
        const take = createFrameReader(createUpReader(listener(heard)))
        for (const piece of pieces(Buffer.concat(sent), cuts)) take(piece)
        expect(heard).toEqual(messages)
      }),
      { numRuns: 200 },
    )
  })

  it('carries every message downwards as it was said', () => {
    const messages: Said[] = [
      ['admitted', 7, { network: '1337' }],
      ['admitted', 2 ** 40, { network: 'x', resume: { through: 2 ** 53 - 1, durable: true, pace: {}, key: 'k' } }],
      ...refusals.map((reason, i): Said => ['refused', i, reason, i % 2 === 0 ? undefined : i * 1000]),
      ['refused', 1, 'locked-out', 0],
      ['probe', 300],
      ...['superseded', 'moved', 'drain', 'revoked'].map((reason): Said => ['end', 127, reason]),
      ['ask', 128, [0, 1, 2 ** 53 - 1]],
      ['ack', 5, 2 ** 52],
      ...['busy', 'hole', 'lost'].map((reason): Said => ['nack', 9, 12, reason, 1000]),
      ['pace', { reportMs: 1, lingerMs: 2, window: 3 }],
    ]
    const sent: Buffer[] = []
    const out = createByteWriter((bytes) => sent.push(bytes))
    const writer = createDownWriter(out, () => undefined) as unknown as Record<string, (...args: unknown[]) => void>
    for (const [name, ...args] of messages) writer[name]?.(...args)
    out.flush()
    const heard: Said[] = []
    const take = createFrameReader(createDownReader(listener(heard)))
    for (const bytes of sent) take(bytes)
    expect(heard).toEqual(messages)
  })

  it('carries a block that many tell of once, and gives them the same object', () => {
    const [body] = sampleBlocks(1) as [Observation['body']]
    const sent: Buffer[] = []
    const out = createByteWriter((bytes) => sent.push(bytes))
    const writer = createUpWriter(out, () => undefined)
    for (let i = 0; i < 1000; i++) writer.observed(i, unixMs(i), 'block', body)
    out.flush()
    const heard: Said[] = []
    const take = createFrameReader(createUpReader(listener(heard)))
    for (const bytes of sent) take(bytes)
    expect(heard).toHaveLength(1000)
    expect(new Set(heard.map((said) => said[4])).size).toBe(1)
    expect(Buffer.concat(sent).length).toBeLessThan(
      1000 * 10 + JSON.stringify(heard[0]?.[4], (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v)).length * 2,
    )
  })

  it('still names blocks after many others', () => {
    const blocks = sampleBlocks(40)
    const copies = Array.from({ length: 1500 }, (_, i) => structuredClone(blocks[i % blocks.length]!))
    const sent: Buffer[] = []
    const out = createByteWriter((bytes) => sent.push(bytes))
    const writer = createUpWriter(out, () => undefined)
    const told = copies.flatMap((copy, i) => [copy, copies[Math.max(0, i - 400)]!, copies[Math.max(0, i - 700)]!])
    for (const one of told) writer.observed(1, unixMs(1), 'block', one)
    out.flush()
    const heard: Said[] = []
    const take = createFrameReader(createUpReader(listener(heard)))
    for (const bytes of sent) take(bytes)
    expect(heard.map((said) => said[4])).toEqual(told)
  })

  it('ends at bytes that mean nothing, instead of going astray', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (noise) => {
        const frame = Buffer.concat([Buffer.alloc(4), noise])
        frame.writeUInt32LE(noise.length, 0)
        const take = createFrameReader(createUpReader(listener([])))
        try {
          take(frame)
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
        }
      }),
    )
    const long = Buffer.alloc(4)
    long.writeUInt32LE(2 ** 31, 0)
    expect(() => createFrameReader(() => undefined)(long)).toThrow('too long')
  })
})
