import { createTableBuilder, tables } from '@netstats/store'
import type { Catalog } from '@netstats/store'
import { createMemoryStore } from '@netstats/store/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createNameIds } from './name-ids.ts'

type Names = Pick<Catalog, 'networks' | 'nodes' | 'metricNames'>
const nothing: Names = { networks: [], nodes: [], metricNames: [] }
const at = 1000

describe('names', () => {
  it('have one key each, the same after they were stored', async () => {
    const store = createMemoryStore()
    const first = createNameIds()
    first.adopt(nothing)
    const one = first.network('1', '1', at)
    const other = first.network('2', null, at)
    if (one === undefined || other === undefined) throw new Error('no room')
    const nodes = [first.node(one, 'a', at), first.node(other, 'a', at), first.node(one, 'a', at)]
    const metric = first.metric('m')
    expect(nodes.map((node) => [node?.number, node?.key])).toEqual([
      [1, 0],
      [2, 0],
      [1, 0],
    ])
    const fresh = first.withoutKey()
    if (fresh === undefined) throw new Error('no new names')
    // What is named while the first ones get their keys gets one next time.
    first.metric('n')
    fresh.stored(await store.nameKeys(fresh.names))
    expect([...nodes.map((node) => node?.key), metric?.key]).toEqual([1, 2, 1, 1])
    expect(first.withoutKey()?.names).toEqual({ networks: [], nodes: [], metrics: ['n'] })

    const second = createNameIds()
    second.adopt(await store.catalog())
    expect(second.withoutKey()).toBeUndefined()
    expect(second.networks.get('2')?.nodes.get('a')?.key).toBe(2)
    expect([second.networkOf(2)?.name, second.nodeOf(2)?.network.name, second.metricOf(1)?.name]).toEqual([
      '2',
      '2',
      'm',
    ])
    expect(second.metric('n')?.number).toBe(2)
  })

  it('beyond the bound have none', () => {
    const names = createNameIds({ networks: 1, nodes: 1, metrics: 1 })
    const network = names.network('1', '1', at)
    if (network === undefined) throw new Error('no room')
    expect([names.node(network, 'a', at)?.number, names.node(network, 'b', at), names.network('2', '2', at)]).toEqual([
      1,
      undefined,
      undefined,
    ])
    expect([names.metric('m')?.number, names.metric('n'), names.metric('m')?.number]).toEqual([1, undefined, 1])
  })

  it('used before the store was open get its keys, and rows that wait are written with them', () => {
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
        const names = createNameIds()
        const before = named.map(([network, id]) => {
          const of = names.network(network, null, at)
          const node = of && names.node(of, id, at)
          return { network, id, networkNumber: of?.number ?? 0, nodeNumber: node?.number ?? 0 }
        })
        const rows = createTableBuilder(tables.nodeState)
        const row = { at: 1, state: 'active', reason: null, sessions: 1, activeMs: 1 }
        for (const { networkNumber, nodeNumber } of before)
          rows.add({ ...row, network: networkNumber, node: nodeNumber })
        const waiting = { nodeState: rows.take() }
        names.adopt(catalog)
        const fresh = names.withoutKey()
        let key = 1000
        fresh?.stored({
          networks: fresh.names.networks.map(() => key++),
          nodes: fresh.names.nodes.map(() => key++),
          metrics: [],
        })
        const { network: networkKeys, node: nodeKeys } = names.withKeys(waiting)['nodeState']?.columns ?? {}
        before.forEach(({ network, id }, i) => {
          expect(names.networkOf(Number(networkKeys?.values[i]))?.name).toBe(network)
          expect(names.nodeOf(Number(nodeKeys?.values[i]))).toMatchObject({ id, network: { name: network } })
        })
        for (const { key: stored, id } of catalog.nodes) expect(names.nodeOf(stored)?.id).toBe(id)
        const all = [...names.networks.values()].flatMap((network) => [...network.nodes.values()])
        expect(new Set(all.map((node) => node.key)).size).toBe(all.length)
        const unwritten = all.filter(
          (node) => !stored.some(([network, id]) => node.network.name === network && node.id === id),
        )
        expect(fresh?.names.nodes.length ?? 0).toBe(unwritten.length)
      }),
    )
  })

  it('lose their keys where another store has taken the place of the first', () => {
    const names = createNameIds()
    const catalog = { ...nothing, networks: [{ key: 7, name: 'a', networkId: null, firstSeenAt: 1 }] }
    names.adopt(catalog)
    expect([names.networks.get('a')?.key, names.withoutKey()]).toEqual([7, undefined])
    names.adopt(nothing)
    expect([names.networks.get('a')?.key, names.withoutKey()?.names.networks.length]).toEqual([0, 1])
  })
})
