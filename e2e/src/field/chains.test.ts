/** Chains that stand still, split, reorganise deeply or begin again, and nodes that come back under other ids. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loginAt } from '../support/peer.ts'
import { freePort, netstats, startAnvil, startServer, temporaryFolder, until } from '../support/processes.ts'
import type { ServerProcess } from '../support/processes.ts'

interface Summary {
  readonly key: string
  readonly nodes: number
  readonly head: { readonly number: number; readonly arrivedAt: number } | null
  readonly reorgs: number
  readonly deepestReorg: number
  readonly split: { readonly branches: readonly { readonly named: readonly { readonly id: string }[] }[] } | null
}

const hash = (text: string): string => `0x${createHash('sha256').update(text).digest('hex')}`
const seconds = (): number => Math.floor(Date.now() / 1000)

/** Block of a branch that leaves the others at a height. */
const block = (number: number, branch = 0, fork = 0, timestamp = seconds()): object => {
  const name = (height: number): string => hash(`${height < fork ? 0 : branch}:${height}`)
  return { number, hash: name(number), parentHash: name(number - 1), timestamp, gasUsed: 0, gasLimit: 8_000_000 }
}

describe('a server', () => {
  let server: ServerProcess
  let data = ''
  beforeAll(async () => {
    data = temporaryFolder('chains')
    server = await startServer({ data })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const join = async (net: string, id: string, name = id) => {
    const peer = await loginAt(server, { id, name, node: 'Geth/v1.13.15-stable/linux', net })
    const say = (event: string, body: object): Promise<boolean> =>
      peer.send(JSON.stringify({ emit: [event, { id, ...body }] }))
    return { peer, say, block: (one: object) => say('block', { block: one }) }
  }
  const summaryOf = async (net: string): Promise<Summary | undefined> =>
    (await server.get(`/api/v1/networks/${net}`)) as Summary | undefined
  const when = (what: string, net: string, fits: (summary: Summary) => boolean): Promise<Summary> =>
    until(what, async () => {
      const summary = await summaryOf(net)
      return summary !== undefined && fits(summary) ? summary : undefined
    })

  it('shows a chain that stood still for ten hours as that', async () => {
    const then = seconds() - 36_000
    for (const id of ['s1', 's2']) await (await join('8001', id)).block(block(500, 0, 0, then))
    const { head } = await when('the block', '8001', (summary) => summary.head !== null && summary.nodes === 2)
    expect(head?.arrivedAt).toBe(then * 1000)
    const { nodes } = (await server.get('/api/v1/networks/8001/nodes')) as { nodes: { blockAt: number }[] }
    expect(nodes.map(({ blockAt }) => blockAt)).toEqual([then * 1000, then * 1000])
  })

  it('tells a split two against two as that, and counts no reorganisation', async () => {
    // One after the other: a side names its nodes in the order in which they came.
    const nodes = []
    for (const id of ['A', 'B', 'C', 'D']) nodes.push(await join('8006', id))
    for (let n = 1; n <= 20; n++) for (const [i, node] of nodes.entries()) await node.block(block(n, i < 2 ? 1 : 2, 6))
    const { reorgs, split } = await when('the split', '8006', (summary) => summary.split !== null)
    expect(reorgs).toBe(0)
    const sides = split?.branches.map(({ named }) => named.map(({ id }) => id).join('')).toSorted()
    expect(sides).toEqual(['AB', 'CD'])
  })

  it('finds a reorganisation of 45 that is told by heads only', async () => {
    let branch = 0
    const nodes = await Promise.all(
      ['n1', 'n2', 'n3'].map(async (id) => {
        const node = await join('8105', id)
        node.peer.socket.on('message', (data: Buffer) => {
          const { emit } = JSON.parse(data.toString()) as { emit: [string, { list: number[] }] }
          if (emit[0] !== 'history') return
          void node.say('history', { history: emit[1].list.map((n) => block(n, branch, 106)).toReversed() })
        })
        return node
      }),
    )
    for (let n = 1; n <= 150; n++) for (const node of nodes) await node.block(block(n, 0, 106))
    await when('height 150', '8105', ({ head }) => head?.number === 150)
    branch = 1
    let height = 151
    const { reorgs, deepestReorg } = await until('the reorganisation', async () => {
      height++
      for (const node of nodes) {
        await node.block(block(height, 1, 106))
        await node.say('latency', { latency: '3' })
      }
      const summary = await summaryOf('8105')
      return (summary?.deepestReorg ?? 0) > 0 ? summary : undefined
    })
    expect([reorgs, deepestReorg]).toEqual([1, 45])
  })

  it('has a development chain that began again as one network, under a key that scripts can keep', async () => {
    const port = await freePort()
    const start = async (timestamp: number) =>
      startAnvil({ port, args: ['--block-time', '1', '--chain-id', '9623', '--timestamp', `${timestamp}`] })
    const first = await start(1_767_225_600)
    const to = ['--server', `ws://127.0.0.1:${server.port}`, '--token', server.secret]
    const own = ['--name', 'dev', '--rpc', first.ws, '--data', temporaryFolder('agent')]
    await using _agent = netstats(['agent', ...own, ...to])
    const { key: old } = await when('the chain', '9623', ({ nodes, head }) => nodes === 1 && head !== null)
    const genesisOf = async (): Promise<unknown> =>
      ((await summaryOf('9623')) as { genesis?: unknown } | undefined)?.genesis
    const genesis = await genesisOf()
    first.kill('SIGKILL')
    await first.exit
    await using _second = await start(1_767_226_600)
    await until('the new chain', async () => {
      const now = await genesisOf()
      return typeof now === 'string' && now !== genesis ? true : undefined
    })
    const after = await when('its node', '9623', ({ nodes, head }) => nodes === 1 && head !== null)
    expect([old, after.key]).toEqual(['9623', expect.stringMatching(/^9623-/)])
    const { networks } = (await server.get('/api/v1/networks')) as { networks: { networkId: string }[] }
    expect(networks.filter(({ networkId }) => networkId === '9623')).toHaveLength(1)
    const command = netstats(['networks', 'rename', after.key, '--to', '9623', '--data', data])
    expect([await command.exit, command.output()]).toEqual([0, expect.stringContaining('has the key 9623')])
    await when('its own key', '9623', ({ key }) => key === '9623')
  })

  it('has one node of a recreated container, once the others are removed by command', async () => {
    for (const digit of ['0', '1', '2', '3']) {
      const { peer, block: tell } = await join('9601', `Gamma-0x${digit.repeat(64)}`, 'Gamma')
      await tell(block(10 + Number(digit)))
      if (digit !== '3') peer[Symbol.dispose]()
    }
    await until('three ghosts', async () => {
      const answer = await server.get('/api/v1/networks/9601/nodes')
      const { nodes } = (answer ?? { nodes: [] }) as { nodes: { state: string }[] }
      return nodes.filter(({ state }) => state === 'inactive').length === 3 ? true : undefined
    })
    for (const digit of ['0', '1', '2']) {
      const command = netstats(['nodes', 'remove', `Gamma-0x${digit.repeat(64)}`, '--network', '9601', '--data', data])
      expect([await command.exit, command.output()]).toEqual([0, expect.stringContaining('is not known any more')])
    }
    expect((await summaryOf('9601'))?.nodes).toBe(1)
  })
})
