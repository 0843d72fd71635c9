/** What agents make the server read is charged before it is read. */
import { once } from 'node:events'
import { deflateRawSync } from 'node:zlib'
import { mostInflated, writeFrame } from '@netstats/protocol/netstats'
import { describe, expect, it, vi } from 'vitest'
import type { WebSocket } from 'ws'
import { logOf } from './testing.ts'
import { openTestEndpoint } from './testing-endpoint.ts'
import type { TestEndpoint } from './testing-endpoint.ts'

const MiB = 1 << 20
/** Text that deflates as logs do, some twenty times. */
const text = Array.from({ length: 40 }, (_, i) => `peer ${i * 7919} dropped`).join(', ')

const batchOf = (node: string, number: number, lines = 100): string => {
  const after = (number - 1) * lines
  const items = Array.from({ length: lines }, (_, i) => ({ ...logOf(node, text), sequence: after + 1 + i }))
  return writeFrame({ type: 'batch', after, number, items })
}

/** Sends batches until the server has had so many, or throttles for the first time. */
const countOf = (running: TestEndpoint): number => running.endpoint.counts.throttled

const flood = (socket: WebSocket, node: string, batches: number): void => {
  for (let number = 1; number <= batches; number++) socket.send(deflateRawSync(batchOf(node, number)))
}

/** The endpoint is given the time as the server does it. */
const all = (running: TestEndpoint, batches: number): Promise<void> =>
  vi.waitFor(
    () => {
      running.endpoint.tick()
      expect(running.batches).toHaveLength(batches)
    },
    { timeout: 20_000 },
  )

describe('an agent that sends more than it may', () => {
  it('is read from more slowly, by what its frames inflate to, and nothing of it is lost', async () => {
    await using running = await openTestEndpoint({ session: { perSecond: 4 * MiB, burst: MiB } }, true)
    const loud = await running.connect('loud', 'a')
    // Each is charged what it might become, 256 KiB, and given back what it did not.
    flood(loud, 'loud', 60)
    await vi.waitFor(() => expect(countOf(running)).toBeGreaterThan(0))
    expect(running.batches.length).toBeLessThan(60)
    await all(running, 60)
  })

  it('takes nothing of what agents of other addresses may send, also where all is used up', async () => {
    const few = { perSecond: 64 << 10, burst: MiB }
    await using running = await openTestEndpoint({ each: few, all: few }, true)
    const loud = [await running.connect('loud', 'a', '127.0.0.2'), await running.connect('other', 'b', '127.0.0.2')]
    flood(loud[0] as WebSocket, 'loud', 60)
    flood(loud[1] as WebSocket, 'other', 60)
    await vi.waitFor(() => expect(countOf(running)).toBe(2))
    const before = running.batches.length
    const calm = await running.connect('calm', 'c', '127.0.0.3')
    calm.send(batchOf('calm', 1, 1))
    await vi.waitFor(() => expect(running.batches.slice(before)).toContain(2))
  })

  it('has frames of nothing counted too', async () => {
    await using running = await openTestEndpoint({ session: { perSecond: MiB, burst: 64 << 10 } })
    const loud = await running.connect('loud', 'a')
    for (let i = 0; i < 500; i++) loud.send('{"type":"pong","t1":0,"t2":0,"t3":0}')
    await vi.waitFor(() => expect(countOf(running)).toBeGreaterThan(0))
  })
})

describe('a compressed frame', () => {
  it('may become so many times what it was and no more', async () => {
    await using running = await openTestEndpoint({}, true)
    const honest = await running.connect('honest', 'a')
    honest.send(deflateRawSync(batchOf('honest', 1)))
    await vi.waitFor(() => expect(running.batches).toEqual([0]))
    const bomb = deflateRawSync(`{"type":"later"}\n${'x'.repeat(8 * MiB - 100)}`)
    expect(bomb.length).toBeLessThan(9000)
    expect(mostInflated(bomb.length)).toBeLessThan(MiB)
    honest.send(bomb)
    await once(honest, 'close')
    expect(running.endpoint.counts.faults.get('inflate')).toBe(1)
    expect(running.endpoint.counts.ended.faults).toBe(1)
  })

  it('of an unknown type is a fault, and enough of them end the session', async () => {
    await using running = await openTestEndpoint({}, true)
    const odd = await running.connect('odd', 'a')
    const frame = deflateRawSync(`{"type":"later"}\n${'x'.repeat(200_000)}`)
    for (let i = 0; i < 20; i++) odd.send(frame)
    await once(odd, 'close')
    expect(running.endpoint.counts.faults.get('turn-unknown')).toBe(17)
  })
})

describe('a peer that has not logged in', () => {
  it('is cut when it sends more than a login needs, before its frame is whole', async () => {
    await using running = await openTestEndpoint()
    const stranger = await running.open()
    stranger.send('x'.repeat(4 * MiB), { fin: false })
    await once(stranger, 'close')
    expect(running.endpoint.counts.refused['too-much-before-login']).toBe(1)
  })
})
