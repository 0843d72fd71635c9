import type { Wei } from '@netstats/protocol'
import { unixSeconds } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import { scenario } from './testing/scenario.ts'

describe('summary', () => {
  it('of a network without blocks knows nothing of blocks', () => {
    const stage = scenario()
    stage.connect('a')
    expect(stage.view.summary()).toMatchObject({
      head: null,
      blockTimeMs: null,
      transactionsPerSecond: null,
      gasUsedShare: null,
      gasPrice: null,
      pending: null,
      latencyMs: null,
      propagation: { samples: 0, p50Ms: null },
      series: { numbers: [] },
      clients: [{ name: 'unknown', count: 1 }],
      miners: [],
    })
  })

  it('adds up the newest sixty blocks', () => {
    const stage = scenario()
    stage.connect('ab')
    for (let n = 1; n <= 100; n++) {
      stage.wait(5000).block('a', n, { transactions: 10, uncles: n === 1 || n === 100 ? 1 : 0, gasUsed: 2500 })
      stage.wait(300).block('b', n, { transactions: 10, gasUsed: 2500 })
    }
    const summary = stage.view.summary()
    expect(summary).toMatchObject({
      blockTimeMs: 5000,
      transactionsPerSecond: 2,
      gasUsedShare: 0.25,
      uncles: 1,
      propagation: { binMs: 10, samples: 120, p50Ms: 0, p95Ms: 300 },
    })
    expect(summary.propagation.counts.flatMap((count, bin) => (count === 0 ? [] : [[bin, count]]))).toEqual([
      [0, 60],
      [30, 60],
    ])
    expect(summary.series.numbers).toEqual(Array.from({ length: 60 }, (_, i) => 41 + i))
    expect(summary.series.uncles.at(-1)).toBe(1)
    expect(summary.series.p95Ms.at(-1)).toBe(300)
    // Every third block of the scenario names an address of zeros, which is nobody's.
    expect(summary.miners.reduce((sum, one) => sum + one.count, 0)).toBe(40)
  })

  it('does not let a gap in what is known change block time or throughput', () => {
    const stage = scenario()
    stage.connect('a')
    for (const n of [10, 11, 20, 21]) stage.block('a', n)
    expect(stage.view.summary()).toMatchObject({ blockTimeMs: 5000, transactionsPerSecond: 0.6 })
    expect(stage.view.summary().series).toMatchObject({
      numbers: [10, 11, 20, 21],
      blockTimeMs: [null, 5000, null, 5000],
    })
  })

  it('of a new chain is not told by the time its genesis was written down with', () => {
    const stage = scenario()
    stage.connect('a')
    stage.block('a', 0, { timestamp: unixSeconds(0) })
    stage.block('a', 1)
    expect(stage.view.summary()).toMatchObject({ blockTimeMs: null, transactionsPerSecond: null })
    for (const n of [2, 3]) stage.block('a', n)
    const summary = stage.view.summary()
    expect(summary).toMatchObject({ blockTimeMs: 5000, transactionsPerSecond: 0.6 })
    expect(summary.series).toMatchObject({ numbers: [0, 1, 2, 3], blockTimeMs: [null, null, 5000, 5000] })
  })

  it('has no block time where header times run backwards', () => {
    const stage = scenario()
    stage.connect('a')
    stage.block('a', 10, { timestamp: unixSeconds(100) })
    stage.block('a', 11, { timestamp: unixSeconds(0) })
    expect(stage.view.summary()).toMatchObject({ blockTimeMs: null, transactionsPerSecond: null })
  })

  it('puts everything slow into the last bin', () => {
    const stage = scenario()
    stage.connect('abc')
    stage.block('a', 10)
    stage.wait(9749).block('b', 10)
    stage.wait(60_000).block('c', 10)
    const { binMs, counts, p99Ms } = stage.view.summary().propagation
    expect(binMs).toBe(250)
    expect([counts[0], counts[38], counts[39], counts.length]).toEqual([1, 1, 1, 40])
    expect(p99Ms).toBe(69_749)
  })

  it.each([
    [0, 5],
    [199, 5],
    [200, 10],
    [950, 25],
    [9999, 250],
    [50_000, 250],
  ])('with delays of up to %i ms has bins of %i ms', (delay, binMs) => {
    const stage = scenario()
    stage.connect('ab')
    stage.block('a', 10)
    stage.wait(delay).block('b', 10)
    const { propagation } = stage.view.summary()
    expect(propagation).toMatchObject({ binMs, samples: 2 })
    expect(propagation.counts[Math.min(39, Math.floor(delay / binMs))]).toBe(delay === 0 ? 2 : 1)
  })

  it('takes medians of active nodes, so that one cannot claim the network', () => {
    const stage = scenario()
    stage.connect('abcd')
    const prices = [1n, 7n, 2n ** 90n, 3n]
    for (const [i, node] of ['a', 'b', 'c', 'd'].entries()) {
      stage.stats(node, { gasPrice: (prices[i] ?? 0n) as Wei })
      stage.say(node, 'latency', { latencyMs: i === 2 ? 1e300 : i })
      stage.say(node, 'pending', { pending: i === 2 ? Number.MAX_SAFE_INTEGER : i })
    }
    expect(stage.view.summary()).toMatchObject({ gasPrice: '3', latencyMs: 1, pending: 1 })
    stage.disconnect('a')
    expect(stage.view.summary()).toMatchObject({ gasPrice: '7', active: 3, nodes: 4 })
    stage.disconnect('bd')
    expect(stage.view.summary().gasPrice).toBe((2n ** 90n).toString())
  })

  it('counts clients and versions, most first, and folds what is rare when there is much of it', () => {
    const stage = scenario()
    for (let i = 0; i < 40; i++)
      stage.apply({
        type: 'connected',
        at: stage.now as never,
        node: `n${i}`,
        info: { name: 'x', networkId: '1337', client: i < 3 ? 'besu/v25.1.0/linux' : `Geth/v1.${i}.0/linux` },
        address: null,
      })
    const { clients, versions } = stage.view.summary()
    expect(clients).toEqual([
      { name: 'geth', count: 37 },
      { name: 'besu', count: 3 },
    ])
    expect(versions).toHaveLength(31)
    expect(versions[0]).toEqual({ name: 'besu 25.1.0', count: 3 })
    expect(versions.at(-1)).toEqual({ name: 'other', count: 8 })
  })
})
