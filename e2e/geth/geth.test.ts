import { describe, expect, it } from 'vitest'
import { findGeth, gethVersions } from '../../scripts/geth.ts'
import type { GethRole } from '../../scripts/geth.ts'
import { runGethNetwork } from '../src/geth-network/geth-network-run.ts'
import { startCliqueGeth, startDevGeth } from '../src/support/geth.ts'
import type { Geth } from '../src/support/geth.ts'
import { startServer, until } from '../src/support/processes.ts'
import type { ServerProcess } from '../src/support/processes.ts'

interface Row {
  readonly id: string
  readonly state: string
  readonly clientName: string
  readonly clientVersion: string
  readonly blockNumber: number | null
  readonly latencyMs: number | null
  readonly peers: number | null
  readonly syncing: boolean | null
}

const rowOf = async (server: ServerProcess, geth: Geth, id: string): Promise<Row | undefined> =>
  (await server.get(`/api/v1/networks/${geth.networkId}/nodes/${id}`)) as Row | undefined

const binaryOf = (role: GethRole): string => {
  const path = findGeth(role, (line) => process.stderr.write(`${line}\n`))
  if (!path)
    throw new Error(
      `neither geth ${gethVersions[role]} nor Go to build it: install Go 1.23 or newer, or name one in GETH_CLIQUE and GETH`,
    )
  return path
}

/** The row of a node whose block number moved by three while we watched. */
const watchThreeBlocks = async (server: ServerProcess, geth: Geth, id: string): Promise<Row> => {
  const first = await until('the first block', async () => {
    const row = await rowOf(server, geth, id)
    return typeof row?.blockNumber === 'number' && row.latencyMs !== null ? row.blockNumber : undefined
  })
  return until('three more blocks', async () => {
    const row = await rowOf(server, geth, id)
    return row && (row.blockNumber ?? 0) >= first + 3 ? row : undefined
  })
}

describe('a real geth', () => {
  it('v1.13.15 sealing Clique blocks reports by its own --ethstats', async () => {
    await using server = await startServer()
    await using geth = startCliqueGeth(
      binaryOf('clique'),
      20_262,
      `clique:${server.secret}@ws://127.0.0.1:${server.port}`,
    )
    const row = await watchThreeBlocks(server, geth, 'clique')
    expect(row).toMatchObject({ state: 'active', clientName: 'geth', clientVersion: '1.13.15', peers: 0 })
    const blocks = (await server.get('/api/v1/networks/20262/blocks?limit=5')) as { blocks: { miner: string }[] }
    // geth recovers the sealer from the header, so the miner is never the zero address of the header.
    expect(blocks.blocks[0]?.miner).toBe('0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266')
    const network = (await server.get('/api/v1/networks/20262')) as { genesis: string | null }
    expect(network.genesis).toMatch(/^0x[0-9a-f]{64}$/)
  })

  it('of the newest release reports by its own --ethstats', async () => {
    await using server = await startServer()
    await using geth = startDevGeth(binaryOf('current'), `dev:${server.secret}@ws://127.0.0.1:${server.port}`)
    const row = await watchThreeBlocks(server, geth, 'dev')
    expect(row).toMatchObject({ state: 'active', clientName: 'geth', clientVersion: '1.17.10' })
  })

  it('with a wrong secret is refused and stays out', async () => {
    await using server = await startServer()
    await using geth = startDevGeth(binaryOf('current'), `stranger:wrong@ws://127.0.0.1:${server.port}`)
    await until('the refusal', async () =>
      (await server.metric('netstats_server_ethstats_refused_total')) > 0 ? true : undefined,
    )
    expect(await rowOf(server, geth, 'stranger')).toBeUndefined()
    await until('geth to say so', async () => (geth.log().includes('unauthorized') ? true : undefined))
  })

  it('is marked inactive when it dies and active when it is back', async () => {
    await using server = await startServer()
    const login = `mortal:${server.secret}@ws://127.0.0.1:${server.port}`
    {
      await using geth = startDevGeth(binaryOf('current'), login)
      await watchThreeBlocks(server, geth, 'mortal')
    }
    await until('inactive', async () =>
      ((await server.get('/api/v1/networks/1337/nodes/mortal')) as Row | undefined)?.state === 'inactive'
        ? true
        : undefined,
    )
    await using again = startDevGeth(binaryOf('current'), login)
    await until('active', async () => ((await rowOf(server, again, 'mortal'))?.state === 'active' ? true : undefined))
  })
})

describe('a Clique network of four real geths', () => {
  it('v1.13.15 has no node that counts as inactive, and no geth that gives its connection up', async () => {
    const run = await runGethNetwork({ binary: binaryOf('clique'), chainId: 20_264, seconds: 45 })
    expect(run).toMatchObject({ alarms: 0, inactive: 0, pingerDied: 0, sessions: 4 })
    expect(run.blocks).toBeGreaterThan(10)
  })
})
