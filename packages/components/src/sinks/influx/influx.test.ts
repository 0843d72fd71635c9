import type { MappingOptions, Observation } from '@netstats/sdk'
import { createMapping } from '@netstats/sdk'
import { configFor, createTestContext, exampleObservations, exampleStats, sinkContract } from '@netstats/sdk/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { startHttpPeer } from '../../test-support/http-peer.ts'
import type { Answer, Posted } from '../../test-support/http-peer.ts'
import { alarmStep, logOf, metricOf, noAbort, sinkBatch } from '../../test-support/sink-batch.ts'
import { influx } from './mod.ts'
import { createRenderer } from './render.ts'

const open = async (options: object = {}, answer: (posted: Posted) => Answer = () => ({ status: 204 })) => {
  const peer = await startHttpPeer(answer)
  const sink = await influx.open(configFor(influx, { endpoint: peer.url, ...options }), createTestContext())
  return {
    peer,
    sink,
    async [Symbol.asyncDispose]() {
      await sink[Symbol.asyncDispose]()
      await peer[Symbol.asyncDispose]()
    },
  }
}

sinkContract('an influx sink', async () => {
  const { peer, sink, ...rest } = await open({ database: 'netstats' })
  return { sink, peer: (mood) => peer.mood(mood), ...rest }
})

const render = (observation: Observation, mapping: MappingOptions = {}, from = 1000) => {
  const [item] = sinkBatch([observation], from).items
  return item === undefined ? [] : createRenderer(createMapping(mapping))(item)
}

/** A line by the grammar of the protocol: escapes before commas, equal signs and spaces, quotes around texts. */
const parseLine = (line: string) => {
  let at = 0
  const until = (ends: string): string => {
    let text = ''
    for (; at < line.length && !ends.includes(line[at] ?? ''); at++) {
      if (line[at] === '\\' && ',= '.includes(line[at + 1] ?? '_')) at++
      text += line[at]
    }
    return text
  }
  const name = until(', ')
  const tags: Record<string, string> = {}
  while (line[at] === ',') {
    at++
    const key = until('=')
    at++
    const value = until(', ')
    if (key === '' || value === '') throw new Error('an empty tag')
    tags[key] = value
  }
  if (line[at++] !== ' ') throw new Error('no fields')
  const fields: Record<string, string | number> = {}
  do {
    const key = until('=')
    at++
    if (line[at] === '"') {
      let text = ''
      for (at++; line[at] !== '"'; at++) {
        if (line[at] === '\\' && '"\\'.includes(line[at + 1] ?? '_')) at++
        text += line[at]
      }
      at++
      fields[key] = text
    } else fields[key] = Number(until(', '))
  } while (line[at++] === ',')
  return { name, tags, fields, at: BigInt(line.slice(at)) }
}

describe("a line of InfluxDB's protocol", () => {
  it('has a number under its name, with its labels as tags and its own time', () => {
    expect(render(metricOf('queue length', 3, { area: 'a,b=c' }))).toEqual([
      'queue\\ length,area=a\\,b\\=c,network=1337,node=validator-1 value=3 1767225600123000000',
    ])
    expect(render(exampleStats(25)).map((line) => parseLine(line).name)).toContain('peers')
  })

  it('tells logs of one millisecond apart, the same way each time', () => {
    const times = [1000, 1001, 1000].map((from) => parseLine(render(logOf('x'), {}, from)[0] ?? '').at)
    expect(times[0]).not.toBe(times[1])
    expect(times[0]).toBe(times[2])
  })

  it('is read back by the grammar as it was meant, whatever names, labels and texts are', () => {
    // `__proto__` is no name that an object of JavaScript takes by assignment.
    const text = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((one) => one !== '__proto__')
    const said = (one: string): string => one.replaceAll('\\', '/').replaceAll(/\p{Cc}/gu, ' ')
    fc.assert(
      fc.property(
        text.filter((one) => one !== '' && !one.startsWith('#')),
        fc.dictionary(text, text, { maxKeys: 5 }),
        text,
        (name, labels, message) => {
          const read = parseLine(render(metricOf(name, -1.5e300, labels))[0] ?? '')
          expect(read.name).toBe(said(name))
          expect(read.fields).toEqual({ value: -1.5e300 })
          const expected = new Map([
            ['node', 'validator-1'],
            ['network', '1337'],
          ])
          for (const [label, value] of Object.entries(labels)) {
            const own = ['node', 'network'].includes(label) ? `exported_${label}` : label
            if (own !== '' && value !== '') expected.set(said(own), said(value))
          }
          expect(new Set(Object.keys(read.tags))).toEqual(new Set(expected.keys()))
          const log = parseLine(render(logOf(message))[0] ?? '')
          expect(log.fields).toEqual({ message })
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('an influx sink', () => {
  it('writes to a bucket with its token, or to a database', async () => {
    await using two = await open({ bucket: 'b c', org: 'ops', token: 'the-token' })
    await two.sink.deliver(sinkBatch([metricOf('x', 1), alarmStep('raised')]), { signal: noAbort })
    const [posted] = two.peer.posted
    expect(posted?.path).toBe('/api/v2/write?bucket=b+c&org=ops&precision=ns')
    expect(posted?.headers['authorization']).toBe('Token the-token')
    expect(posted?.body.split('\n').length).toBe(2)
    await using one = await open({ database: 'd', basic: { user: 'u', password: 'p' } })
    await one.sink.deliver(sinkBatch([metricOf('x', 1)]), { signal: noAbort })
    expect(one.peer.posted[0]?.path).toBe('/write?db=d&precision=ns')
    expect(one.peer.posted[0]?.headers['authorization']).toMatch(/^Basic /)
  })

  it('counts what of a partial write was not taken, and says why', async () => {
    const body = '{"error":"partial write: field type conflict: input field \\"value\\" is string dropped=2"}'
    await using t = await open({ database: 'd' }, () => ({ status: 400, body }))
    const batch = sinkBatch([metricOf('x', 1), metricOf('y', 1), metricOf('z', 1)])
    expect(await t.sink.deliver(batch, { signal: noAbort })).toMatchObject({
      status: 'delivered',
      refused: { observations: 2, reason: expect.stringContaining('field type conflict') },
    })
  })

  it('finds the one that is refused where the peer names no number, and writes the others', async () => {
    const stored = new Set<string>()
    await using t = await open({ bucket: 'b' }, ({ body }) => {
      if (body.includes('bad')) return { status: 400, body: '{"code":"invalid","message":"unable to parse"}' }
      for (const line of body.split('\n')) stored.add(line.split(',')[0] ?? '')
      return { status: 204 }
    })
    const names = ['a', 'b', 'bad', 'c', 'd', 'e', 'f']
    expect(await t.sink.deliver(sinkBatch(names.map((name) => metricOf(name, 1))), { signal: noAbort })).toMatchObject({
      status: 'delivered',
      refused: { observations: 1 },
    })
    expect([...stored].sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  })

  it('waits where the database is not there or the token is wrong', async () => {
    for (const status of [401, 404, 429, 503]) {
      await using t = await open({ database: 'd' }, () => ({ status, headers: { 'retry-after': '3' } }))
      const delivery = await t.sink.deliver(sinkBatch([metricOf('x', 1)]), { signal: noAbort })
      expect(delivery).toMatchObject({ status: 'retry', afterMs: 3000 })
    }
  })

  it('asks for nothing where a batch holds no numbers', async () => {
    await using t = await open({ database: 'd' })
    const [info] = exampleObservations()
    if (info === undefined) throw new Error('no example')
    expect(await t.sink.deliver(sinkBatch([info]), { signal: noAbort })).toEqual({ status: 'delivered' })
    expect(t.peer.posted).toEqual([])
  })
})
