import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeId, unixMs } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { createFakeClock, createTestContext } from '@netstats/sdk/testing'
import { z } from 'zod'
import { describe, expect, it } from 'vitest'
import { listenOptions, listensSomewhere } from './config.ts'
import { createFaults } from './faults.ts'
import { createGate } from './gate.ts'
import { readKernelDrops } from './kernel-drops.ts'
import { createObservationQueue } from './observation-queue.ts'
import { createTallies } from './tallies.ts'

const lineOf = (message: string): Observation => ({
  kind: 'log',
  node: nodeId('a'),
  observedAt: unixMs(1),
  body: { severity: 6, source: 's', message },
})

describe('the queue of observations', () => {
  const clock = createFakeClock()
  it('leaves room for others when one sender takes all it may', () => {
    const queue = createObservationQueue({ places: 100, clock, lingerMs: 0, onRoom: () => undefined })
    let taken = 0
    while (queue.offer('flooder', lineOf(`${taken}`))) taken++
    expect(taken).toBe(50)
    expect(queue.hasRoom('flooder')).toBe(false)
    expect(queue.offer('other', lineOf('x'))).toBe(true)
    expect(queue.take()).toHaveLength(51)
    expect(queue.hasRoom('flooder')).toBe(true)
  })

  it('gives what waits in pieces, its own first, says when there is room, and ends with its signal', async () => {
    let rooms = 0
    const queue = createObservationQueue({ places: 20_000, clock, lingerMs: 0, onRoom: () => rooms++ })
    for (let i = 0; i < 7500; i++) queue.offer('a', lineOf(`${i}`))
    queue.add([lineOf('own')])
    const stop = new AbortController()
    const sizes: number[] = []
    for await (const batch of queue.batches({ signal: stop.signal })) {
      sizes.push(batch.length)
      if (sizes.length === 3) stop.abort()
    }
    expect(sizes).toEqual([1, 5000, 2500])
    expect(rooms).toBe(3)
  })
})

describe('a queue that lingers', () => {
  it('lets others come with the first', async () => {
    const clock = createFakeClock()
    const queue = createObservationQueue({ places: 100, clock, lingerMs: 20, onRoom: () => undefined })
    const batches = queue.batches({ signal: new AbortController().signal })
    const first = batches.next()
    queue.offer('a', lineOf('1'))
    await clock.untilSleeping()
    queue.offer('a', lineOf('2'))
    await clock.advance(20)
    expect((await first).value).toHaveLength(2)
  })
})

describe('the gate', () => {
  const config = { allow: undefined, connections: 20 }
  it('gives one address a fifth of the connections, and keeps the last for those who have few', () => {
    const gate = createGate(config, 0)
    const enterAll = (address: string): number => {
      let count = 0
      while (gate.enter(gate.peerOf(address)) === undefined) count++
      return count
    }
    expect(enterAll('10.0.0.1')).toBe(4)
    // Other addresses of the /64 are the same sender.
    expect([enterAll('2001:db8::1'), enterAll('2001:db8::2')]).toEqual([4, 0])
    expect([enterAll('10.0.0.3'), enterAll('10.0.0.4'), enterAll('10.0.0.5')]).toEqual([4, 3, 1])
    gate.leave(gate.peerOf('10.0.0.1'))
    expect(gate.enter(gate.peerOf('10.0.0.6'))).toBeUndefined()
  })

  it('lets a sender who floods rest, and goes on with the others', () => {
    const gate = createGate(config, 0)
    const [flooder, other] = [gate.peerOf('10.0.0.1'), gate.peerOf('10.0.0.2')]
    let bytes = 0
    while (gate.mayRead(flooder, 0)) {
      gate.charge(flooder, 60_000, 0)
      bytes += 60_000
    }
    expect(bytes).toBeGreaterThanOrEqual(32 * 1024 ** 2)
    expect(gate.mayRead(other, 0)).toBe(true)
    expect(gate.mayRead(flooder, 1000)).toBe(true)
  })

  it('knows the networks that may send, whichever form an address comes in', () => {
    const gate = createGate({ allow: ['10.0.0.0/8', '2001:db8::/32', '192.0.2.7'], connections: 1 }, 0)
    const allowed = (address: string): boolean => gate.peerOf(address).isAllowed
    const good = ['10.1.2.3', '::ffff:10.1.2.3', '2001:db8:1::1', '192.0.2.7', '::ffff:192.0.2.7']
    expect(good.map(allowed)).toEqual(good.map(() => true))
    expect(['11.1.2.3', '::ffff:11.1.2.3', 'fe80::1%eth0', '192.0.2.8'].map(allowed)).toEqual(Array(4).fill(false))
    expect(gate.peerOf('::ffff:10.1.2.3').address).toBe('10.1.2.3')
  })
})

describe('faults of senders', () => {
  it('are all counted, and one of them shown once a minute', async () => {
    const clock = createFakeClock()
    const context = createTestContext({ clock })
    const tallies = createTallies(context)
    const faults = createFaults(context, tallies)
    for (let i = 0; i < 500; i++) faults.malformed(i % 2 === 0 ? 'form' : 'value', `line \u0007${i}`, '10.0.0.1')
    faults.refused('rate', '10.0.0.1')
    const said = (): readonly unknown[] => context.log.entries.map(({ fields }) => fields)
    const first = { reason: 'form', address: '10.0.0.1', count: 1, sample: 'line \\x070' }
    expect(said()).toEqual([first, { reason: 'rate', address: '10.0.0.1', count: 1 }])
    await clock.advance(60_000)
    faults.malformed('type', Buffer.from('ÿ'), '10.0.0.2')
    expect(said()[2]).toEqual({ reason: 'type', address: '10.0.0.2', count: 500, sample: '\\xc3\\xbf' })
    tallies.flush()
    tallies.flush()
    expect(context.counts).toEqual({
      'malformed{reason=form}': 250,
      'malformed{reason=value}': 250,
      'malformed{reason=type}': 1,
      'refused{reason=rate}': 1,
    })
  })
})

describe('what the kernel dropped', () => {
  it('is read for a port, of both families, and unknown where there is no table', async () => {
    const proc = await mkdtemp(join(tmpdir(), 'netstats-drops-'))
    await mkdir(join(proc, 'net'))
    const head =
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n'
    const row = (address: string, drops: number): string =>
      `  1: ${address} 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0 ${drops}\n`
    await writeFile(join(proc, 'net/udp'), head + row('0100007F:1FBD', 7) + row('0100007F:1FBE', 100))
    await writeFile(join(proc, 'net/udp6'), head + row(`${'0'.repeat(32)}:1FBD`, 5))
    expect(await readKernelDrops({ port: 8125 }, proc)).toBe(12)
    expect(await readKernelDrops({ port: 8125 }, '/does/not/exist')).toBeUndefined()
    await rm(proc, { recursive: true })
  })
})

describe('options of a listener', () => {
  const schema = listensSomewhere(z.strictObject({ ...listenOptions('127.0.0.1:8125'), tls: z.undefined().optional() }))
  it('need a place to listen at, and networks that are some', () => {
    const faults = (given: unknown): readonly string[] =>
      (schema.safeParse(given).error?.issues ?? []).map(({ path }) => path.join('.'))
    expect(faults({})).toEqual([])
    expect(faults({ transports: [] })).toEqual(['transports'])
    expect(faults({ transports: [], socket: '/run/x.sock' })).toEqual([])
    expect(faults({ allow: ['10.0.0.0/8', '::1', '10.0.0.0/33', 'here'] })).toEqual(['allow.2', 'allow.3'])
  })
})
