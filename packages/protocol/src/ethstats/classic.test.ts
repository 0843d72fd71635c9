import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryBlock } from '../testing/arbitraries.ts'
import {
  classicBlock,
  classicCharts,
  classicHistogram,
  classicHistory,
  classicInfo,
  classicNode,
  classicReport,
  classicStats,
  escapeHtml,
} from './classic-build.ts'
import {
  parseDashboardMessage,
  writeAction,
  writeClientLatency,
  writeClientPing,
  writeInit,
  writeLastBlock,
} from './classic-wire.ts'
import type { ClassicNode } from './classic.ts'

const info = {
  name: '<b>alpha</b>',
  client: 'Geth/v1.13.15-stable/linux-amd64/go1.21.6',
  networkId: '1337',
  port: null,
  protocol: undefined,
  api: 'No',
  os: 'linux',
  osVersion: '"amd64"',
  reporter: '0.1.1',
  contact: "ops' & co",
  coinbase: null,
  canUpdateHistory: null,
}
const nothing = {
  active: true,
  mining: null,
  syncing: null,
  hashrate: null,
  peers: null,
  gasPrice: null,
  uptime: null,
  latencyMs: null,
}
const sight = { trusted: false, arrived: 1000, received: 1007, propagation: 7, fork: 0, time: 5000 }
const silent = classicStats({ ...nothing, pending: null, block: undefined, propagationAvg: null })

const node = (more: Partial<ClassicNode> = {}): ClassicNode =>
  classicNode({
    id: 'alpha',
    info: classicInfo(info, '203.0.113.7'),
    geo: null,
    stats: silent,
    history: [],
    trusted: false,
    uptime: { started: 0, up: 0, down: 0, lastStatus: true, lastUpdate: 0 },
    spark: '',
    ...more,
  })

/** Every value of a message with its path; what the page would have to hold. */
const leaves = (value: unknown, path = ''): readonly (readonly [string, unknown])[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, one]) => leaves(one, `${path}.${key}`))
    : [[path, value]]

describe('a node that has reported nothing', () => {
  it('has every value the page looks at', () => {
    expect(JSON.parse(writeInit([node()]))).toMatchObject({
      emit: [
        'init',
        {
          nodes: [
            {
              id: 'alpha',
              geo: null,
              stats: {
                active: true,
                mining: false,
                syncing: false,
                hashrate: 0,
                peers: 0,
                pending: 0,
                gasPrice: 0,
                uptime: 100,
                latency: 0,
                propagationAvg: 0,
                block: { number: 0, difficulty: 0, totalDifficulty: 0, transactions: [], uncles: [], timestamp: 0 },
              },
            },
          ],
        },
      ],
    })
  })

  it('has a propagation history of forty entries without data', () => {
    expect(node().history).toEqual(Array.from({ length: 40 }, () => -1))
  })
})

describe('text', () => {
  it('is escaped wherever it comes from a node', () => {
    expect(classicInfo(info, '<ip>')).toEqual({
      name: '&lt;b&gt;alpha&lt;/b&gt;',
      node: 'Geth/v1.13.15-stable/linux-amd64/go1.21.6',
      port: 0,
      net: '1337',
      protocol: '',
      api: 'No',
      os: 'linux',
      os_v: '&quot;amd64&quot;',
      client: '0.1.1',
      canUpdateHistory: false,
      contact: 'ops&#39; &amp; co',
      coinbase: '',
      ip: '&lt;ip&gt;',
    })
    const place = { range: [0, 0], country: '<c>', region: '<r>', city: '<t>', ll: [50, 8], metro: 0, area: 1 } as const
    const frame = writeInit([node({ id: '<id>', geo: place })])
    expect(frame).not.toMatch(/[<>]/)
  })

  it('of any kind is free of markup after escaping, and comes back by unescaping', () => {
    const back: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
    fc.assert(
      fc.property(fc.string(), (text) => {
        const escaped = escapeHtml(text)
        expect(escaped).not.toMatch(/[<>"']/)
        expect(escaped.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => back[name] ?? '')).toBe(text)
      }),
    )
  })
})

describe('blocks and reports', () => {
  it('hold decimal numbers only, and lists of the right length', () => {
    fc.assert(
      fc.property(arbitraryBlock(), (block) => {
        const { totalDifficulty, transactionsRoot, stateRoot, sha3Uncles } = block
        const out = classicBlock({ ...block, totalDifficulty, transactionsRoot, stateRoot, sha3Uncles }, sight)
        expect([out.transactions.length, out.uncles.length]).toEqual([block.transactions ?? 0, block.uncles ?? 0])
        expect(out.difficulty).toBe(Number(block.difficulty ?? 0))
        const text = new Set(['hash', 'parentHash', 'miner', 'transactionsRoot', 'stateRoot', 'sha3Uncles'])
        for (const [path, value] of leaves(JSON.parse(JSON.stringify(out)))) {
          const wanted = text.has(path.slice(1)) ? 'string' : path === '.trusted' ? 'boolean' : 'number'
          expect(typeof value, path).toBe(wanted)
        }
      }),
    )
  })

  it('read difficulty and prices also from text', () => {
    expect(classicReport({ ...nothing, gasPrice: '1000000007', latencyMs: 6.6 })).toMatchObject({
      gasPrice: 1_000_000_007,
      latency: 7,
    })
  })

  it('do not pass on what is no number', () => {
    expect(classicReport({ ...nothing, hashrate: NaN, peers: Infinity, gasPrice: 'lots' })).toMatchObject({
      hashrate: 0,
      peers: 0,
      gasPrice: 0,
    })
  })

  it('do not grow with an absurd count', () => {
    const block = { ...silent.block, transactions: 2 ** 50, uncles: -1 }
    const out = classicBlock(block, sight)
    expect([out.transactions.length, out.uncles.length]).toEqual([10_000, 0])
  })
})

describe('charts', () => {
  const blocks = (n: number) =>
    Array.from({ length: n }, (_, i) => ({
      height: i + 1,
      blockTimeMs: 5000 + i,
      difficulty: '2',
      uncles: 0,
      transactions: i,
      gasUsed: 21_000,
      gasLimit: 30_000_000,
    }))
  const charts = (n: number) =>
    classicCharts({
      blocks: blocks(n),
      avgBlockTimeMs: 5000,
      samples: [0, 100, 300],
      miners: [
        { miner: '0xaa', blocks: 9 },
        { miner: '0xbb', blocks: 5 },
        { miner: '0xcc', blocks: 1 },
      ],
      uncleSums: [3, 1],
      avgHashrate: NaN,
    })

  it.each([0, 1, 39, 40, 41, 200])('have forty entries in every series with %i blocks', (n) => {
    const { height, blocktime, difficulty, uncles, transactions, gasSpending, gasLimit, uncleCount, propagation } =
      charts(n)
    for (const series of [height, blocktime, difficulty, uncles, transactions, gasSpending, gasLimit, uncleCount]) {
      expect(series).toHaveLength(40)
      expect(series.every(Number.isFinite)).toBe(true)
    }
    expect(propagation.histogram).toHaveLength(40)
    expect(height.at(-1)).toBe(n)
  })

  it('are oldest first, padded on the old side; uncle sums newest first', () => {
    const out = charts(2)
    expect(out.height.slice(-3)).toEqual([0, 1, 2])
    expect(out.blocktime.slice(-2)).toEqual([5, 5.001])
    expect(out.uncleCount.slice(0, 3)).toEqual([3, 1, 0])
    expect(charts(41).height[0]).toBe(2)
  })

  it('name the two who made most blocks, and no hash rate where there is none', () => {
    expect(charts(1)).toMatchObject({
      miners: [
        { miner: '0xaa', name: false, blocks: 9 },
        { miner: '0xbb', name: false, blocks: 5 },
      ],
      avgHashrate: 0,
      avgBlocktime: 5,
      difficulty: expect.arrayContaining([2]) as unknown,
    })
  })

  it('hold every key the page reads', () => {
    expect(Object.keys(charts(0)).toSorted()).toEqual([
      'avgBlocktime',
      'avgHashrate',
      'blocktime',
      'difficulty',
      'gasLimit',
      'gasSpending',
      'height',
      'miners',
      'propagation',
      'transactions',
      'uncleCount',
      'uncles',
    ])
  })

  it('count propagation in quarters of a second up to ten', () => {
    const { histogram, avg } = classicHistogram([0, 249, 250, 9_999, 10_000, 60_000, -1, NaN])
    expect(histogram[0]).toEqual({ x: 0, dx: 250, y: 2 / 6, frequency: 2, cumulative: 2, cumpercent: 2 / 6 })
    expect(histogram[1]).toMatchObject({ x: 250, frequency: 1, cumulative: 3 })
    expect(histogram[39]).toEqual({ x: 9750, dx: 250, y: 0.5, frequency: 3, cumulative: 6, cumpercent: 1 })
    expect(avg).toBe(Math.round((0 + 249 + 250 + 9_999 + 10_000 + 10_000) / 6))
  })

  it('are whole without any sample', () => {
    const { histogram, avg } = classicHistogram([])
    expect(avg).toBe(0)
    expect(histogram.every((bin) => bin.y === 0 && bin.cumpercent === 0 && bin.dx === 250)).toBe(true)
  })

  it('keep the newest forty of a longer history', () => {
    const out = classicHistory(Array.from({ length: 50 }, (_, i) => i))
    expect([out.length, out[0], out.at(-1)]).toEqual([40, 10, 49])
    expect(classicHistory([5]).slice(-2)).toEqual([-1, 5])
  })
})

describe('frames to dashboards', () => {
  it('come in the two envelopes the page knows', () => {
    expect(writeAction('pending', { id: 'a', pending: 3 })).toBe('{"action":"pending","data":{"id":"a","pending":3}}')
    expect(writeClientPing(5)).toBe('{"action":"client-ping","data":{"serverTime":5}}')
    expect(writeClientLatency(13.2)).toBe('{"emit":["client-latency",{"latency":14}]}')
    expect(writeLastBlock(7)).toBe('{"action":"lastBlock","number":7}')
    expect(JSON.parse(writeAction('init', [node()]))).toMatchObject({ action: 'init', data: [{ id: 'alpha' }] })
  })
})

describe('parseDashboardMessage', () => {
  it('reads what a page says', () => {
    expect(parseDashboardMessage('{"emit":["ready"]}')).toEqual({ type: 'ready' })
    expect(parseDashboardMessage('{"emit":["client-pong",{"serverTime":5,"clientTime":7}]}')).toEqual({
      type: 'client-pong',
      serverTime: 5,
      clientTime: 7,
    })
    expect(parseDashboardMessage('"primus::ping::5"')).toEqual({ type: 'primus-ping', time: '5' })
    expect(parseDashboardMessage('"primus::pong::5"')).toEqual({ type: 'primus-pong', time: '5' })
    expect(parseDashboardMessage('"primus::id::"')).toEqual({ type: 'primus-id' })
  })

  it('calls everything else unknown and never throws', () => {
    const others = [
      '',
      'null',
      '{',
      '{"emit":["client-pong"]}',
      '{"emit":["client-pong",{"serverTime":-1}]}',
      '{"emit":{}}',
    ]
    for (const other of [...others, '"primus::server::close"', '"x"', '5', `"${'x'.repeat(10_000)}"`])
      expect(parseDashboardMessage(other)).toEqual({ type: 'unknown' })
    fc.assert(
      fc.property(fc.json(), fc.string(), (json, text) => {
        expect(parseDashboardMessage(json)).toHaveProperty('type')
        expect(parseDashboardMessage(text)).toHaveProperty('type')
        expect(parseDashboardMessage(`{"emit":${json}}`)).toHaveProperty('type')
      }),
    )
  })
})
