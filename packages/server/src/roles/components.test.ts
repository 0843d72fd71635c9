/** Sinks and analyzers of a plugin, in a real server. */
import { nodeId } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { createMemoryStore } from '@netstats/store/testing'
import { defineAnalyzer, definePlugin, defineSink } from '@netstats/sdk'
import type { Analyzer, AnalyzerResult, Delivery } from '@netstats/sdk'
import { loadConfig } from '@netstats/runtime/config'
import { createRegistry } from '@netstats/runtime'
import { builtIn } from '@netstats/components'
import { z } from '@netstats/sdk/config'
import { describe, expect, it, vi } from 'vitest'
import { serverConfigOf } from '../config.ts'
import { blockFrame, helloFrame, latencyFrame, pingFrame } from '../gateway/ethstats/testing.ts'
import { startServer } from '../testing.ts'
import type { RunningServer } from '../testing.ts'

const report = async (running: RunningServer, node: string, height: number): Promise<void> => {
  const agent = await running.connect('/api')
  agent.send(helloFrame(node), blockFrame(node, height), latencyFrame(node), pingFrame(node))
  await agent.next((text) => text.includes('node-pong'))
}

const end = () => Promise.resolve()

/** A sink that keeps what it is given, and refuses it as long as `answer` says so. */
const collecting = (nodes: 'one' | 'all') => {
  const got: Observation[] = []
  const peer = { answer: { status: 'delivered' } as Delivery }
  const openSink = () =>
    Promise.resolve({
      deliver({ items }: { readonly items: readonly { readonly observation: Observation }[] }) {
        if (peer.answer.status === 'delivered') got.push(...items.map(({ observation }) => observation))
        return Promise.resolve(peer.answer)
      },
      [Symbol.asyncDispose]: end,
    })
  const about = { type: 'collect', summary: 'Keeps all', config: z.strictObject({}), open: openSink }
  const sink = nodes === 'all' ? defineSink({ ...about, nodes }) : defineSink({ ...about, nodes })
  return { got, peer, sink }
}

/** An analyzer that says something of each event that `say` answers. */
const saying = (analyze: Analyzer['analyze']) =>
  defineAnalyzer({
    type: 'says',
    summary: 'Says something',
    config: z.strictObject({}),
    open: () => Promise.resolve({ analyze, [Symbol.asyncDispose]: end }),
  })
const height = (network: string, node: string, value: number): AnalyzerResult => ({
  network,
  observation: { kind: 'metric', node: nodeId(node), observedAt: 1 as never, body: { name: 'height', value } },
})

const start = (
  config: Record<string, unknown>,
  plugin: Omit<Parameters<typeof definePlugin>[0], 'name' | 'apiVersion'>,
) => {
  const store = createMemoryStore()
  const plugins = [definePlugin({ name: 'test', apiVersion: 1, ...plugin })]
  const options = { openStore: () => Promise.resolve(store), plugins }
  return startServer({ history: { flushEvery: '100ms' }, ...config }, options).then((running) => ({ running, store }))
}
const stateOf = (running: RunningServer, part: string) => running.server.parts().find(({ id }) => id === part)

describe('sinks of a server', () => {
  it('are given what nodes report, of all nodes where they serve all', async () => {
    const { got, sink } = collecting('all')
    const { running } = await start({ sinks: [{ type: 'collect' }] }, { sinks: [sink] })
    await using server = running
    await report(server, 'alpha', 7)
    await report(server, 'beta', 8)
    await vi.waitFor(() =>
      expect(got.filter(({ kind }) => kind === 'block').map(({ node }) => node)).toEqual(['alpha', 'beta']),
    )
    expect(got.filter(({ kind }) => kind === 'node-info').map(({ node }) => node)).toEqual(['alpha', 'beta'])
    expect(stateOf(server, 'sink/collect')?.state).toBe('ok')
    expect(await server.metric('component_events_total{component="sink/collect",event="delivered"}')).toBe(got.length)
  })

  it('are given those of the nodes they name where they serve one each', async () => {
    const { got, sink } = collecting('one')
    const { running } = await start({ sinks: [{ type: 'collect', nodes: ['beta'] }] }, { sinks: [sink] })
    await using server = running
    await report(server, 'alpha', 7)
    await report(server, 'beta', 8)
    await vi.waitFor(() => expect(got.map(({ kind }) => kind)).toContain('block'))
    expect(new Set(got.map(({ node }) => node))).toEqual(new Set(['beta']))
  })

  it('get what they could not take when they can again', async () => {
    const { got, peer, sink } = collecting('all')
    peer.answer = { status: 'retry', reason: 'away', afterMs: 10 }
    const { running } = await start({ sinks: [{ type: 'collect', kinds: ['block'] }] }, { sinks: [sink] })
    await using server = running
    await report(server, 'alpha', 7)
    await vi.waitFor(async () => {
      expect(stateOf(server, 'sink/collect')).toMatchObject({ state: 'degraded', reason: 'away' })
      expect(await server.metric('sink_backlog_observations{reader="collect"}')).toBe(1)
    })
    peer.answer = { status: 'delivered' }
    await vi.waitFor(() => expect(got).toMatchObject([{ kind: 'block', node: 'alpha', body: { number: 7 } }]))
  })

  it('that serve one node each must name theirs', () => {
    const { sink } = collecting('one')
    const registry = createRegistry([builtIn, { name: 'test', apiVersion: 1, sinks: [sink] }])
    const flags = [{ name: 'sinks', path: ['sinks'], value: [{ type: 'collect' }] }]
    expect(() => loadConfig({ schema: serverConfigOf(registry), flags })).toThrow(
      'sinks: [0].nodes: missing, expected the nodes to report: a sink of type collect serves one node each',
    )
  })
})

describe('analyzers', () => {
  it('read observations and changes, and what they say is stored and sent on, but not read by them', async () => {
    const { got, sink } = collecting('all')
    const read: string[] = []
    const analyzer = saying(async function* (events) {
      for await (const event of events) {
        read.push(event.type === 'change' ? event.change.type : event.observation.kind)
        if (event.type === 'observation' && event.observation.kind === 'block')
          yield height(event.network, event.observation.node, event.observation.body.number)
      }
    })
    const config = { sinks: [{ type: 'collect', kinds: ['metric'] }], analyzers: [{ type: 'says' }] }
    const { running, store } = await start(config, { sinks: [sink], analyzers: [analyzer] })
    await using server = running
    await report(server, 'alpha', 7)
    await vi.waitFor(() =>
      expect(got).toMatchObject([{ kind: 'metric', node: 'alpha', body: { name: 'height', value: 7 } }]),
    )
    await server.server.history?.flushed()
    expect(store.rows('metric')).toMatchObject([{ value: 7 }])
    expect(read).toEqual(expect.arrayContaining(['network-added', 'node-added', 'head', 'block', 'latency']))
    expect(read).not.toContain('metric')
    expect(stateOf(server, 'analyzer/says')?.state).toBe('ok')
  })

  it('are no sign that the node they speak of lives', async () => {
    const analyzer = saying(async function* (events) {
      for await (const event of events)
        if (event.type === 'change' && event.change.type === 'node-inactive')
          yield height(event.network, event.change.node, 0)
    })
    const { running, store } = await start({ analyzers: [{ type: 'says' }] }, { analyzers: [analyzer] })
    await using server = running
    const agent = await server.connect('/api')
    agent.send(helloFrame('alpha'), pingFrame('alpha'))
    await agent.next((text) => text.includes('node-pong'))
    agent[Symbol.dispose]()
    await vi.waitFor(async () => {
      await server.server.history?.flushed()
      expect(store.rows('metric')).toMatchObject([{ value: 0 }])
    })
    expect(server.server.core.network('1337')?.node('alpha')?.state).toBe('inactive')
  })

  it.each<[string, Analyzer['analyze'], string]>([
    [
      'throws',
      // oxlint-disable-next-line require-yield -- it throws before its first observation
      async function* (events) {
        for await (const _ of events) throw new Error('cannot go on')
      },
      'cannot go on',
    ],
    [
      'says something else than metrics, logs and alarms',
      async function* (events) {
        for await (const event of events) {
          const body = { pending: 1 }
          yield {
            network: event.network,
            observation: { kind: 'pending', node: 'alpha', observedAt: 1, body } as never,
          }
        }
      },
      'an analyzer says metrics, logs and alarms, not "pending"',
    ],
    [
      'says what its kind does not allow',
      async function* (events) {
        for await (const event of events) yield height(event.network, 'alpha', 'much' as never)
      },
      'value',
    ],
  ])('one that %s is started again, and costs nobody else anything', async (_, analyze, reason) => {
    const { running } = await start({ analyzers: [{ type: 'says' }] }, { analyzers: [saying(analyze)] })
    await using server = running
    await report(server, 'alpha', 7)
    await vi.waitFor(() => {
      const part = stateOf(server, 'analyzer/says')
      expect([part?.state, part?.reason]).toEqual(['failed', expect.stringContaining(reason)])
    })
    expect(server.server.core.network('1337')?.node('alpha')?.state).toBe('active')
  })

  it('of kinds that nothing runs yet are said to be idle', async () => {
    const rule = { type: 'quorum', summary: 'Needs validators', config: z.strictObject({}) }
    const { running } = await start({}, { rules: [rule] })
    await using server = running
    expect(server.log.entries).toContainEqual(
      expect.objectContaining({ level: 'warn', fields: { families: ['rules'] } }),
    )
  })
})
