import { nodeId } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { defineSink } from '@netstats/sdk'
import { z } from '@netstats/sdk/config'
import { exampleObservations, exampleStats } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { createRegistry } from '../registry/registry.ts'
import type { SinkEntry } from '../registry/entries.ts'
import { wantsOf } from './wants.ts'
import type { PlaceOf } from './wants.ts'

const open = () => Promise.reject(new Error('never opened'))
const config = z.strictObject({})
const few = defineSink({ type: 'few', summary: 'Some kinds', config, kinds: ['node-info', 'block', 'pending'], open })
const shared = defineSink({ type: 'shared', summary: 'All nodes', config, nodes: 'all', open })
const usual = defineSink({
  type: 'usual',
  summary: 'Alarms, unless it is told otherwise',
  config,
  nodes: 'all',
  kinds: ['alarm', 'log'],
  usually: { kinds: ['alarm'] },
  open,
})
const registry = createRegistry([{ name: 'test', apiVersion: 1, sinks: [few, shared, usual] }])

/** `1337/a` is node `a` of network 1337. */
const placeOf: PlaceOf = (observation) => {
  const [network, node] = observation.node.split('/')
  return node === undefined
    ? { observation }
    : { observation: { ...observation, node: nodeId(node) }, network: network ?? '' }
}

const entry = (more: Partial<SinkEntry> = {}): SinkEntry => ({ type: 'few', policy: 'on-ack', batchSize: 500, ...more })
const wanted = (sink: SinkEntry, node: string | undefined = 'a'): readonly string[] =>
  exampleObservations(nodeId('a'))
    .filter(wantsOf(sink, registry, sink.type === 'few' ? node : undefined, placeOf, 'netstats-agent'))
    .map(({ kind }) => kind)
const isWanted = (more: Partial<SinkEntry>, observation: Observation): boolean =>
  wantsOf(entry({ type: 'shared', ...more }), registry, undefined, placeOf, 'netstats-agent')(observation)
const of = (node: string): Observation => exampleStats(1, nodeId(node))

describe('what a sink is given', () => {
  it('is what it can carry: the rest would only fill the spool', () => {
    expect(new Set(wanted(entry()))).toEqual(new Set(['node-info', 'block', 'pending']))
  })

  it('is of that what it was told to report', () => {
    expect(new Set(wanted(entry({ kinds: ['block', 'host'] })))).toEqual(new Set(['block']))
  })

  it('is what it usually reports where it was told nothing', () => {
    expect(wanted(entry({ type: 'usual' }))).toEqual(['alarm'])
    expect(wanted(entry({ type: 'usual', kinds: ['log', 'host'] }))).toEqual(['log'])
  })

  it('is not what this program says of the sink itself, and is what it says of others', () => {
    const line = (component: string, source = 'netstats-agent'): Observation => ({
      ...of('a'),
      kind: 'log',
      body: { severity: 4, source, component, message: 'has trouble' },
    })
    const alarm = (part: string): Observation => ({
      ...of('a'),
      kind: 'alarm',
      body: {
        alarm: `netstats-agent ${part}`,
        step: 'raised',
        type: 'part-unwell',
        severity: 4,
        message: 'x',
        labels: { part },
      },
    })
    for (const make of [line, alarm]) {
      expect(
        ['sink/x', 'sink/x a', 'sink/xy', 'sink/y', 'source/x'].map((part) => isWanted({ name: 'x' }, make(part))),
      ).toEqual([false, false, true, true, true])
    }
    expect(isWanted({ name: 'x' }, line('sink/x', 'another-agent'))).toBe(true)
    const long = 'x'.repeat(100)
    expect(isWanted({ name: long }, line(`sink/${long}`.slice(0, 100)))).toBe(false)
  })

  it('is nothing of other nodes', () => {
    expect(wanted(entry(), 'b')).toEqual([])
    expect(wanted(entry({ type: 'shared', nodes: ['b'] }))).toEqual([])
    expect(wanted(entry({ type: 'shared' })).length).toBe(exampleObservations(nodeId('a')).length)
  })

  it('is of the nodes that a pattern means, without those that another leaves out', () => {
    const nodes = ['validator-*', '!*-9']
    expect(isWanted({ nodes }, of('validator-1'))).toBe(true)
    expect(isWanted({ nodes }, of('1337/validator-1'))).toBe(true)
    expect(isWanted({ nodes }, of('validator-9'))).toBe(false)
    expect(isWanted({ nodes }, of('rpc-1'))).toBe(false)
    expect(isWanted({ nodes: ['!rpc-*'] }, of('validator-9'))).toBe(true)
  })

  it('is of the networks it was told, and of nodes whose network nobody knows yet', () => {
    expect(isWanted({ networks: ['1337*'] }, of('1337-abcdef01/a'))).toBe(true)
    expect(isWanted({ networks: ['1337'] }, of('5/a'))).toBe(false)
    expect(isWanted({ networks: ['1337'] }, of('a'))).toBe(true)
  })

  it('is of logs and alarms what is severe enough, and of the rest everything', () => {
    const log = (severity: number): Observation => ({
      ...of('a'),
      kind: 'log',
      body: { severity, source: 'geth', message: 'x' },
    })
    expect([3, 4, 5].filter((one) => isWanted({ severity: 'warning' }, log(one)))).toEqual([3, 4])
    expect(isWanted({ severity: 'emergency' }, of('a'))).toBe(true)
  })
})
