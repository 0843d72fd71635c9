/** Validators from headers: a network of simulated nodes with real keys, agents and a server as processes, and REST. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@netstats/sdk'
import { createNetwork, runLive, serveNode } from '@netstats/simulator'
import type { Network, ServedNode, SimBlock } from '@netstats/simulator'
import { describe, expect, it } from 'vitest'
import { netstats, startServer, temporaryFolder, until } from './support/processes.ts'
import type { Running, ServerProcess } from './support/processes.ts'

const chainId = 424_242

interface Status {
  readonly state: string
  readonly engine: string
  readonly head: { readonly number: number } | null
  readonly finalized: { readonly number: number } | null
  readonly validators: readonly { readonly address: string; readonly missed: number }[]
  readonly faultMargin: number | null
  readonly headers: Readonly<Record<string, number>>
}

interface ListedBlock {
  readonly number: number
  readonly hash: string
  readonly sealer: string | null
  readonly missed: readonly { readonly validator: string; readonly evidence: string }[]
  readonly seals: readonly string[]
}

const agentFor = (node: ServedNode, server: ServerProcess, folder: string): Running => {
  const at = ['--rpc', node.ws, '--server', `ws://127.0.0.1:${server.port}`, '--secret', server.secret]
  return netstats(['agent', '--name', node.name, ...at, '--data', join(folder, node.name)])
}

const follows = (server: ServerProcess, isThere: (status: Status) => boolean): Promise<Status> =>
  until(
    'the validators of the network',
    async () => {
      const status = (await server.get(`/api/v1/networks/${chainId}/consensus`)) as Status | undefined
      return status?.state === 'following' && isThere(status) ? status : undefined
    },
    server,
  )

/** What the server concluded of each block, beside what the simulation knows. */
const compare = async (server: ServerProcess, { made }: Network): Promise<readonly ListedBlock[]> => {
  const answer = await server.get(`/api/v1/networks/${chainId}/consensus/blocks?limit=512`)
  const { blocks } = answer as { readonly blocks: readonly ListedBlock[] }
  const byHash = new Map<string, SimBlock>(made.map((block) => [block.hash, block]))
  const concluded = blocks.map(({ number, sealer, missed, seals }) => ({
    number,
    sealer,
    missed: missed.map(({ validator }) => validator),
    seals: seals.toSorted(),
  }))
  const happened = blocks.map(({ hash }) => {
    const { number, truth } = byHash.get(hash) ?? {}
    return {
      number,
      sealer: truth?.sealer ?? null,
      missed: (truth?.missed ?? []).map(({ validator }) => validator),
      seals: (truth?.commitSealers ?? []).toSorted(),
    }
  })
  expect(concluded).toEqual(happened)
  return blocks
}

describe('a network of four validators of QBFT', () => {
  it('is told rightly from headers alone, the past included, also after the server was restarted', async () => {
    const folder = temporaryFolder('consensus')
    const start = Date.now() - 60_000
    const network = createNetwork({ engine: 'qbft', validators: 4, seed: 7, period: 2, start, requestTimeoutMs: 2000 })
    // What is the past when the agents come; one was away for a while then.
    network.runUntil(start + 20_000)
    network.stop(3)
    network.runUntil(start + 35_000)
    network.start(3)
    network.runUntil(start + 60_000)
    await using _ = runLive(network, { clock: systemClock, speed: 4 })
    const served = await Promise.all(
      network.nodes.slice(0, 2).map((node) => serveNode({ network, node, chainId, clock: systemClock })),
    )
    await using stack = new AsyncDisposableStack()
    for (const node of served) stack.use(node)
    const data = join(folder, 'server')
    const before = Math.max(...network.nodes.map(({ head }) => head.number))
    const address = await (async () => {
      await using server = await startServer({ data })
      for (const node of served) stack.use(agentFor(node, server, folder))
      const status = await follows(server, ({ head }) => (head?.number ?? 0) > before)
      expect(status).toMatchObject({ engine: 'qbft', faultMargin: 1 })
      expect(status.validators).toHaveLength(4)
      expect(status.finalized?.number).toBe(status.head?.number)
      expect(status.headers).toMatchObject({ mismatched: 0, faulty: 0, unreadable: 0 })
      const blocks = await compare(server, network)
      expect(blocks.at(-1)?.number).toBe(0)
      const missed = blocks.flatMap((block) => block.missed)
      expect(missed.map(({ validator }) => validator)).toContain(network.nodes[3]?.key.address)
      expect(new Set(missed.map(({ evidence }) => evidence))).toEqual(new Set(['round-skipped']))
      return { port: server.port, secret: server.secret }
    })()
    await using server = await startServer({ data, ...address })
    await follows(server, ({ head, headers }) => (headers['taken'] ?? 0) > (head?.number ?? Infinity))
    const blocks = await compare(server, network)
    expect(blocks.at(-1)?.number).toBe(0)
    await stack.disposeAsync()
    rmSync(folder, { recursive: true, force: true })
  })
})
