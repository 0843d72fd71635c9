import type { Catalog } from '@netstats/sdk/store'
import { createMemoryStore } from '@netstats/sdk/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createKeys } from './keys.ts'

type Names = Pick<Catalog, 'networks' | 'nodes' | 'metricNames'>
const nothing: Names = { networks: [], nodes: [], metricNames: [] }
const at = 1000

describe('names', () => {
  it('have one number each, the same after they were stored', async () => {
    const store = createMemoryStore()
    const first = createKeys()
    expect(first.reconcile(nothing)).toBeUndefined()
    const one = first.network('1', '1', at)
    const other = first.network('2', null, at)
    if (one === undefined || other === undefined) throw new Error('no room')
    const keys = [first.node(one, 'a', at), first.node(other, 'a', at), first.node(one, 'a', at)]
    expect(keys.map((node) => node?.key)).toEqual([1, 2, 1])
    expect(first.metric('m')?.key).toBe(1)
    const names = first.unwritten()
    if (names === undefined) throw new Error('nothing to write')
    expect(names.rows).toBe(5)
    // What is named while the first are being written is written next.
    first.metric('n')
    await store.write(names.batch)
    names.stored()
    expect(first.unwritten()?.rows).toBe(1)

    const second = createKeys()
    expect(second.reconcile(await store.catalog())).toBeUndefined()
    expect(second.unwritten()).toBeUndefined()
    expect(second.networks.get('2')?.nodes.get('a')?.key).toBe(2)
    expect([second.networkOf(2)?.name, second.nodeOf(2)?.network.name, second.metricOf(1)?.name]).toEqual([
      '2',
      '2',
      'm',
    ])
    expect(second.metric('n')?.key).toBe(2)
  })

  it('beyond the bound have none', () => {
    const keys = createKeys({ networks: 1, nodes: 1, metrics: 1 })
    const network = keys.network('1', '1', at)
    if (network === undefined) throw new Error('no room')
    expect([keys.node(network, 'a', at)?.key, keys.node(network, 'b', at), keys.network('2', '2', at)]).toEqual([
      1,
      undefined,
      undefined,
    ])
    expect([keys.metric('m')?.key, keys.metric('n'), keys.metric('m')?.key]).toEqual([1, undefined, 1])
  })

  it('given before the store was open take its numbers, and keep what they stand for', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
    const pairs = fc.uniqueArray(fc.tuple(name, name), { selector: ([a, b]) => a + b, maxLength: 20 })
    fc.assert(
      fc.property(pairs, pairs, fc.nat(3), (stored, named, gap) => {
        const networkNames = [...new Set(stored.map(([network]) => network))]
        const catalog: Names = {
          networks: networkNames.map((name, i) => ({
            key: (i + 1) * (gap + 1),
            name,
            networkId: null,
            firstSeenAt: 1,
          })),
          nodes: stored.map(([network, id], i) => ({
            key: (i + 1) * (gap + 1),
            network: (networkNames.indexOf(network) + 1) * (gap + 1),
            id,
            firstSeenAt: 1,
          })),
          metricNames: [],
        }
        const keys = createKeys()
        const before = named.map(([network, id]) => {
          const of = keys.network(network, null, at)
          const node = of && keys.node(of, id, at)
          return { network, id, networkKey: of?.key ?? 0, nodeKey: node?.key ?? 0 }
        })
        const moves = keys.reconcile(catalog)
        for (const { network, id, networkKey, nodeKey } of before) {
          const [newNetwork, newNode] = [moves?.network[networkKey] ?? networkKey, moves?.node[nodeKey] ?? nodeKey]
          expect(keys.networkOf(newNetwork)?.name).toBe(network)
          expect(keys.nodeOf(newNode)).toMatchObject({ id, key: newNode, network: { name: network } })
        }
        for (const { key, id } of catalog.nodes) expect(keys.nodeOf(key)?.id).toBe(id)
        const all = [...keys.networks.values()].flatMap((network) => [...network.nodes.values()])
        expect(new Set(all.map((node) => node.key)).size).toBe(all.length)
        const unwritten = all.filter(
          (node) => !stored.some(([network, id]) => node.network.name === network && node.id === id),
        )
        expect(keys.unwritten()?.batch['node']?.rows ?? 0).toBe(unwritten.length)
      }),
    )
  })
})
