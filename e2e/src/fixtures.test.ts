import type { NodeRow } from '@netstats/protocol/feed'
import { fixtureClients, readFixture } from '@netstats/protocol/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { classicShapes, openPage } from './support/classic.ts'
import type { ClassicMessage, ClassicPage } from './support/classic.ts'
import { chainBlock, connect, emit, isReady, loginAt } from './support/peer.ts'
import type { Peer } from './support/peer.ts'
import { startServer } from './support/processes.ts'
import type { ServerProcess } from './support/processes.ts'
import { rowsOf } from './support/rows.ts'
import { misfits } from './support/shape.ts'

const network = '20260'
const hashes = new Map([
  [42_000, '0x8aab18c47f86433dc1d2d1a53a44bbde21fc2b4241f1e2f5c7cf205697f7f053'],
  [42_001, '0x7f936cd0b574cb77ef1c80fa041891063dc9bbd5d9bdd6264d5692113313c37e'],
  [42_002, '0x4641395e7dfae2436a8081c23fe15edd71144609eea112b9ef9c895206d55730'],
])
// As far as a 64-bit signed integer goes: what Nethermind caps its gas price at, and no number of JavaScript's.
const capped = '9223372036854775807'

type Wanted = Pick<
  NodeRow,
  'name' | 'clientName' | 'clientVersion' | 'blockNumber' | 'peers' | 'pending' | 'latencyMs' | 'syncing' | 'gasPrice'
>

const wanted = (
  client: readonly [name: string, version: string],
  [blockNumber, peers, pending, latencyMs]: readonly [number, number, number, number],
  gasPrice: string,
  name?: string,
): Omit<Wanted, 'name'> & { readonly name?: string } => ({
  clientName: client[0],
  clientVersion: client[1],
  blockNumber,
  peers,
  pending,
  latencyMs,
  // None of them is syncing in the end, whichever way round its client says so.
  syncing: false,
  gasPrice,
  ...(name === undefined ? {} : { name }),
})

/** What a person would read from each session: block, peers, pending, latency. Written by hand, not by the codec. */
const table: { readonly [client: string]: ReturnType<typeof wanted> } = {
  besu: wanted(['besu', '25.11.0'], [42_002, 25, 2212, 9], '789270352'),
  bor: wanted(['bor', '2.2.9'], [42_001, 9, 0, 8], '1000000007'),
  erigon: wanted(['erigon', '3.0.15'], [42_001, 4, 0, 12], '0'),
  'eth-net-intelligence-api': wanted(['geth', '1.9.25'], [42_001, 5, 2, 3], '1000000000', 'My Node 7'),
  'eth-net-intelligence-api-0.0': wanted(['geth', '1.2.3'], [42_001, 5, 2, 3], '1000000000', 'old-node'),
  'geth-1.13': wanted(['geth', '1.13.10'], [42_001, 9, 0, 8], '1000000007'),
  'geth-1.13.15': wanted(['geth', '1.13.15'], [42_001, 9, 0, 8], '1000000007'),
  'geth-1.17': wanted(['geth', '1.17.1'], [42_001, 9, 0, 8], '1000000007'),
  'geth-1.5': wanted(['geth', '1.5.9'], [42_001, 9, 0, 8], '1000000007'),
  'goerli-client': wanted(['openethereum', '3.3.5'], [42_001, 5, 2, 3], '1000000000', 'goerli-node'),
  'nethermind-1s': wanted(['nethermind', '1.14.7'], [42_001, 15, 44, 6], capped),
  'nethermind-2026': wanted(['nethermind', '1.39.0'], [42_001, 50, 0, 6], capped),
  'nethermind-hex': wanted(['nethermind', '1.29.1'], [42_001, 15, 44, 6], capped),
  quorum: wanted(['geth', '1.10.3'], [42_001, 9, 0, 8], '1000000007'),
  reth: wanted(['reth', '1.9.3'], [42_001, 31, 104, 4], '7'),
}
const nameOf = (client: string): string => table[client]?.name ?? client

/** Plays a client's session over a socket of its own, as that client opens it. */
const replay = async (server: ServerProcess, client: string): Promise<Peer> => {
  const [first = '', ...rest] = readFixture(client).frames
  const viaPrimus = rest.some((frame) => frame.includes('_latency'))
  const path = viaPrimus ? '/api/?_primuscb=Q899DhI' : '/api'
  const peer = await connect(`ws://127.0.0.1:${server.port}${path}`)
  await peer.send(first)
  expect(await peer.first(() => true), `the first answer to ${client}`).toSatisfy(isReady)
  for (const frame of rest) expect(await peer.send(frame)).toBe(true)
  return peer
}

interface ClassicNode {
  readonly id: string
  readonly info: { readonly name: string; readonly node: string }
  readonly stats: {
    readonly [key: string]: unknown
    readonly block: { readonly number: number; readonly hash: string }
  }
}

describe('every client there is a fixture of', () => {
  let server: ServerProcess
  let page: ClassicPage
  const peers = new Map<string, Peer>()

  beforeAll(async () => {
    server = await startServer({ secret: 's3cret' })
    page = await openPage(server)
    for (const client of fixtureClients()) peers.set(client, await replay(server, client))
  })
  afterAll(async () => {
    for (const peer of peers.values()) peer[Symbol.dispose]()
    page[Symbol.dispose]()
    await server[Symbol.asyncDispose]()
  })

  const rowNamed = async (name: string): Promise<NodeRow | undefined> =>
    (await rowsOf(server, network)).find((row) => row.name === name)

  it('is in the table of what is expected', () => {
    expect(Object.keys(table).sort()).toEqual(fixtureClients())
  })

  it.each(fixtureClients())('%s shows its row', async (client) => {
    const hash = hashes.get(table[client]?.blockNumber ?? 0)
    const expected = { ...table[client], name: nameOf(client), state: 'active', blockHash: hash, sessions: 1 }
    await expect.poll(() => rowNamed(nameOf(client)), { timeout: 20_000 }).toMatchObject(expected)
  })

  const nodesOfNewPage = async (): Promise<ReadonlyMap<string, ClassicNode>> => {
    using late = await openPage(server)
    await late.first('"init"')
    const [init] = late.messages('init') as readonly (ClassicMessage & { data: { nodes: readonly ClassicNode[] } })[]
    return new Map(init?.data.nodes.map((node) => [node.info.name, node]))
  }

  const expectShown = (client: string, node: ClassicNode | undefined): void => {
    const row = table[client]
    expect(node?.stats, client).toMatchObject({
      active: true,
      syncing: false,
      peers: row?.peers,
      pending: row?.pending,
      latency: row?.latencyMs,
      gasPrice: Number(row?.gasPrice),
      block: { number: row?.blockNumber, hash: hashes.get(row?.blockNumber ?? 0) },
    })
    const [hello] = readFixture(client).frames
    expect(node?.id).toBe((JSON.parse(hello ?? '') as { emit: [string, { id: string }] }).emit[1].id)
  }

  it('is the same node on the classic page', async () => {
    // A page that opens later is told all of them at once, as soon as the page's own copy of the rows has them.
    await vi.waitFor(
      async () => {
        const shown = await nodesOfNewPage()
        expect(shown.size).toBe(fixtureClients().length)
        for (const client of fixtureClients()) expectShown(client, shown.get(nameOf(client)))
      },
      { timeout: 20_000, interval: 100 },
    )
  })

  it('was kept, and asked for history in the one shape all of them accept', async () => {
    expect(await server.metric('netstats_server_ethstats_sessions', { state: 'active' })).toBe(peers.size)
    for (const [client, { received }] of peers) {
      for (const frame of received.filter((one) => one.includes('"history"'))) {
        const [, request] = (JSON.parse(frame) as { emit: [string, { max: number; min: number; list: number[] }] }).emit
        expect(Object.keys(request).sort(), client).toEqual(['list', 'max', 'min'])
        expect(request.list.length, client).toBeGreaterThan(0)
        expect([request.min, request.max], client).toEqual([Math.min(...request.list), Math.max(...request.list)])
      }
      const allowed = /^(\{"emit":\["(ready|node-pong|history)"|"primus::(ping|pong)::)/
      expect(
        received.filter((frame) => !allowed.test(frame)),
        client,
      ).toEqual([])
    }
  })

  it('left nothing out of the stream of a page that was there from the beginning', async () => {
    const nodesOf = (data: unknown): readonly ClassicNode[] =>
      Array.isArray(data) ? (data as ClassicNode[]) : (data as { nodes: ClassicNode[] }).nodes
    const hasAll = (count: number) => (): boolean =>
      page.messages('init').some(({ data }) => nodesOf(data).length === count)
    // The page began with no network at all; from now on it gets changes.
    await expect.poll(hasAll(peers.size), { timeout: 20_000 }).toBe(true)

    peers.set('newcomer', await loginAt(server, { id: 'newcomer', net: network }))
    const geth = peers.get('geth-1.17')
    const id = 'geth-1.17'
    await geth?.send(
      emit('block', { id, block: { ...chainBlock(42_003, 1_767_183_603), parentHash: hashes.get(42_002) } }),
    )
    await geth?.send(emit('pending', { id, stats: { pending: 17 } }))
    await geth?.send(
      emit('stats', { id, stats: { active: true, syncing: false, peers: 8, gasPrice: 12, uptime: 100 } }),
    )
    peers.get('reth')?.[Symbol.dispose]()
    const { serverTime } = JSON.parse(await page.first('"client-ping"'))['data'] as { serverTime: number }
    await page.send(emit('client-pong', { serverTime, clientTime: serverTime + 5 }))

    const kinds = ['add', 'block', 'pending', 'stats', 'inactive', 'charts', 'client-latency']
    for (const kind of kinds) await page.first(`"${kind}"`)
    // The page learns of a new node by `init` only.
    await expect.poll(hasAll(peers.size), { timeout: 30_000 }).toBe(true)

    for (const { action, data } of page.messages()) {
      expect(classicShapes, action).toHaveProperty(action)
      expect(misfits(data, classicShapes[action] ?? { is: undefined }), action).toEqual([])
    }
    const of = (action: string): unknown[] => page.messages(action).map(({ data }) => data)
    expect(of('add')).toContainEqual(expect.objectContaining({ id: 'newcomer' }))
    expect(of('block')).toContainEqual(
      expect.objectContaining({ id, block: expect.objectContaining({ number: 42_003, transactions: [0] }) }),
    )
    expect(of('pending')).toContainEqual({ id, pending: 17 })
    expect(of('stats')).toContainEqual({ id, stats: expect.objectContaining({ peers: 8, gasPrice: 12 }) })
    expect(of('inactive')).toEqual([
      expect.objectContaining({ id: 'reth', stats: expect.objectContaining({ active: false, peers: 31 }) }),
    ])
    // Charts follow the blocks with a pause of their own.
    const newest = (): number[] => (of('charts').at(-1) as { height: number[] }).height.slice(-4)
    await expect.poll(newest, { timeout: 30_000 }).toEqual([42_000, 42_001, 42_002, 42_003])
  })
})
