/** Against real datagrams: what the library sends, and what nobody should. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { Secret } from '@netstats/sdk/config'
import { systemClock } from '@netstats/sdk'
import { createFakeClock } from '@netstats/sdk/testing'
import { describe, expect, it, vi } from 'vitest'
import { openSnmpClient } from './client.ts'
import type { OwnEngine } from './client.ts'
import { pduTags, readHeader } from './header.ts'
import { loadSnmp, objectTypes } from './library.ts'
import { openSnmpReceiver } from './receiver.ts'
import type { ReceiverOptions, SnmpNotification } from './receiver.ts'
import { mutated, seeded } from './test-support/snmp-agent.ts'

const library = await loadSnmp()
const secretOf = (text: string) => new Secret(text)
const user = {
  name: 'teller',
  auth: 'sha256',
  authKey: secretOf('authpass123'),
  privacy: 'aes256',
  privacyKey: secretOf('privpass123'),
} as const
const engine: OwnEngine = { id: Buffer.from('80007ed980aabbccdd', 'hex'), boots: 7, time: () => 100 }
const trap = '1.3.6.1.4.1.8072.2.3.0.1'
const bodies = [{ oid: '1.3.6.1.4.1.8072.2.3.2.1', type: objectTypes.integer, value: 42 }]

const open = async (more: Partial<ReceiverOptions> = {}) => {
  const taken: SnmpNotification[] = []
  const refused: string[] = []
  const receiver = await openSnmpReceiver(library, {
    listen: { host: '127.0.0.1', port: 0 },
    communities: [secretOf('public')],
    users: [user],
    maxPacketBytes: 16_384,
    ratePerAddress: 100_000,
    refuseReplays: true,
    clock: systemClock,
    onNotification: (one) => {
      taken.push(one)
      one.acknowledge()
      return true
    },
    onRefused: (reason) => refused.push(reason),
    ...more,
  })
  return {
    receiver,
    taken,
    refused,
    port: receiver.address.port,
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  }
}

const clientFor = (port: number, access: Parameters<typeof openSnmpClient>[1]['access'], timeoutMs = 5000) =>
  openSnmpClient(library, {
    host: '127.0.0.1',
    port,
    access,
    timeoutMs,
    retries: 0,
    engine,
    signal: new AbortController().signal,
  })

/** Bytes of a message as the library would send it. */
const capture = async (send: (port: number) => Promise<unknown>): Promise<Buffer> => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const arrived = once(socket, 'message')
  send(socket.address().port).catch(() => undefined)
  const [bytes] = (await arrived) as [Buffer]
  socket.close()
  return bytes
}
const throwAt = async (port: number, packets: readonly Uint8Array[]): Promise<void> => {
  const socket = createSocket('udp4')
  for (const [i, packet] of packets.entries()) {
    await new Promise((resolve) => socket.send(packet, port, '127.0.0.1', resolve))
    // The kernel's buffer holds some hundreds; the receiver is in this thread and needs its turn.
    if (i % 50 === 49) await new Promise((resolve) => setImmediate(resolve))
  }
  socket.close()
}

describe('the receiver of traps', () => {
  it.each([
    ['2c', { community: secretOf('public') }],
    ['3', { user }],
  ] as const)('takes traps and informs of version %s, and acknowledges informs', async (version, access) => {
    await using receiver = await open()
    await using client = await clientFor(receiver.port, access)
    await client.inform(trap, bodies)
    await client.trap(trap, bodies)
    await vi.waitUntil(() => receiver.taken.length === 2, { timeout: 60_000 })
    for (const one of receiver.taken) {
      expect(one).toMatchObject({ from: '127.0.0.1', version, oid: trap })
      expect(one.varbinds.at(-1)).toMatchObject(bodies[0] ?? {})
    }
    expect(receiver.refused).toEqual([])
  })

  it('lets nobody in with another community, another user, other keys, or none', async () => {
    await using receiver = await open()
    const strangers = [
      { community: secretOf('private') },
      { user: { ...user, name: 'stranger' } },
      { user: { ...user, authKey: secretOf('another one') } },
      { user: { ...user, privacyKey: secretOf('another one') } },
      { user: { name: 'teller' } },
      // The library takes a message without user and keys for one that is let in.
      { user: { name: '' } },
    ]
    for (const access of strangers) {
      await using client = await clientFor(receiver.port, access, 200)
      await client.trap(trap, bodies)
      await expect(client.inform(trap, bodies)).rejects.toThrow()
    }
    await vi.waitUntil(() => receiver.refused.length >= strangers.length, { timeout: 60_000 })
    expect(receiver.taken).toEqual([])
    expect(new Set(receiver.refused)).toEqual(new Set(['access']))
  })

  it('gives an inform that is sent again no second time, and answers it again', async () => {
    await using receiver = await open()
    const inform = await capture(async (port) =>
      (await clientFor(port, { community: secretOf('public') }, 50)).inform(trap, bodies),
    )
    const sender = createSocket('udp4').bind(0, '127.0.0.1')
    await once(sender, 'listening')
    for (let i = 0; i < 2; i++) {
      const answered = once(sender, 'message')
      sender.send(inform, receiver.port, '127.0.0.1')
      await answered
    }
    sender.close()
    expect(receiver.taken).toHaveLength(1)
  })

  it('does not acknowledge an inform before it is stored, nor one that it has no room for', async () => {
    const waiting: SnmpNotification[] = []
    let room = true
    await using receiver = await open({
      onNotification: (one) => {
        if (room) waiting.push(one)
        return room
      },
    })
    await using client = await clientFor(receiver.port, { community: secretOf('public') })
    let told = false
    const informing = client.inform(trap, bodies).then(() => (told = true))
    await vi.waitUntil(() => waiting.length === 1, { timeout: 60_000 })
    expect(told).toBe(false)
    waiting[0]?.acknowledge()
    await informing
    room = false
    await using other = await clientFor(receiver.port, { community: secretOf('public') }, 100)
    await expect(other.inform(trap, bodies)).rejects.toThrow('no answer')
    expect(receiver.refused).toContain('full')
  })

  it('reads a trap of version 1 as the one of version 2 that it stands for', async () => {
    await using receiver = await open()
    const session = library.createSession('127.0.0.1', 'public', { version: library.Version1, trapPort: receiver.port })
    const send = (type: string | number) => new Promise((resolve) => session.trap(type, [], resolve))
    await send(library.TrapType.LinkDown)
    await send('1.3.6.1.4.1.318.5')
    session.close()
    await vi.waitUntil(() => receiver.taken.length === 2, { timeout: 60_000 })
    expect(receiver.taken.map(({ oid }) => oid)).toEqual(['1.3.6.1.6.3.1.1.5.3', '1.3.6.1.4.1.318.0.5'])
  })

  it('refuses what is too long, and more than one address may send', async () => {
    await using receiver = await open({ maxPacketBytes: 1000, ratePerAddress: 5 })
    await throwAt(receiver.port, [Buffer.alloc(1001), ...Array.from({ length: 30 }, () => Buffer.from('x'))])
    await vi.waitUntil(() => receiver.refused.length === 31, { timeout: 60_000 })
    expect(receiver.refused[0]).toBe('oversized')
    expect(receiver.refused.filter((one) => one === 'malformed').length).toBeLessThan(20)
    expect(receiver.refused).toContain('rate')
  })

  it('takes 10,000 packets that were tampered with, and a good one after them', async () => {
    const notified = vi.fn(() => true)
    await using receiver = await open({ onNotification: notified })
    const originals = [
      await capture(async (port) => (await clientFor(port, { community: secretOf('public') })).trap(trap, bodies)),
      await capture(async (port) => (await clientFor(port, { user })).trap(trap, bodies)),
      await capture(async (port) => (await clientFor(port, { user }, 50)).inform(trap, bodies)),
      await capture(async (port) => (await clientFor(port, { user: { name: 'teller' } })).trap(trap, bodies)),
    ]
    const random = seeded(11)
    const packets = Array.from({ length: 10_000 }, (_, i) => mutated(originals[i % originals.length]!, random))
    await throwAt(receiver.port, packets)
    await using client = await clientFor(receiver.port, { community: secretOf('public') })
    const before = notified.mock.calls.length
    await client.trap(trap, bodies)
    await vi.waitUntil(() => notified.mock.calls.length > before, { timeout: 60_000 })
    // A changed engine or digest does not get in; a changed value in clear text under a right community does.
    expect(receiver.refused.length).toBeGreaterThan(5000)
    // The library remembers a key for each engine id that a message named; made-up ones are let through at a bounded rate.
    expect(Object.keys(library.Authentication.authToKeyCache).length).toBeLessThan(2500)
  })

  it('says what to do when its port is taken', async () => {
    await using receiver = await open()
    await expect(open({ listen: receiver.receiver.address })).rejects.toThrow('another program has that port')
  })
})

describe('messages of version 3 that somebody recorded', () => {
  /** Passes datagrams between a client and a receiver, and keeps those of the client. */
  const tap = async (port: number) => {
    const [near, far] = [createSocket('udp4').bind(0, '127.0.0.1'), createSocket('udp4').bind(0, '127.0.0.1')]
    await Promise.all([once(near, 'listening'), once(far, 'listening')])
    const recorded: Buffer[] = []
    let client = 0
    near.on('message', (bytes, { port: from }) => {
      client = from
      recorded.push(bytes)
      far.send(bytes, port, '127.0.0.1')
    })
    far.on('message', (bytes) => near.send(bytes, client, '127.0.0.1'))
    return {
      port: near.address().port,
      recorded,
      [Symbol.dispose]() {
        near.close()
        far.close()
      },
    }
  }

  it.each(['trap', 'inform'] as const)('are refused and counted: a %s at once and an hour later', async (what) => {
    const clock = createFakeClock()
    await using receiver = await open({ clock })
    using line = await tap(receiver.port)
    await using client = await clientFor(line.port, { user })
    await client[what](trap, bodies)
    await vi.waitUntil(() => receiver.taken.length === 1, { timeout: 60_000 })
    const sent = line.recorded.at(-1) as Buffer
    await throwAt(receiver.port, [sent, sent])
    await vi.waitUntil(() => receiver.refused.length === 2, { timeout: 60_000 })
    await clock.advance(3_600_000)
    await throwAt(receiver.port, [sent])
    await vi.waitUntil(() => receiver.refused.length === 3, { timeout: 60_000 })
    expect(new Set(receiver.refused)).toEqual(new Set(['replayed']))
    expect(receiver.taken).toHaveLength(1)
  })

  it('are taken where they are not to be refused', async () => {
    await using receiver = await open({ refuseReplays: false })
    using line = await tap(receiver.port)
    await using client = await clientFor(line.port, { user })
    await client.trap(trap, bodies)
    await vi.waitUntil(() => receiver.taken.length === 1, { timeout: 60_000 })
    await throwAt(receiver.port, [line.recorded.at(-1) as Buffer])
    await vi.waitUntil(() => receiver.taken.length === 2, { timeout: 60_000 })
  })

  it('are told from late informs of a sender by the report that this has: it says the time, with the keys', async () => {
    const clock = createFakeClock()
    await using receiver = await open({ clock })
    using line = await tap(receiver.port)
    await using client = await clientFor(line.port, { user })
    await client.inform(trap, bodies)
    const inform = line.recorded.at(-1) as Buffer
    await clock.advance(3_600_000)
    const sender = createSocket('udp4').bind(0, '127.0.0.1')
    await once(sender, 'listening')
    const answered = once(sender, 'message')
    sender.send(inform, receiver.port, '127.0.0.1')
    const [report] = (await answered) as [Buffer]
    sender.close()
    const [said, told] = [readHeader(inform), readHeader(report)]
    expect(told).toMatchObject({ pdu: pduTags.report, isAuthenticated: true, isEncrypted: false, boots: said?.boots })
    expect((told?.time ?? 0) - (said?.time ?? 0)).toBe(3600)
    expect(receiver.refused).toEqual(['replayed'])
  })

  it('and those that anybody made up are refused for their keys before their time is believed', async () => {
    const clock = createFakeClock()
    await using receiver = await open({ clock })
    const forged = { ...engine, boots: 2 ** 30 }
    await using stranger = await openSnmpClient(library, {
      host: '127.0.0.1',
      port: receiver.port,
      access: { user: { ...user, authKey: secretOf('another one') } },
      timeoutMs: 200,
      retries: 0,
      engine: forged,
      signal: new AbortController().signal,
    })
    await stranger.trap(trap, bodies)
    await vi.waitUntil(() => receiver.refused.length === 1, { timeout: 60_000 })
    await using client = await clientFor(receiver.port, { user })
    await client.trap(trap, bodies)
    await vi.waitUntil(() => receiver.taken.length === 1, { timeout: 60_000 })
    expect(receiver.refused).toEqual(['access'])
  })
})
