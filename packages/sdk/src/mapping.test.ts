import { nodeId } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMapping } from './mapping.ts'
import { matchPattern } from './pattern.ts'
import { exampleObservations } from './testing/observations.ts'

const item = (observation: Observation, network?: string) => ({ sequence: 1, observation, network })
const metric = (name: string, labels?: Record<string, string>): Observation => {
  const [example] = exampleObservations(nodeId('a')).filter(({ kind }) => kind === 'metric')
  return { ...example, kind: 'metric', body: { name, value: 3, ...(labels && { labels }) } } as Observation
}

describe('a pattern', () => {
  it('matches what a regular expression with `.*?` would, and finds the same', () => {
    const letters = fc.stringMatching(/^[ab*]{0,8}$/)
    fc.assert(
      fc.property(letters, fc.stringMatching(/^[ab]{0,12}$/), (pattern, text) => {
        const found = new RegExp(`^${pattern.split('*').join('(.*?)')}$`).exec(text)
        const own = matchPattern(pattern, text)
        expect(own !== undefined).toBe(found !== null)
        // What the stars stand for, put in again, is the text.
        let next = 0
        if (own !== undefined) expect(pattern.replaceAll('*', () => own[next++] ?? '?')).toBe(text)
      }),
    )
  })
})

describe('the mapping of a sink', () => {
  it('leaves names and labels as they are where the entry says nothing', () => {
    const mapping = createMapping()
    expect(mapping.samples(item(metric('statsd.x', { queue: 'rpc' }), '1337'))).toEqual([
      { name: 'statsd.x', value: 3, labels: { queue: 'rpc', node: 'a', network: '1337' } },
    ])
    expect(mapping.labels(item(metric('x')))).toEqual({ node: 'a' })
  })

  it('renames by the first pattern that fits, and leaves out what becomes nothing', () => {
    const mapping = createMapping({ names: { 'statsd.*': 'app.*', '*.b': '', '*': 'n.*' } })
    const names = (name: string) => mapping.samples(item(metric(name))).map((one) => one.name)
    expect(names('statsd.b')).toEqual(['app.b'])
    expect(names('a.b')).toEqual([])
    expect(names('c')).toEqual(['n.c'])
  })

  it('adds labels, fills in others, and takes away those that come out empty', () => {
    const labels = { site: 'fra1', instance: '{{network}}/{{node}}', node: '', queue: '{{nothing}}' }
    const mapping = createMapping({ labels })
    expect(mapping.samples(item(metric('x', { queue: 'rpc' }), '5'))[0]?.labels).toEqual({
      site: 'fra1',
      instance: '5/a',
      network: '5',
    })
  })

  it('keeps what a metric calls as the host does, under another name', () => {
    const [sample] = createMapping().samples(item(metric('x', { node: 'worker', network: 'lan' }), '5'))
    expect(sample?.labels).toEqual({ exported_node: 'worker', exported_network: 'lan', node: 'a', network: '5' })
  })

  it('finds numbers in every kind that has some, all finite', () => {
    const mapping = createMapping()
    for (const observation of exampleObservations()) {
      for (const { value } of mapping.samples(item(observation))) expect(Number.isFinite(value)).toBe(true)
    }
    const names = exampleObservations().flatMap((one) => mapping.samples(item(one)).map(({ name }) => name))
    expect(names).toEqual(expect.arrayContaining(['peers', 'pending', 'latencyMs', 'block.number', 'host.cpuShare']))
  })
})
