import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { NodeRow } from '@netstats/protocol/feed'
import { describe, expect, it } from 'vitest'
import { createFleet } from './history/history-fleet.ts'
import { createOracle } from './history/history-oracle.ts'
import { blocksFrom, healthOf, reportsFrom, sightsFrom } from './history/reads.ts'
import { openSmallDisk } from './history/small-disk.ts'
import { freePort, startAgent, startAnvil, startServer, temporaryFolder, until } from './support/processes.ts'
import type { ServerProcess } from './support/processes.ts'
import { findRow, networksOf } from './support/rows.ts'

interface StoredBlock {
  readonly number: number
  readonly hash: string
  readonly firstNode: string | null
}
interface ShedRow {
  readonly class: string
  readonly reason: string
  readonly dropped: number
}
interface StateRow {
  readonly node: string
  readonly state: string
}

const network = '31337'
const at = (path: string): string => `/api/v1/networks/${network}${path}`

const blocksOf = async (server: ServerProcess): Promise<readonly StoredBlock[]> =>
  ((await server.get(at('/history/blocks?limit=1000'))) as { blocks: StoredBlock[] } | undefined)?.blocks ?? []
const statesOf = async (server: ServerProcess): Promise<readonly StateRow[]> =>
  ((await server.get(at('/history/states'))) as { states: StateRow[] } | undefined)?.states ?? []
const samplesOf = async (server: ServerProcess, node: string): Promise<number> => {
  const series = (await server.get(at(`/history/nodes/${node}?metrics=latencyMs&bucket=10s`))) as
    | { metrics: { latencyMs: { n: number[] } } }
    | undefined
  return series?.metrics.latencyMs.n.reduce((sum, n) => sum + n, 0) ?? 0
}
const shedsOf = async (server: ServerProcess): Promise<readonly ShedRow[]> =>
  ((await server.get('/api/v1/history/sheds')) as { sheds: ShedRow[] } | undefined)?.sheds ?? []
/** Heights between the lowest and the highest that are not there. */
const missingBlocks = async (server: ServerProcess, from: number): Promise<readonly number[]> => {
  const heights = (await blocksFrom(server, '4242', from)).map(({ key }) => Number(key))
  const known = new Set(heights)
  const all = Array.from({ length: Math.max(...heights) - Math.min(...heights) }, (_, i) => Math.min(...heights) + i)
  return all.filter((height) => !known.has(height))
}
const when = async <T>(server: ServerProcess, what: string, read: () => Promise<T>, isSo: (value: T) => boolean) =>
  until(
    what,
    async () => {
      const value = await read()
      return isSo(value) ? value : undefined
    },
    server,
  )

describe('the history of a server', () => {
  it('tells what an agent reported, and tells it still after a restart', async () => {
    await using chain = await startAnvil()
    const port = await freePort()
    const data = temporaryFolder('history')
    using _data = { [Symbol.dispose]: () => rmSync(data, { recursive: true, force: true }) }
    let row: NodeRow | undefined
    let before: { blocks: readonly StoredBlock[]; states: readonly StateRow[]; samples: number }
    {
      await using server = await startServer({ port, data })
      await using _agent = startAgent({ name: 'kept', rpc: chain.ws, server })
      const blocks = await when(
        server,
        'blocks',
        () => blocksOf(server),
        (list) => list.length >= 4,
      )
      const states = await when(
        server,
        'a state',
        () => statesOf(server),
        (list) => list.length >= 1,
      )
      row = await findRow(server, 'kept')
      const id = row?.id ?? ''
      const samples = await when(
        server,
        'samples',
        () => samplesOf(server, id),
        (n) => n >= 1,
      )
      before = { blocks, states, samples }
      expect(states.at(-1)).toMatchObject({ node: id, state: 'active' })
      expect(blocks[0]).toMatchObject({ firstNode: id })
      expect((await healthOf(server)).parts.find((part) => part.id === 'store')).toMatchObject({ state: 'ok' })
    }

    await using server = await startServer({ port, data })
    const blocks = await blocksOf(server)
    const hashes = blocks.map(({ hash }) => hash)
    expect(new Set(hashes).size).toBe(hashes.length)
    expect(hashes).toEqual(expect.arrayContaining(before.blocks.map(({ hash }) => hash)))
    expect(await samplesOf(server, row?.id ?? '')).toBeGreaterThanOrEqual(before.samples)
    // The end of the agent was told as the server went down; the node is known, and not active.
    const [restored] = await networksOf(server)
    expect(restored).toMatchObject({ key: network, nodes: 1 })
    expect(restored?.head?.number).toBe(Math.max(...blocks.map(({ number }) => number)))
    expect(await findRow(server, 'kept')).toMatchObject({ id: row?.id, firstSeenAt: row?.firstSeenAt })

    await using _again = startAgent({ name: 'kept', rpc: chain.ws, server })
    const back = await when(
      server,
      'the node again',
      () => findRow(server, 'kept'),
      (one) => one?.state === 'active',
    )
    expect(back).toMatchObject({ id: row?.id, firstSeenAt: row?.firstSeenAt, sessions: 2 })
    await when(
      server,
      'more blocks',
      () => blocksOf(server),
      (list) => list.length > blocks.length,
    )
    const numbers = (await blocksOf(server)).map(({ number }) => number)
    expect(new Set(numbers).size).toBe(numbers.length)
  })

  it('says that the disk is full, goes on with the live picture, and loses nothing that could be read', async () => {
    using disk = openSmallDisk(96)
    const settings = { history: { bufferBytes: '1MiB' } }
    await using server = await startServer({ data: join(disk.path, 'data'), settings })
    const oracles = { reports: createOracle('report'), sights: createOracle('sight'), blocks: createOracle('block') }
    const fleet = createFleet({ agents: 20, network: '4242', oracles })
    const began = Date.now() - 1000
    const readable = async (): Promise<number> => {
      for (const [oracle, read] of [
        [oracles.reports, reportsFrom],
        [oracles.sights, sightsFrom],
        [oracles.blocks, blocksFrom],
      ] as const) {
        oracle.read(await read(server, '4242', began), began)
      }
      return oracles.reports.durable
    }
    const partOf = (name: string) => async () => (await healthOf(server)).parts.find(({ id }) => id === name)
    const storeOf = partOf('store')
    const headOf = async (): Promise<number> => (await networksOf(server))[0]?.head?.number ?? 0
    const shed = (labels = {}): Promise<number> => server.metric('netstats_server_history_shed_total', labels)

    using _agents = await fleet.connect(server)
    await when(server, 'rows', readable, (rows) => rows > 500)
    expect(await storeOf()).toMatchObject({ state: 'ok' })

    disk.fill(server)
    const trouble = await when(server, 'the trouble', storeOf, (part) => part?.state === 'degraded')
    expect(trouble?.reason).toMatch(/disk is full/i)
    const whenFull = await readable()
    const head = await headOf()
    await when(
      server,
      'what is given up',
      () => shed({ class: 'sample', reason: 'memory' }),
      (rows) => rows > 100,
    )
    expect(await headOf()).toBeGreaterThan(head + 2)
    await when(server, 'word of it', partOf('history'), (part) => part?.state === 'degraded')
    expect(await readable()).toBeGreaterThanOrEqual(whenFull)

    disk.makeRoom(server)
    await when(server, 'writing again', storeOf, (part) => part?.state === 'ok')
    const whenRoom = await readable()
    await when(server, 'new rows', readable, (rows) => rows > whenRoom + 500)
    // Blocks are facts: for them there was room in memory all the time.
    expect(await shed({ class: 'fact' })).toBe(0)
    const missing = await missingBlocks(server, began)
    expect(missing).toEqual([])
    const sheds = await when(
      server,
      'the note of it',
      () => shedsOf(server),
      (list) => list.length > 0,
    )
    expect(sheds.some(({ dropped }) => dropped > 0)).toBe(true)
    expect(server.output()).not.toContain('cannot be opened')
  })

  it('starts on a full disk, shows what is there, lets agents in, and writes again when there is room', async () => {
    using disk = openSmallDisk(64)
    const data = join(disk.path, 'data')
    const fleet = createFleet({
      agents: 5,
      network: '4242',
      oracles: { reports: createOracle('report'), sights: createOracle('sight'), blocks: createOracle('block') },
    })
    const began = Date.now() - 1000
    const rowsOf = async (server: ServerProcess): Promise<number> => (await blocksFrom(server, '4242', began)).length
    const storeOf = (server: ServerProcess) => async () =>
      (await healthOf(server)).parts.find(({ id }) => id === 'store')
    let seen = 0
    {
      await using server = await startServer({ data })
      using _agents = await fleet.connect(server)
      seen = await when(
        server,
        'blocks',
        () => rowsOf(server),
        (rows) => rows > 5,
      )
      disk.fill(server)
      server.kill('SIGKILL')
      await server.exit
    }
    await using again = await startServer({ data })
    using _agents = await fleet.connect(again)
    await when(
      again,
      'what was there',
      () => rowsOf(again),
      (rows) => rows >= seen,
    )
    await when(
      again,
      'the live picture',
      async () => (await networksOf(again))[0]?.nodes ?? 0,
      (nodes) => nodes > 0,
    )
    disk.makeRoom(again)
    await when(
      again,
      'new rows',
      () => rowsOf(again),
      (rows) => rows > seen + 3,
    )
    await when(again, 'writing', storeOf(again), (part) => part?.state === 'ok')
  })
})
