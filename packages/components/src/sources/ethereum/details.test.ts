import { nodeId } from '@netstats/protocol'
import { createFakeClock } from '@netstats/sdk/testing'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeObservation, encodeBody } from '@netstats/protocol'
import { tellDetails } from './details.ts'
import type { DetailsState } from './details.ts'
import { createNodeClient } from './node-client.ts'
import { createOptionalMethods } from './optional-methods.ts'
import { mostPeers, readDetails } from './read-details.ts'
import type { Reply } from './rpc/messages.ts'

const missing: Reply = { ok: false, code: -32601, message: 'the method does not exist' }
const gives = (result: unknown): Reply => ({ ok: true, result })

/** A node that answers by method, and by tag for blocks. */
const look = async (answers: Readonly<Record<string, Reply>>, tags = true) => {
  const asked: string[] = []
  const client = createNodeClient({
    pushes: false,
    ended: new Promise(() => undefined),
    call: (calls) => {
      const names = calls.map(({ method, params }) => (method.startsWith('eth_getBlock') ? String(params[0]) : method))
      asked.push(...names)
      return Promise.resolve(names.map((name) => answers[name] ?? missing))
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  })
  const methods = createOptionalMethods(createFakeClock())
  const { signal } = new AbortController()
  const read = () => readDetails(client, methods, { signal, tags })
  return { details: await read(), asked, read }
}
const fresh = (): DetailsState => ({ peers: undefined, config: undefined })
const geth = (n: number, inbound: boolean, name = 'Geth/v1.16.1-stable/linux-amd64') => ({
  enode: `enode://${n}@10.0.0.${n}:30303`,
  id: String(n),
  name,
  network: { inbound, remoteAddress: `10.0.0.${n}:30303` },
})

describe('what only some nodes tell', () => {
  it('is read of those that tell it, and not asked again of those that lack it', async () => {
    const all = await look({
      admin_peers: gives([geth(1, true), geth(2, false), 'odd', {}]),
      txpool_status: gives({ pending: '0x3', queued: '0x1' }),
      finalized: gives({ number: '0x10' }),
      safe: gives({ number: '0x12' }),
      eth_config: gives({
        current: { activationTime: 1_700_000_000, chainId: '0x539', forkId: '0x0929e24e' },
        next: { activationTime: 1_800_000_000, chainId: '0x539', forkId: '0xbef71d30' },
      }),
    })
    expect(all.details).toEqual({
      peers: [
        { id: 'enode://1@10.0.0.1:30303', client: 'Geth/v1.16.1-stable/linux-amd64', direction: 'in' },
        { id: 'enode://2@10.0.0.2:30303', client: 'Geth/v1.16.1-stable/linux-amd64', direction: 'out' },
      ],
      pool: { pending: 3, queued: 1 },
      finalized: 16,
      safe: 18,
      config: {
        chainId: '1337',
        forkId: '0x0929e24e',
        since: 1_700_000_000,
        next: { forkId: '0xbef71d30', at: 1_800_000_000 },
      },
    })
    const none = await look({}, false)
    expect(none.details).toEqual({})
    await none.read()
    expect(none.asked).toEqual(['admin_peers', 'txpool_status', 'eth_config'])
  })

  it('becomes metrics, and lines for what came, went or changed since the last look', () => {
    const state = fresh()
    const peer = (n: number, direction: 'in' | 'out', client = 'besu/v25.1.0/linux') => ({
      id: `enode://${n}`,
      client,
      direction,
    })
    const config = { chainId: '1', forkId: '0x1' }
    const first = tellDetails(
      state,
      { peers: [peer(1, 'in'), peer(2, 'out', 'Geth/v1')], config, finalized: 4 },
      '0xab',
    )
    expect(first.metrics).toEqual([
      { name: 'ethereum.peers', value: 1, labels: { direction: 'in' } },
      { name: 'ethereum.peers', value: 1, labels: { direction: 'out' } },
      { name: 'ethereum.peersByClient', value: 1, labels: { client: 'besu' } },
      { name: 'ethereum.peersByClient', value: 1, labels: { client: 'geth' } },
      { name: 'ethereum.finalizedBlock', value: 4 },
    ])
    expect(first.logs.map(({ message, fields }) => [message, fields])).toEqual([
      ['chain configuration', { event: 'chain-configuration', chainId: '1', genesis: '0xab', forkId: '0x1' }],
    ])
    const second = tellDetails(state, { peers: [peer(1, 'in'), peer(3, 'out')], config }, '0xab')
    expect(second.metrics.at(-1)).toEqual({ name: 'ethereum.peersByClient', value: 0, labels: { client: 'geth' } })
    expect(second.logs.map(({ fields }) => [fields?.['event'], fields?.['enode'], fields?.['direction']])).toEqual([
      ['peer-disconnected', 'enode://2', 'out'],
      ['peer-connected', 'enode://3', 'out'],
    ])
    const next = { forkId: '0x2', at: 9 }
    const third = tellDetails(state, { config: { ...config, next }, pool: { pending: 1, queued: 2 } }, '0xab')
    expect(third.metrics).toEqual([
      { name: 'ethereum.txpool', value: 1, labels: { state: 'pending' } },
      { name: 'ethereum.txpool', value: 2, labels: { state: 'queued' } },
      { name: 'ethereum.nextForkAt', value: 9 },
    ])
    expect(third.logs.map(({ message }) => message)).toEqual(['chain configuration, with a fork to come'])
  })

  it('is bounded, and can be written down, whatever a node answers', async () => {
    const many = Array.from({ length: 2000 }, (_, i) => geth(i, i % 2 === 0, `Client${i % 40}/v1`))
    const { details } = await look({ admin_peers: gives(many) })
    expect(details.peers).toHaveLength(mostPeers)
    const state = fresh()
    expect(tellDetails(state, details, undefined).metrics).toHaveLength(2 + 21)
    expect(tellDetails(state, { peers: [] }, undefined).logs).toHaveLength(50)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue(), { minLength: 5, maxLength: 5 }), async (values) => {
        const [peers, pool, config, finalized, safe] = values.map(gives)
        const odd = { admin_peers: peers, txpool_status: pool, eth_config: config, finalized, safe }
        const { details: read } = await look(odd as Readonly<Record<string, Reply>>)
        const told = tellDetails({ peers: new Map(), config: undefined }, read, undefined)
        const node = nodeId('n')
        for (const body of told.metrics) {
          const one = { kind: 'metric', node, observedAt: 1, body } as never
          expect(decodeObservation('metric', node, 1 as never, encodeBody(one))).toEqual(one)
        }
        for (const body of told.logs) {
          const one = { kind: 'log', node, observedAt: 1, body } as never
          expect(decodeObservation('log', node, 1 as never, encodeBody(one))).toEqual(one)
        }
      }),
    )
  })
})
