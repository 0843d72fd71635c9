import { isDeepStrictEqual } from 'node:util'
import { unixMs } from '@netstats/protocol'
import type { Bodies, Hash, Wei } from '@netstats/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { begin, blockAt, hashOf } from '../shard/testing/scenario.ts'
import { flatName } from './metric-name.ts'
import { createStage } from './testing/stage.ts'

const stats = { active: true, syncing: false, mining: false, hashrate: 0, peers: 25, gasPrice: 7n as Wei, uptime: 99 }
const unsaid = {
  active: null,
  syncing: null,
  mining: null,
  hashrate: null,
  peers: null,
  gasPrice: null,
  reportedUptime: null,
  latencyMs: null,
  roundTripMs: null,
  pending: null,
  processingMs: null,
}

/** Of few letters, most of which mean something in the name of a series. */
const anyText = fc.string({ unit: fc.constantFrom('a', '\\', ',', '=', '{', '}'), maxLength: 4 })
const anyMetric = fc.record({
  name: anyText,
  labels: fc.dictionary(anyText, anyText, { maxKeys: 2, noNullPrototype: true }),
})

describe('what a node says of itself', () => {
  it('is one row a report, with what the report names and nothing else', async () => {
    const stage = await createStage()
    stage.connect('a').wait(10).say('a', 'node-stats', stats)
    stage.say('a', 'latency', { latencyMs: -3 }).say('a', 'pending', { pending: 4 })
    stage.apply({ type: 'round-trip', at: unixMs(stage.now), network: '1337', node: 'a', roundTripMs: 8 })
    stage.say('a', 'block-processing', { ...blockAt(1), processingMs: 2.5 })
    stage.say('a', 'node-stats', { active: true })
    const store = await stage.write()
    const row = { at: begin + 10, network: 1, node: 1, ...unsaid }
    const { uptime: reportedUptime, gasPrice: _, ...said } = stats
    expect(store.rows('nodeSample')).toEqual([
      { ...row, ...said, gasPrice: 7, reportedUptime },
      { ...row, latencyMs: 0 },
      { ...row, pending: 4 },
      { ...row, roundTripMs: 8 },
      { ...row, processingMs: 2.5 },
      { ...row, active: true },
    ])
  })

  it('is a metric by name for each number of its machine, and for what others measure', async () => {
    const stage = await createStage()
    stage.connect('a').say('a', 'host', { hostname: 'h', cpus: 8, cpuShare: 0.5 })
    stage.say('a', 'metric', { name: 'queue', value: 3, labels: { b: '2', a: '1' } })
    stage.say('a', 'metric', { name: 'queue', value: 4, labels: { a: '1', b: '2' } })
    const store = await stage.write()
    expect(store.rows('metricName')).toEqual([
      { key: 1, name: 'host.cpus' },
      { key: 2, name: 'host.cpuShare' },
      { key: 3, name: 'queue{a=1,b=2}' },
    ])
    expect(store.rows('metric').map(({ metric, value }) => [metric, value])).toEqual([
      [1, 8],
      [2, 0.5],
      [3, 3],
      [3, 4],
    ])
  })

  it('is a metric of its own whatever stands in names and labels', () => {
    const named: readonly Bodies['metric'][] = [
      { name: 'a', value: 1 },
      { name: 'a', value: 1, labels: { b: '1', c: '2' } },
      { name: 'a', value: 1, labels: { b: '1,c=2' } },
      { name: 'a', value: 1, labels: { 'b=1,c': '2' } },
      { name: 'a', value: 1, labels: { b: '1\\', c: '2' } },
      { name: 'a', value: 1, labels: { b: '1\\,c=2' } },
      { name: 'a', value: 1, labels: { '': '' } },
      { name: 'a{b=1,c=2}', value: 1 },
      { name: 'a{b=1', value: 1, labels: { c: '2' } },
      { name: 'a\\{b=1,c=2}', value: 1 },
      { name: 'host.cpus', value: 1 },
      { name: 'host\\.cpus', value: 1 },
    ]
    const names = named.map(flatName)
    expect(new Set([...names, 'host.cpus']).size).toBe(named.length + 1)
    fc.assert(
      fc.property(anyMetric, anyMetric, (one, other) => {
        const same = one.name === other.name && isDeepStrictEqual(one.labels ?? {}, other.labels ?? {})
        expect(flatName(one) === flatName(other)).toBe(same)
      }),
    )
  })

  it('is a log line, an alarm, a gap as it was told', async () => {
    const stage = await createStage()
    const alarm = { alarm: 'x', step: 'raised', type: 'disk-full', severity: 2, message: 'full' } as const
    const gap = { reason: 'size', class: 'log', dropped: 3, from: unixMs(1), to: unixMs(2) } as const
    const ref = { number: blockAt(1).number, hash: hashOf(1) }
    stage.connect('a').tick()
    const { seq } = await stage.write().then((store) => store.catalog())
    const line = { severity: 3, source: 'geth', message: 'bad', component: 'p2p', fields: { peers: '4' } }
    stage.say('a', 'log', line).say('a', 'alarm', alarm).say('a', 'gap', gap)
    stage.say('a', 'head-event', { type: 'reorg', added: [ref], removed: [ref, ref] })
    const store = await stage.write()
    const keys = { at: stage.now, network: 1, node: 1 }
    expect(store.rows('log').slice(-2)).toEqual([
      { ...keys, seq: seq + 1, ...line, fields: '{"peers":"4"}' },
      {
        ...keys,
        seq: seq + 2,
        severity: 6,
        source: 'head-event',
        message: 'reorg: 2 blocks left its chain, 1 joined',
        component: null,
        fields: null,
      },
    ])
    expect(store.rows('alarm')).toEqual([{ ...keys, seq: seq + 3, ...alarm, origin: 'node' }])
    expect(store.rows('gap')).toEqual([{ ...keys, seq: seq + 4, ...gap }])
  })

  it('is, of a block, a row, and a second one with what another node tells of it', async () => {
    const stage = await createStage()
    stage.connect('ab').block('a', 7)
    stage.wait(50).block('b', 7, { size: 600, extraData: '0xab' })
    stage.block('b', 7, { size: 600, extraData: '0xab' })
    const store = await stage.write()
    expect(store.rows('block').map(({ at, size, extraData }) => [at, size, extraData])).toEqual([
      [stage.now - 50, null, null],
      [stage.now, 600, '0xab'],
    ])
    const [block, ...others] = await store.blocks({ network: 1, limit: 10 })
    expect(others).toEqual([])
    expect(block).toMatchObject({ at: stage.now - 50, arrivedAt: stage.now - 50, firstNode: 1, size: 600 })
  })

  it('leaves the alarms of other nodes and of the server open, whatever an agent says was cleared', async () => {
    const stage = await createStage()
    const body = { alarm: 'node-inactive/1337/b', type: 'node-inactive', severity: 4, message: 'all is well' } as const
    stage.connect('ab').tick()
    stage.apply({ type: 'alarm', at: unixMs(stage.now), network: '1337', node: 'b', body: { ...body, step: 'raised' } })
    stage.say('a', 'alarm', { ...body, step: 'cleared' })
    const store = await stage.write()
    const query = { network: 1, range: { from: 0, to: stage.now + 1 }, limit: 10, open: true }
    expect(store.rows('alarm').map(({ node, step, origin }) => [node, step, origin])).toEqual([
      [2, 'raised', 'server'],
      [1, 'cleared', 'node'],
    ])
    expect((await store.alarms(query)).map(({ node, step, origin }) => [node, step, origin])).toEqual([
      [2, 'raised', 'server'],
    ])
  })

  it('is an alarm of a node that has gone, of a network, and none of the server itself', async () => {
    const stage = await createStage()
    const body = { alarm: 'x', step: 'cleared', type: 'node-inactive', severity: 4, message: 'gone' } as const
    stage.connect('ab').tick()
    const about = (network: string | null, node: string | null): void =>
      stage.apply({ type: 'alarm', at: unixMs(stage.now), network, node, body })
    stage.disconnect('b')
    stage.apply({ type: 'removed', at: unixMs(stage.now), network: '1337', node: 'b' })
    about('1337', 'b')
    about('1337', null)
    about(null, null)
    expect((await stage.write()).rows('alarm').map(({ network, node }) => [network, node])).toEqual([
      [1, 2],
      [1, null],
    ])
  })

  it('is nothing where nobody announced the node', async () => {
    const stage = await createStage()
    stage.say('a', 'latency', { latencyMs: 1 })
    expect((await stage.write()).rows('nodeSample')).toEqual([])
    expect(stage.rowBuffer.givenUp.sample.names).toBe(0)
  })
})

describe('who a node is', () => {
  const place = { city: 'Wien', country: 'AT', latitude: 48.2, longitude: 16.4 }

  it('is written at its first login and when it says something else, with its place', async () => {
    const stage = await createStage({ core: { locate: () => place } })
    stage.connect('a', { client: 'Geth/v1' }).disconnect('a').wait(1000).connect('a', { client: 'Geth/v1' })
    stage.say('a', 'node-info', { name: 'a', networkId: '1337', client: 'Geth/v1' })
    stage.say('a', 'node-info', { name: 'a', networkId: '1337', client: 'Geth/v2', canUpdateHistory: true })
    stage.apply({
      type: 'genesis',
      at: unixMs(stage.now),
      network: '1337',
      node: 'a',
      genesis: `0x${'a'.repeat(64)}`,
    })
    const rows = (await stage.write()).rows('nodeInfo')
    expect(rows.map(({ client, genesis, canUpdateHistory }) => [client, genesis, canUpdateHistory])).toEqual([
      ['Geth/v1', null, null],
      ['Geth/v2', null, true],
      ['Geth/v2', `0x${'a'.repeat(64)}`, true],
    ])
    expect(rows[0]).toMatchObject({ name: 'a', networkId: '1337', ...place })
  })

  it('goes along to another network', async () => {
    const stage = await createStage()
    stage.connect('ab').say('a', 'node-info', { name: 'a', networkId: '5' })
    const store = await stage.write()
    expect(store.rows('network').map(({ name }) => name)).toEqual(['1337', '5'])
    expect(store.rows('node').map(({ network, id }) => [network, id])).toEqual([
      [1, 'a'],
      [1, 'b'],
      [2, 'a'],
    ])
    expect(store.rows('nodeInfo').at(-1)).toMatchObject({ network: 2, node: 3, networkId: '5' })
    expect(store.rows('nodeState').map(({ node, state, reason }) => [node, state, reason])).toEqual([
      [1, 'active', null],
      [2, 'active', null],
      [1, 'removed', 'moved'],
      [3, 'active', null],
    ])
  })
})

describe('a node whose id is a long key', () => {
  it('goes by its name in messages, and by the ends of the key where it has none', async () => {
    const key = `0x${'1'.repeat(124)}abcd`
    const stage = await createStage()
    for (const name of ['besu1', key])
      stage.apply({
        type: 'connected',
        at: unixMs(stage.now),
        node: name === key ? key : `0x${'2'.repeat(128)}`,
        info: { name, networkId: '1337' },
        address: null,
      })
    stage.disconnect(`0x${'2'.repeat(128)}`).disconnect(key)
    const store = await stage.write()
    const told = store.rows('log').flatMap(({ message }) => (message.includes('inactive') ? [message] : []))
    expect(told).toEqual([
      'besu1 is inactive: its connection ended',
      '0x11111111…abcd is inactive: its connection ended',
    ])
    expect(store.rows('log').some(({ message }) => message.includes('22222222'))).toBe(false)
  })
})

describe('the states of a node', () => {
  it('are rows with its totals, and log lines', async () => {
    const stage = await createStage({ core: { forgetAfterMs: 5000 } })
    stage.connect('a').wait(2000).disconnect('a').wait(1000).connect('a').wait(4000).disconnect('a').tick(7)
    const store = await stage.write()
    expect(
      store.rows('nodeState').map(({ state, reason, sessions, activeMs }) => [state, reason, sessions, activeMs]),
    ).toEqual([
      ['active', null, 1, 0],
      ['inactive', 'disconnected', 1, 2000],
      ['active', null, 2, 2000],
      ['inactive', 'disconnected', 2, 6000],
      ['removed', 'expired', 2, 6000],
    ])
    expect(store.rows('log').map(({ severity, message }) => [severity, message])).toEqual([
      [5, 'network 1337 appeared'],
      [5, 'a appeared'],
      [5, 'a is active'],
      [4, 'a is inactive: its connection ended'],
      [5, 'a is active'],
      [4, 'a is inactive: its connection ended'],
      [5, 'a was removed: expired'],
      [5, 'network 1337 was removed'],
    ])
    const seqs = [...store.rows('log'), ...store.rows('nodeState')].map(({ seq }) => seq)
    expect(new Set(seqs).size).toBe(seqs.length)
  })
})

describe('a block', () => {
  it('is one row, with its first report, and one sight for each node', async () => {
    const stage = await createStage()
    stage.connect('abc').block('a', 5).wait(30).block('bb', 5).wait(5).block('c', 5)
    stage.block('c', 4, { historical: true })
    const store = await stage.write()
    expect(
      store.rows('block').map(({ number, arrivedAt, firstNode, hash }) => [number, arrivedAt, firstNode, hash]),
    ).toEqual([
      [5, begin, 1, hashOf(5)],
      [4, null, null, hashOf(4)],
    ])
    expect(store.rows('blockSeen').map(({ node, number, delayMs, at }) => [node, number, delayMs, at - begin])).toEqual(
      [
        [1, 5, 0, 0],
        [2, 5, 30, 30],
        [3, 5, 35, 35],
      ],
    )
  })

  it('has a result when it has settled, and another when it leaves the chain', async () => {
    const stage = await createStage()
    stage.connect('abc').block('abc', 1).wait(20).block('ab', 2).wait(20).block('c', 2)
    stage.tick(39)
    expect((await stage.write()).rows('blockResult')).toHaveLength(0)
    stage.tick(2)
    const settled = (await stage.write()).rows('blockResult') as unknown as readonly Record<string, unknown>[]
    const columns = ['number', 'canonical', 'nodes', 'p50Ms', 'delay_h0', 'delay_h4']
    expect(settled.map((row) => columns.map((name) => row[name]))).toEqual([
      [1, true, 3, 0, 3, 0],
      [2, true, 3, 0, 2, 1],
    ])
    stage.block('abc', 2, { branch: 1, on: 0 }).block('abc', 3, { branch: 1 }).tick(1)
    const later = (await stage.write()).rows('blockResult').slice(2)
    expect(later.map(({ number, canonical }) => [number, canonical])).toEqual([[2, false]])
    stage.tick(41)
    expect(store(stage).slice(3)).toEqual([
      [2, true],
      [3, true],
    ])
  })

  it('tells of a reorganisation, and warns of a deep one', async () => {
    const stage = await createStage()
    stage.connect('abc').block('abc', 1).block('abc', 2).block('abc', 3)
    stage.block('abc', 2, { branch: 1, on: 0 }).block('abc', 3, { branch: 1 }).block('abc', 4, { branch: 1 }).tick()
    const store = await stage.write()
    expect(store.rows('reorg').map(({ depth }) => depth)).toContain(2)
    expect(store.rows('log').some(({ severity, message }) => severity === 4 && message.includes('2 deep'))).toBe(true)
  })

  it('that lies about its time is kept as far as a date goes', async () => {
    const stage = await createStage()
    const timestamp = Number.MAX_SAFE_INTEGER as ReturnType<typeof blockAt>['timestamp']
    stage.connect('a').block('a', 5, { timestamp })
    expect((await stage.write()).rows('block')[0]?.timestamp).toBe(8_640_000_000_000_000)
  })

  const store = (stage: Awaited<ReturnType<typeof createStage>>) => {
    stage.rowBuffer.cut()
    const rows = stage.store.rows('blockResult').map(({ number, canonical }) => [number, canonical])
    for (let batch = stage.rowBuffer.first(); batch !== undefined; batch = stage.rowBuffer.first()) {
      const results = batch.tables['blockResult']
      for (let i = 0; i < (results?.rows ?? 0); i++)
        rows.push([results?.columns['number']?.values[i] as number, results?.columns['canonical']?.values[i] === 1])
      stage.rowBuffer.done(batch)
    }
    return rows
  }
})

describe('hashes', () => {
  it('of one block on two networks are two blocks', async () => {
    const stage = await createStage()
    stage.connect('a').connect('b', { networkId: '9', genesis: `0x${'9'.repeat(64)}` as Hash })
    stage.block('a', 1)
    stage.apply({
      type: 'observation',
      at: unixMs(stage.now),
      network: '9',
      observation: { kind: 'block', node: 'b', observedAt: unixMs(0), body: blockAt(1) } as never,
    })
    expect((await stage.write()).rows('block').map((row) => row.network)).toEqual([1, 2])
  })
})
