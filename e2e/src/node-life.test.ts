import { rmSync } from 'node:fs'
import type { NodeRow } from '@netstats/protocol/feed'
import { describe, expect, it } from 'vitest'
import { freePort, startAgent, startAnvil, startServer, temporaryFolder, until } from './support/processes.ts'
import type { ServerProcess } from './support/processes.ts'
import { findRow } from './support/rows.ts'

/** The row once it is as wanted; what it was last is told where it never is. */
const rowWhen = async (
  server: ServerProcess,
  name: string,
  wanted: (row: NodeRow) => boolean,
  withinMs = 30_000,
): Promise<NodeRow> => {
  let last: NodeRow | undefined
  try {
    return await until(
      name,
      async () => {
        last = await findRow(server, name)
        return last !== undefined && wanted(last) ? last : undefined
      },
      server,
      withinMs,
    )
  } catch (cause) {
    throw new Error(`the row of ${name} stayed ${JSON.stringify(last)}`, { cause })
  }
}

const isActive = ({ state, blockNumber }: NodeRow): boolean => state === 'active' && blockNumber !== null
const isInactive = ({ state }: NodeRow): boolean => state === 'inactive'
const isPast =
  (height: number) =>
  (row: NodeRow): boolean =>
    isActive(row) && (row.blockNumber ?? 0) >= height

/** Active, and three blocks further than when we first looked. */
const watchMove = async (server: ServerProcess, name: string): Promise<NodeRow> => {
  const first = await rowWhen(server, name, isActive)
  return rowWhen(server, name, isPast((first.blockNumber ?? 0) + 3))
}

describe('the life of a node', () => {
  it('is shown: its blocks, what its client does not know, its end and its return', async () => {
    await using server = await startServer()
    await using anvil = await startAnvil()
    const data = temporaryFolder('agent')
    using _data = { [Symbol.dispose]: () => rmSync(data, { recursive: true, force: true }) }
    const settings = { name: 'mortal', rpc: anvil.ws, server, data }
    const mortal = startAgent(settings)
    const before = await watchMove(server, 'mortal')
    // anvil has no net_peerCount: not known is not none, and no reason to call the node inactive.
    expect(before).toMatchObject({ state: 'active', peers: null, clientName: 'anvil', syncing: false, sessions: 1 })
    await rowWhen(server, 'mortal', (row) => row.latencyMs !== null && row.pending !== null)

    mortal.kill('SIGKILL')
    expect(await mortal.exit).toBe('SIGKILL')
    const after = await rowWhen(server, 'mortal', isInactive, 5000)
    expect(after.id).toBe(before.id)

    await using _again = startAgent(settings)
    const back = await watchMove(server, 'mortal')
    expect(back).toMatchObject({ id: before.id, firstSeenAt: before.firstSeenAt, sessions: 2 })
    expect(back.blockNumber).toBeGreaterThan(after.blockNumber ?? 0)
  })

  it('goes on for its reporter when the client behind it ends and comes back', async () => {
    await using server = await startServer()
    const port = await freePort()
    const anvil = await startAnvil({ port })
    await using agent = startAgent({ name: 'watched', rpc: anvil.http, server })
    const before = await watchMove(server, 'watched')
    anvil.kill('SIGKILL')
    await anvil.exit
    const gone = await rowWhen(server, 'watched', isInactive)
    // The agent says so; it has not gone itself.
    expect(await server.metric('netstats_server_ethstats_sessions', { state: 'active' })).toBe(1)
    expect(gone).toMatchObject({ id: before.id, sessions: 1 })

    await using _again = await startAnvil({ port })
    const back = await watchMove(server, 'watched')
    expect(back).toMatchObject({ id: before.id, state: 'active' })
    expect(agent.output()).not.toContain('"level":"error"')
  })

  it('is told to a server that was killed and came back, without anybody asking', async () => {
    await using anvil = await startAnvil()
    const first = await startServer()
    await using _agent = startAgent({ name: 'faithful', rpc: anvil.ws, server: first })
    const before = await watchMove(first, 'faithful')
    first.kill('SIGKILL')
    await first.exit
    await using second = await startServer({ port: first.port })
    const back = await watchMove(second, 'faithful')
    // Current blocks, not those of the past one after the other.
    expect(back.blockNumber).toBeGreaterThanOrEqual((before.blockNumber ?? 0) + 3)
    const head = await fetch(anvil.http, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber"}',
    })
    const { result } = (await head.json()) as { result: string }
    expect(Number(result) - (back.blockNumber ?? 0)).toBeLessThanOrEqual(2)
    await first[Symbol.asyncDispose]()
  })

  it('is told to two servers at once, and one of them does not miss the other', async () => {
    await using anvil = await startAnvil()
    await using near = await startServer()
    const far = await startServer()
    await using _agent = startAgent({ name: 'two-homes', rpc: anvil.http, server: near, alsoTo: [far.port] })
    const here = await watchMove(near, 'two-homes')
    const there = await watchMove(far, 'two-homes')
    expect(there.id).toBe(here.id)
    far.kill('SIGKILL')
    await far.exit
    await watchMove(near, 'two-homes')
    expect((await findRow(near, 'two-homes'))?.sessions).toBe(1)
    await far[Symbol.asyncDispose]()
  })
})
