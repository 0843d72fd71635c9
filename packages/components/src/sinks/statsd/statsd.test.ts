import { configFor, createTestContext, exampleObservations, sinkContract } from '@netstats/sdk/testing'
import type { MappingOptions } from '@netstats/sdk'
import { createMapping } from '@netstats/sdk'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { startTcpPeer, startUdpPeer } from '../../test-support/byte-peer.ts'
import { alarmStep, logOf, metricOf, noAbort, sinkBatch } from '../../test-support/sink-batch.ts'
import { statsd } from './mod.ts'
import { pack } from './pack.ts'
import { createRenderer } from './render.ts'

const open = (endpoint: string, more: object = {}) =>
  statsd.open(configFor(statsd, { endpoint, ...more }), createTestContext())

sinkContract(
  'a statsd sink over UDP',
  async () => {
    const peer = await startUdpPeer()
    const sink = await open(peer.endpoint)
    return {
      sink,
      peer: () => Promise.resolve(),
      async [Symbol.asyncDispose]() {
        await sink[Symbol.asyncDispose]()
        await peer[Symbol.asyncDispose]()
      },
    }
  },
  { without: ['silent', 'away'] },
)

sinkContract(
  'a statsd sink over TCP',
  async () => {
    const peer = await startTcpPeer()
    const sink = await open(peer.endpoint, { transport: 'tcp' })
    return {
      sink,
      peer: (mood) => (mood === 'away' ? peer.leave() : peer.comeBack()),
      async [Symbol.asyncDispose]() {
        await sink[Symbol.asyncDispose]()
        await peer[Symbol.asyncDispose]()
      },
    }
  },
  // What the peer does not read waits in the kernel, which took it.
  { without: ['silent'] },
)

const plain = (mapping: MappingOptions = {}, prefix = 'netstats.{{network}}.{{node}}.') =>
  createRenderer({ dialect: 'plain', prefix }, createMapping(mapping))
const dog = createRenderer({ dialect: 'dogstatsd', prefix: 'netstats.' }, createMapping())
const item = (observation: Parameters<typeof sinkBatch>[0][number]) => {
  const [first] = sinkBatch([observation]).items
  if (first === undefined) throw new Error('no item')
  return first
}

/** A line as the reference implementation splits it (stats.js): by line feed, by the first colon, by pipes. */
const parseLines = (text: string) =>
  text.split('\n').map((line) => {
    const colon = line.indexOf(':')
    const [value = '', type = '', ...more] = line.slice(colon + 1).split('|')
    const tags = more.find((one) => one.startsWith('#'))
    return {
      name: line.slice(0, colon),
      value: Number(value),
      sign: value[0],
      type,
      tags: tags?.slice(1).split(',') ?? [],
    }
  })

describe('a line of StatsD', () => {
  it('has network, node and labels in its name, each in a place of its own', () => {
    expect(plain()(item(metricOf('queue.length', 3, { queue: 'rpc.a', area: 'b c' })))).toEqual([
      'netstats.1337.validator-1.queue.length.area.b_c.queue.rpc_a:3|g',
    ])
    expect(plain({}, 'eth.')(item(metricOf('x', 1)))).toEqual(['eth.x.network.1337.node.validator-1:1|g'])
    expect(plain({ labels: { network: '' } })(item(metricOf('x', 1)))).toEqual(['netstats.validator-1.x:1|g'])
  })

  it('sets a negative gauge from nothing, because a sign means more or less', () => {
    expect(plain({}, '')(item(metricOf('x', -2.5)))).toEqual([
      'x.network.1337.node.validator-1:0|g\nx.network.1337.node.validator-1:-2.5|g',
    ])
    expect(dog(item(metricOf('x', -2.5)))[0]).toContain('netstats.x:-2.5|g|#')
  })

  it('is a timer for durations, a counter for losses and a gauge otherwise', () => {
    const types = Object.fromEntries(
      exampleObservations().flatMap((one) => plain()(item(one)).map((line) => [one.kind, line.split('|')[1]] as const)),
    )
    expect(types).toEqual({
      'node-stats': 'g',
      pending: 'g',
      latency: 'ms',
      block: 'g',
      'block-processing': 'ms',
      host: 'g',
      gap: 'c',
      metric: 'g',
      log: 'c',
      alarm: 'c',
    })
  })

  it('is an event and a service check for an alarm where there are tags', () => {
    const [event, check] = dog(item(alarmStep('raised', { message: 'ünder | water' })))
    expect(event).toBe(
      '_e{19,14}:critical: node-down|ünder / water|d:1767225600|t:error|#node:validator-1,network:1337,kind:alarm',
    )
    expect(check).toBe('_sc|netstats.node-down|2|d:1767225600|#node:validator-1,network:1337|m:ünder / water')
    expect(dog(item(alarmStep('cleared')))[1]).toContain('|0|')
    expect(dog(item(logOf('a\nb', 6)))[0]).toContain(String.raw`|a\nb|`)
  })

  it('is read back by the rules of StatsD as it was meant, whatever names, labels and numbers are', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 })
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 })
    fc.assert(
      fc.property(text, finite, fc.dictionary(text, text, { maxKeys: 5 }), (name, value, labels) => {
        const observation = item(metricOf(name, value, labels))
        const [line = ''] = plain()(observation)
        const read = parseLines(line)
        expect(read.length).toBe(value < 0 ? 2 : 1)
        const last = read.at(-1)
        expect(last).toMatchObject({ type: 'g', tags: [] })
        expect(last?.name).toMatch(/^netstats\.1337\.validator-1(?:\.[\w-]+)*$/)
        expect(last?.value).toBeCloseTo(value === 0 ? 0 : value, 10)
        const [tagged] = parseLines(dog(observation)[0] ?? '')
        expect(tagged?.value).toBeCloseTo(value === 0 ? 0 : value, 10)
        // One tag for each label of the metric, and node and network.
        expect(tagged?.tags.length).toBe(Object.keys(labels).length + 2)
      }),
      { numRuns: 500 },
    )
  })
})

describe('datagrams', () => {
  it('hold all lines in their order, none longer than allowed', () => {
    const lines = fc.array(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).map((one) => one.replaceAll('\n', ' ')),
    )
    fc.assert(
      fc.property(lines, fc.integer({ min: 20, max: 200 }), (given, most) => {
        const { datagrams, tooLong } = pack(given, most)
        const fits = given.filter((one) => Buffer.byteLength(one) <= most)
        expect(tooLong).toBe(given.length - fits.length)
        expect(datagrams.every((one) => one.length <= most)).toBe(true)
        expect(datagrams.flatMap((one) => one.toString().split('\n'))).toEqual(fits)
      }),
    )
  })

  it('carry what a batch says, and what fits into none is refused', async () => {
    await using peer = await startUdpPeer()
    await using sink = await open(peer.endpoint, { maxPacketBytes: 512 })
    const many = Array.from({ length: 50 }, (_, i) => metricOf(`m${i}`, i))
    const long = metricOf('x', 1, { a: 'y'.repeat(600) })
    expect(await sink.deliver(sinkBatch([...many, long]), { signal: noAbort })).toMatchObject({
      status: 'delivered',
      refused: { observations: 1 },
    })
    await vi.waitFor(() => expect(peer.received().join('\n').split('\n').length).toBe(50))
    expect(peer.received().length).toBeLessThan(10)
  })
})
