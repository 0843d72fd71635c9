import { unixMs } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import { blockOf, connected, nodeName, observed } from '../feed/testing/traffic.ts'
import { createCore } from '../shard/mod.ts'
import { createMetricsRegistry } from '../telemetry/registry.ts'
import { parseExposition } from '../telemetry/testing/exposition.ts'
import { maxNetworks, registerChainMetrics } from './chain-metrics.ts'

const start = 1_700_000_600_000

const begin = (perNode = false) => {
  const core = createCore({ reconnectMs: 0 })
  const registry = createMetricsRegistry()
  let now = start
  registerChainMetrics(registry, { core, perNode, now: () => now, monotonic: () => now })
  const scrape = () => {
    // Older than what may be told twice.
    now += 2000
    const families = parseExposition(registry.text())
    return (name: string, labels: Readonly<Record<string, string>> = { network: '1337' }): number | undefined =>
      families
        .get(`netstats_server_${name}`)
        ?.samples.find((one) => Object.entries(labels).every(([label, value]) => one.labels[label] === value))?.value
  }
  const block = (node: number, number: number): void => {
    core.apply(observed(node, start, '1337', { kind: 'block', body: blockOf(number) }))
  }
  return { core, block, scrape, registry }
}

describe('metrics of the chain', () => {
  it('tell the head and its age, the time between blocks, and how nodes stand', () => {
    const { core, block, scrape } = begin()
    for (const node of [0, 1, 2]) core.apply(connected(node, start))
    for (let number = 100; number < 110; number++) block(0, number)
    block(1, 109)
    block(2, 101)
    core.apply(connected(3, start))
    core.apply({ type: 'disconnected', at: unixMs(start), node: nodeName(3), network: '1337' })
    const value = scrape()
    expect(value('chain_head')).toBe(109)
    expect(value('chain_head_age_seconds')).toBe(2)
    expect(value('chain_head_timestamp_seconds')).toBe(1_700_000_000 + 109 * 5)
    expect(value('chain_block_time_seconds')).toBe(5)
    const nodes = (state: string) => value('chain_nodes', { network: '1337', state })
    expect([nodes('at_head'), nodes('behind'), nodes('inactive'), nodes('syncing')]).toEqual([2, 1, 1, 0])
    expect(value('chain_branches')).toBe(1)
    expect(value('chain_reorganisations_total')).toBe(0)
  })

  it('have no series of what is not known', () => {
    const { core, scrape } = begin()
    core.apply(connected(0, start))
    const value = scrape()
    expect([value('chain_head'), value('chain_block_time_seconds')]).toEqual([undefined, undefined])
    expect(value('chain_node_up', { node: nodeName(0) })).toBeUndefined()
  })

  it('have series of nodes where that is chosen', () => {
    const { core, block, scrape } = begin(true)
    for (const node of [0, 1]) core.apply(connected(node, start))
    block(0, 5)
    core.apply({ type: 'disconnected', at: unixMs(start), node: nodeName(1), network: '1337' })
    const value = scrape()
    const of = (name: string, node: number) => value(name, { network: '1337', node: nodeName(node) })
    expect([of('chain_node_head', 0), of('chain_node_head', 1)]).toEqual([5, undefined])
    expect([of('chain_node_up', 0), of('chain_node_up', 1)]).toEqual([1, 0])
  })

  it('are bounded however many networks there are, and the same from scrape to scrape', () => {
    const { core, registry } = begin()
    for (let i = 0; i < maxNetworks + 20; i++) core.apply(connected(i, start, String(5000 + i)))
    const named = () =>
      (parseExposition(registry.text()).get('netstats_server_chain_sealers')?.samples ?? [])
        .map(({ labels }) => labels['network'] ?? '')
        .toSorted((a, b) => (a < b ? -1 : 1))
    const first = named()
    expect(first).toHaveLength(maxNetworks)
    core.apply(connected(999, start, '1'))
    expect(named()).toEqual(first)
  })
})
