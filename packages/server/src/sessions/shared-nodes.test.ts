import { describe, expect, it } from 'vitest'
import { connectAgent, pendingOf } from '../gateway/netstats/testing.ts'
import { helloFrame } from '../gateway/ethstats/testing.ts'
import { startServer } from '../testing.ts'
import type { RunningServer } from '../testing.ts'

const key = `0x${'1'.repeat(128)}`

const root = { name: 'root', via: 'cli', address: '' } as const

const native = async (running: RunningServer, id: string, name: string, secret = 's3cret') => {
  const socket = await running.connect('/api')
  socket.send(helloFrame(id, { name, secret, node: 'besu/v25.11.0/linux-x86_64/openjdk-java-21' }))
  await socket.next((text) => text.includes('ready'))
  return socket
}

const nodesOf = ({ server }: RunningServer): readonly string[] => [...(server.core.network('1337')?.nodeIds() ?? [])]
const nodeOf = ({ server }: RunningServer, id: string) => server.core.network('1337')?.node(id)

describe('a client that reports by itself, with an agent beside it', () => {
  it.each(['the client', 'the agent'])('is one node by its name, whichever comes first: %s', async (first) => {
    await using running = await startServer()
    const before = first === 'the client' ? await native(running, key, 'besu-1') : undefined
    const agent = await connectAgent(running, 'besu-1')
    const client = before ?? (await native(running, key, 'besu-1'))
    await expect.poll(() => nodesOf(running)).toEqual(['besu-1'])
    client.send(JSON.stringify({ emit: ['pending', { id: key, stats: { pending: 7 } }] }))
    await expect.poll(() => nodeOf(running, 'besu-1')?.pending).toBe(7)
    agent.batch([pendingOf('besu-1', 9)])
    await expect.poll(() => nodeOf(running, 'besu-1')?.pending).toBe(9)
    agent.socket.close()
    await agent.closed
    client.send(JSON.stringify({ emit: ['pending', { id: key, stats: { pending: 8 } }] }))
    await expect.poll(() => nodeOf(running, 'besu-1')?.pending).toBe(8)
    expect(nodeOf(running, 'besu-1')?.state).toBe('active')
    client.socket.close()
    await client.closed
    await expect.poll(() => nodeOf(running, 'besu-1')?.state).toBe('inactive')
  })

  it('is one node by its id, with the token of that id', async () => {
    await using running = await startServer()
    const { token = '' } = running.server.auth.admin.agents.add(root, { id: 'geth-1' })
    using _agent = await connectAgent(running, 'geth-1', { token })
    using _client = await native(running, 'geth-1', 'geth-1', token)
    expect(nodesOf(running)).toEqual(['geth-1'])
    expect(nodeOf(running, 'geth-1')).toMatchObject({ state: 'active', sessions: 1 })
  })

  it('is a node of its own where the agent proves more than the shared secret', async () => {
    await using running = await startServer()
    const { token = '' } = running.server.auth.admin.agents.add(root, { id: 'besu-1' })
    using _agent = await connectAgent(running, 'besu-1', { token })
    using _client = await native(running, key, 'besu-1')
    expect(nodesOf(running)).toEqual(['besu-1', key])
  })
})
