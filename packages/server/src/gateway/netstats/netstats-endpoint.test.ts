import { generateKeyPairSync, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { batchText, loginText, writeFrame } from '@netstats/protocol/netstats'
import { createMemoryStore } from '@netstats/store/testing'
import { describe, expect, it, vi } from 'vitest'
import type { ServerStatus } from '../../status/server-status.ts'
import { startServer } from '../../testing.ts'
import { connectAgent, helloOf, logOf, openAgentSocket, pendingOf, spoolOf, typeOf } from './testing.ts'

const quick = { history: { flushEvery: '100ms' } }
const messagesIn = (store: ReturnType<typeof createMemoryStore>): readonly unknown[] =>
  store
    .rows('log')
    .filter((row) => row.source === 'test')
    .map((row) => row.message)

describe('an agent of the netstats protocol', () => {
  it('is welcomed, shows live, and has its batches acknowledged once they are stored', async () => {
    const store = createMemoryStore()
    await using running = await startServer(quick, { openStore: () => Promise.resolve(store) })
    const agent = await connectAgent(running, 'alpha')
    expect(agent.welcome).toMatchObject({ network: '1337', through: 0, durable: true })
    agent.batch([logOf('alpha', 'one'), pendingOf('alpha', 7), logOf('alpha', 'two')])
    await agent.acked(3)
    expect(messagesIn(store)).toEqual(['one', 'two'])
    expect(running.server.core.network('1337')?.node('alpha')).toMatchObject({ state: 'active', pending: 7 })
    expect(await running.metric('netstats_observations_total')).toBe(3)
    expect(await running.metric('netstats_sessions{state="active"}')).toBe(1)
  })

  it('goes on where the store is after its connection was cut, and nothing is there twice', async () => {
    const store = createMemoryStore()
    await using running = await startServer(
      { history: { flushEvery: '1s' } },
      { openStore: () => Promise.resolve(store) },
    )
    const first = await connectAgent(running, 'alpha')
    first.batch([logOf('alpha', 'one'), logOf('alpha', 'two')])
    await first.acked(2)
    first.batch([logOf('alpha', 'three')])
    // It has arrived and is not acknowledged: what it cannot know it sends again.
    await vi.waitFor(() => expect(running.server.history?.deliveries.counts.received).toBe(3))
    first.socket.terminate()
    const second = await connectAgent(running, 'alpha')
    expect(second.welcome.through).toBe(2)
    second.batch([logOf('alpha', 'three'), logOf('alpha', 'four')])
    await second.acked(4)
    expect(messagesIn(store)).toEqual(['one', 'two', 'three', 'four'])
    expect(running.server.history?.deliveries.counts).toMatchObject({ received: 4, duplicates: 1 })
    // What came is counted where it came in, what of it was new where it is known.
    const { metrics } = JSON.parse((await running.get('/api/v1/server')).text) as ServerStatus
    expect(metrics['netstats_observations_total']).toBe(5)
    expect(metrics['delivery_observations_total']).toEqual({ received: 4, duplicate: 1 })
  })

  it('takes the place of its own half-open connection at once', async () => {
    await using running = await startServer(quick)
    const first = await connectAgent(running, 'alpha')
    await connectAgent(running, 'alpha')
    await first.closed
    expect(await running.metric('netstats_ended_total{reason="superseded"}')).toBe(1)
    expect(running.server.core.network('1337')?.node('alpha')?.state).toBe('active')
  })

  it('does not take the place of another agent that lives', async () => {
    await using running = await startServer({ ...quick, ethstats: { takeover: '500ms' }, auth: { bindNames: false } })
    await connectAgent(running, 'alpha')
    const other = await openAgentSocket(running)
    other.send(writeFrame(helloOf('alpha', { spool: spoolOf('b') })))
    expect(JSON.parse(await other.next(() => true))).toMatchObject({ type: 'refuse', reason: 'duplicate-id' })
  })

  it('is refused with a word that says why', async () => {
    await using running = await startServer(quick)
    const guess = await openAgentSocket(running)
    guess.send(writeFrame(helloOf('alpha', { token: 'guess' })))
    expect(JSON.parse(await guess.next(() => true))).toMatchObject({ type: 'refuse', reason: 'bad-secret' })
    await guess.closed
    expect(await running.metric('netstats_refused_total{reason="bad-secret"}')).toBe(1)
    expect(running.log.entries.some((entry) => JSON.stringify(entry).includes('guess'))).toBe(false)
  })

  it('has to ask for the protocol', async () => {
    await using running = await startServer(quick)
    await expect(running.connect('/agent')).rejects.toThrow('400')
    await expect(running.connect('/agent', { protocols: ['other.v1'] })).rejects.toThrow('400')
  })

  it('is told about a hole, and not believed', async () => {
    await using running = await startServer(quick)
    const agent = await connectAgent(running, 'alpha', {}, 5)
    agent.batch([logOf('alpha', 'six')])
    expect(JSON.parse(await agent.next((text) => typeOf(text) === 'nack'))).toMatchObject({
      reason: 'hole',
      through: 0,
    })
  })

  it('is taken at its word where its spool has released what is missing', async () => {
    await using running = await startServer(quick)
    const agent = await connectAgent(running, 'alpha', { after: 5, acknowledged: 3 }, 5)
    agent.batch([logOf('alpha', 'six')])
    await agent.acked(6)
    expect(running.server.history?.deliveries.counts).toMatchObject({ received: 1, missingRanges: 0, elsewhere: 3 })
  })

  it('may send large batches compressed where that was agreed, and nothing that inflates without end', async () => {
    const store = createMemoryStore()
    await using running = await startServer(quick, { openStore: () => Promise.resolve(store) })
    const agent = await connectAgent(running, 'alpha', { compress: ['deflate'] })
    expect(agent.welcome.compress).toBe('deflate')
    const items = Array.from({ length: 100 }, (_, i) => ({ ...logOf('alpha', `line ${i}`), sequence: i + 1 }))
    agent.socket.send(deflateRawSync(writeFrame({ type: 'batch', after: 0, number: 1, items })))
    await agent.acked(100)
    expect(messagesIn(store)).toHaveLength(100)
    agent.socket.send(deflateRawSync(Buffer.alloc(64 << 20)))
    await agent.closed
    const without = await connectAgent(running, 'beta')
    without.socket.send(deflateRawSync('x'))
    await without.closed
  })

  it('shows what is so now while older observations are under way, and that is not stored', async () => {
    const store = createMemoryStore()
    await using running = await startServer(quick, { openStore: () => Promise.resolve(store) })
    const agent = await connectAgent(running, 'alpha')
    agent.send(writeFrame({ type: 'now', number: 1, items: [pendingOf('alpha', 42)] }))
    agent.batch([pendingOf('alpha', 3, Date.now() - 3_600_000), logOf('alpha', 'old', Date.now() - 3_600_000)])
    await agent.acked(2)
    expect(running.server.core.network('1337')?.node('alpha')?.pending).toBe(42)
    expect(store.rows('nodeSample').filter((row) => row.pending !== null)).toMatchObject([{ pending: 3 }])
    const [old] = store.rows('log').filter((row) => row.source === 'test')
    expect(Date.now() - (old?.at as number)).toBeGreaterThan(3_500_000)
  })
})

const rawKey = (key: KeyObject): string => key.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')

describe('an agent with a key', () => {
  const withKey = async () => {
    const running = await startServer(quick)
    const pair = generateKeyPairSync('ed25519')
    const key = rawKey(pair.publicKey)
    running.server.auth.admin.agents.add({ name: 'test', via: 'cli', address: '' } as const, { id: 'alpha', key })
    return { running, pair, key }
  }
  const signed = (text: string, key: KeyObject): string => sign(null, Buffer.from(text), key).toString('base64')

  it('has to prove it, and to sign its batches', async () => {
    const { running, pair, key } = await withKey()
    await using server = running
    const socket = await openAgentSocket(server)
    const hello = helloOf('alpha', { key })
    delete (hello as { token?: string }).token
    socket.send(writeFrame(hello))
    const { nonce } = JSON.parse(await socket.next((text) => typeOf(text) === 'challenge')) as { nonce: string }
    socket.send(writeFrame({ type: 'proof', signature: signed(loginText(nonce, hello), pair.privateKey) }))
    const { session } = JSON.parse(await socket.next((text) => typeOf(text) === 'welcome')) as { session: string }
    const items = [{ ...logOf('alpha', 'signed'), sequence: 1 }]
    const [, ...lines] = writeFrame({ type: 'batch', after: 0, number: 1, items }).split('\n')
    const signature = signed(batchText(session, 1, 0, lines.join('\n')), pair.privateKey)
    socket.send(writeFrame({ type: 'batch', after: 0, number: 1, signature, items }))
    await socket.next((text) => typeOf(text) === 'ack')
    const forged = [{ ...logOf('alpha', 'forged'), sequence: 2 }]
    socket.send(writeFrame({ type: 'batch', after: 1, number: 2, signature, items: forged }))
    expect(JSON.parse(await socket.next((text) => typeOf(text) === 'nack'))).toMatchObject({ reason: 'signature' })
  })

  it('is not let in with another key, a wrong proof, or without one', async () => {
    const { running, key } = await withKey()
    await using server = running
    const other = generateKeyPairSync('ed25519')
    const attempts = [
      { hello: helloOf('alpha'), proof: undefined },
      { hello: helloOf('alpha', { key: rawKey(other.publicKey) }), proof: other.privateKey },
      { hello: helloOf('alpha', { key }), proof: other.privateKey },
    ]
    for (const { hello, proof } of attempts) {
      const socket = await openAgentSocket(server)
      socket.send(writeFrame(hello))
      if (proof !== undefined) {
        const { nonce } = JSON.parse(await socket.next((text) => typeOf(text) === 'challenge')) as { nonce: string }
        socket.send(writeFrame({ type: 'proof', signature: signed(loginText(nonce, hello), proof) }))
      }
      expect(typeOf(await socket.next((text) => ['refuse', 'welcome'].includes(typeOf(text))))).toBe('refuse')
    }
    await vi.waitFor(() => expect(server.server.core.network('1337')).toBeUndefined())
  })
})
