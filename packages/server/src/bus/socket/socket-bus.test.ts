import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { unixMs } from '@netstats/protocol'
import type { Block } from '@netstats/protocol'
import { arbitraryObservation } from '@netstats/protocol/testing'
import fc from 'fast-check'
import { Packr } from 'msgpackr/pack'
import { describe, expect, it, vi } from 'vitest'
import type { GatewayMessage } from '../bus-messages.ts'
import { allCommands, arbitraryMessage, busContract } from '../testing/bus-contract.ts'
import { createCommandDecoder, createEncoder, createMessageDecoder } from './codec.ts'
import { createFrameReader } from './link.ts'
import { acceptSocket, createSocketBus } from './socket-bus.ts'

const ignore = (): void => undefined

/** Two sockets that are connected. */
const socketPair = async (): Promise<readonly [Socket, Socket]> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection') as Promise<[Socket]>
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [far] = await accepted
  server.close()
  return [near, far]
}

busContract('a socket', async (core) => {
  const [near, far] = await socketPair()
  const failed = (error: unknown): never => {
    throw error
  }
  const over = acceptSocket({ socket: far, core, onBroken: failed, onUnknown: failed })
  return {
    bus: createSocketBus({ socket: near, onBroken: failed, onUnknown: failed }),
    // What was sent leaves with this turn of the event loop.
    delivered: async () => {
      await new Promise((resolve) => setImmediate(resolve))
      await vi.waitFor(() => expect([near.bytesWritten, far.bytesWritten]).toEqual([far.bytesRead, near.bytesRead]), {
        interval: 1,
      })
    },
    killGateway: async () => {
      near.destroy()
      await over
    },
    [Symbol.asyncDispose]: async () => {
      near.destroy()
      await over
    },
  }
})

const never = (what: string): never => {
  throw new Error(`unknown: ${what}`)
}

const sampleBlocks = (count: number): readonly Block[] =>
  fc.sample(arbitraryObservation('block'), count).map(({ body }) => body as Block)

const ofBlock = (session: number, body: Block): GatewayMessage => ({
  type: 'observation',
  session,
  at: unixMs(session),
  kind: 'block',
  body,
})

describe('the codec of the bus', () => {
  it('reads back what it wrote, frame after frame', () => {
    fc.assert(
      fc.property(fc.array(fc.array(arbitraryMessage, { maxLength: 10 }), { maxLength: 20 }), (frames) => {
        const encoder = createEncoder()
        const decoder = createMessageDecoder(never)
        for (const messages of frames) expect(decoder.decode(encoder.encode(messages))).toEqual(messages)
      }),
      { numRuns: 200 },
    )
    expect(createCommandDecoder(never).decode(createEncoder().encode(allCommands))).toEqual(allCommands)
  })

  it('carries a block that many nodes report once', () => {
    const [block] = sampleBlocks(1) as [Block]
    const encoder = createEncoder()
    const first = encoder.encode([ofBlock(1, block)])
    const more = encoder.encode(Array.from({ length: 1000 }, (_, i) => ofBlock(i, block)))
    expect(more.length).toBeLessThan(1000 * 40)
    const decoder = createMessageDecoder(never)
    const bodies = [first, more].flatMap((frame) => decoder.decode(frame)).map((one) => (one as { body: Block }).body)
    expect(new Set(bodies).size).toBe(1)
  })

  it('still names blocks after many others', () => {
    const blocks = sampleBlocks(40)
    const copies = Array.from({ length: 1500 }, (_, i) => structuredClone(blocks[i % blocks.length]!))
    const sent = copies
      .flatMap((copy, i) => [copy, copies[Math.max(0, i - 400)]!, copies[Math.max(0, i - 700)]!])
      .map((block) => ofBlock(1, block))
    const encoder = createEncoder()
    const decoder = createMessageDecoder(never)
    expect(sent.flatMap((one) => decoder.decode(encoder.encode([one])))).toEqual(sent)
  })

  it('fails at bytes that mean nothing, instead of going astray', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (noise) => {
        try {
          createMessageDecoder(ignore).decode(Buffer.from(noise))
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
        }
      }),
    )
  })
})

describe('a process of another version at the other end', () => {
  /** What a newer version writes: fields, messages, kinds and words that this one does not know. */
  const packr = new Packr({ sequential: true, useBigIntExtension: true, useToJSON: false })
  const written = (...list: readonly object[]): Buffer => packr.pack(list)

  it('is understood where a gateway sends more than this version knows, and that is counted', () => {
    const unknown: string[] = []
    const decoder = createMessageDecoder((what) => unknown.push(what))
    const observation = (kind: string, body: object) => ({ kind, node: 'a', observedAt: 5, body, colour: 'red' })
    const frame = written(
      { type: 'version', version: 9, oldest: 1, name: 'later' },
      { type: 'weather', session: 1, at: 5, degrees: 20 },
      { type: 'alive', session: 7, mood: 'good' },
      { type: 'observation', session: 7, at: 5, kind: 'weather', body: { degrees: 20 } },
      { type: 'observation', session: 7, at: 5, kind: 'pending', body: { pending: 4, queued: 2 }, via: 'rpc' },
      {
        type: 'batch',
        session: 7,
        at: 5,
        batch: {
          after: 0,
          before: 0,
          last: 2,
          mark: 1,
          count: 2,
          extra: true,
          items: [
            [1, observation('weather', { degrees: 20 }), 'extra'],
            [2, observation('pending', { pending: 4 })],
          ],
        },
      },
      {
        type: 'snapshot',
        session: 7,
        at: 5,
        observations: [observation('weather', {}), observation('pending', { pending: 1 })],
      },
    )
    const messages = decoder.decode(frame)
    expect(messages).toMatchObject([
      { type: 'alive', session: 7 },
      { type: 'observation', session: 7, at: 5, kind: 'pending', body: { pending: 4 } },
      { type: 'batch', batch: { last: 2, count: 2, items: [{ sequence: 2, observation: { kind: 'pending' } }] } },
      { type: 'snapshot', observations: [{ kind: 'pending' }] },
    ])
    expect(messages.flatMap((one) => (one.type === 'batch' ? one.batch.items : []))).toHaveLength(1)
    expect(unknown).toEqual(['message weather', 'kind weather', 'kind weather', 'kind weather'])
  })

  it('is understood where the core commands more than this version knows: such a peer comes again later', () => {
    const unknown: string[] = []
    const decoder = createCommandDecoder((what) => unknown.push(what))
    const frame = new Packr({ sequential: true }).pack([
      { type: 'paint', session: 1 },
      { type: 'refuse', session: 1, reason: 'full-moon', retryMs: 5, colour: 'red' },
      { type: 'end', session: 2, reason: 'full-moon' },
      { type: 'nack', session: 3, through: 1, reason: 'full-moon', retryMs: 5 },
      { type: 'ack', session: 4, through: 9, colour: 'red' },
    ])
    expect(decoder.decode(frame)).toMatchObject([
      { type: 'refuse', session: 1, reason: 'undecided', retryMs: 5 },
      { type: 'end', session: 2, reason: 'drain' },
      { type: 'nack', session: 3, through: 1, reason: 'busy' },
      { type: 'ack', session: 4, through: 9 },
    ])
    expect(unknown).toEqual(['message paint', 'word full-moon', 'word full-moon', 'word full-moon'])
  })

  it('ends the link with the cure where it says that this version cannot follow', () => {
    const frame = new Packr({ sequential: true }).pack([{ type: 'version', version: 9, oldest: 9 }])
    expect(() => createMessageDecoder(never).decode(frame)).toThrow(/needs 9 or newer: update and restart it/)
  })
})

describe('frames on a socket', () => {
  const framed = (body: Buffer): Buffer => {
    const length = Buffer.alloc(4)
    length.writeUInt32LE(body.length)
    return Buffer.concat([length, body])
  }

  it('are read whole, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 20 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (bodies, cuts) => {
          const bytes = Buffer.concat(bodies.map((body) => framed(Buffer.from(body))))
          const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
          const read: number[][] = []
          const take = createFrameReader((frame) => read.push([...frame]))
          places.slice(1).forEach((to, i) => take(bytes.subarray(places[i], to)))
          expect(read).toEqual(bodies.map((body) => [...body]))
        },
      ),
    )
  })

  it('end the link where they are too long', () => {
    const long = Buffer.alloc(4)
    long.writeUInt32LE(2 ** 31, 0)
    expect(() => createFrameReader(ignore)(long)).toThrow('too long')
  })
})
