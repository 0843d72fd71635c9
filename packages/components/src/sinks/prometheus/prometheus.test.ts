import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { createMapping } from '@netstats/sdk'
import type { Observation } from '@netstats/sdk'
import {
  configFor,
  createFakeClock,
  createTestContext,
  exampleObservations,
  exampleStats,
  sinkContract,
} from '@netstats/sdk/testing'
import fc from 'fast-check'
import { uncompress } from 'snappyjs'
import { describe, expect, it } from 'vitest'
import { startHttpPeer } from '../../test-support/http-peer.ts'
import type { Answer, Posted } from '../../test-support/http-peer.ts'
import { metricOf, noAbort, sinkBatch } from '../../test-support/sink-batch.ts'
import { prometheus } from './mod.ts'
import { prometheusSamples } from './naming.ts'
import { createPage } from './page.ts'
import { openPageSink } from './sink.ts'
import { writeRequest } from './write-request.ts'

const openWrite = async (options: object = {}, answer: (posted: Posted) => Answer = () => ({ status: 204 })) => {
  const peer = await startHttpPeer(answer)
  const config = configFor(prometheus, { endpoint: `${peer.url}/api/v1/write`, ...options })
  const sink = await prometheus.open(config, createTestContext())
  return {
    peer,
    sink,
    async [Symbol.asyncDispose]() {
      await sink[Symbol.asyncDispose]()
      await peer[Symbol.asyncDispose]()
    },
  }
}
const openPage = async (options: object = {}) => {
  const clock = createFakeClock()
  const context = createTestContext({ clock })
  const config = configFor(prometheus, { listen: '127.0.0.1:0', ...options })
  const sink = await openPageSink(config, { host: '127.0.0.1', port: 0 }, context)
  const get = async (headers: Readonly<Record<string, string>> = {}, path = '/metrics', method = 'GET') => {
    const answer = await fetch(`http://127.0.0.1:${sink.address.port}${path}`, { headers, method })
    return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() }
  }
  return { clock, context, sink, get, [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose]() }
}

for (const version of ['1.0', '2.0']) {
  sinkContract(`prometheus by remote-write ${version}`, async () => {
    const { peer, sink, ...rest } = await openWrite({ version })
    return { sink, peer: (mood) => peer.mood(mood), ...rest }
  })
}
sinkContract(
  'prometheus with a page',
  async () => {
    const { sink, ...rest } = await openPage()
    return { sink, peer: () => Promise.resolve(), [Symbol.asyncDispose]: rest[Symbol.asyncDispose] }
  },
  // It is the peer that comes.
  { without: ['silent', 'away'] },
)

const samplesOf = (observation: Observation) => {
  const [item] = sinkBatch([observation]).items
  return item === undefined ? [] : prometheusSamples(item, createMapping(), 'netstats_')
}

describe('names for Prometheus', () => {
  it('are those of the API in its form, in seconds; foreign ones keep theirs', () => {
    const names = exampleObservations().flatMap((one) => samplesOf(one).map(({ name, value }) => [name, value]))
    expect(names).toContainEqual(['netstats_latency_seconds', 0.0125])
    expect(names).toContainEqual(['netstats_host_cpu_share', 0.25])
    expect(names).toContainEqual(['netstats_block_gas_used', 21_000])
    expect(samplesOf(metricOf('snmp.ifHCInOctets', 1))[0]?.name).toBe('netstats_snmp_ifHCInOctets')
  })

  it('and labels are of its grammar and in its order, whatever they are called', () => {
    const any = fc.string({ unit: 'grapheme', maxLength: 30 })
    fc.assert(
      fc.property(any, fc.dictionary(any, any, { maxKeys: 8 }), (name, labels) => {
        for (const sample of samplesOf(metricOf(name, 1, labels))) {
          expect(sample.name).toMatch(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/)
          const keys = sample.labels.map(([key]) => key)
          expect(keys).toEqual([...new Set(keys)].sort())
          for (const [key, text] of sample.labels) {
            expect(key).toMatch(/^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/)
            expect(text).not.toBe('')
          }
        }
      }),
    )
  })
})

/** Fields of a message, by number: what another reader of the wire format sees. */
const fieldsOf = (bytes: Uint8Array): readonly (readonly [number, Uint8Array | number | bigint])[] => {
  const reader = new BinaryReader(bytes)
  const found: (readonly [number, Uint8Array | number | bigint])[] = []
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    if (type === WireType.LengthDelimited) found.push([field, reader.bytes()])
    else if (type === WireType.Bit64) found.push([field, reader.double()])
    else found.push([field, Number(reader.int64())])
  }
  return found
}
const inner = (bytes: Uint8Array, field: number): readonly Uint8Array[] =>
  fieldsOf(bytes).flatMap(([number, value]) => (number === field && value instanceof Uint8Array ? [value] : []))
const textOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('utf8')

describe('a request of remote-write', () => {
  const samples = [...samplesOf(metricOf('b', 2, { z: 'é', a: '1' })), ...samplesOf(exampleStats(7))]
  const later = samples.map((one) => ({ ...one, at: one.at - 5, value: one.value + 1 }))

  it('1.0 has each series once, its labels in order, its samples by time', () => {
    const { bytes, count } = writeRequest([...samples, ...later], '1.0')
    const series = inner(bytes, 1)
    expect(series).toHaveLength(samples.length)
    expect(count).toBe(samples.length * 2)
    const [first] = series
    if (first === undefined) throw new Error('no series')
    const labels = inner(first, 1).map((label) => [textOf(inner(label, 1)[0]), textOf(inner(label, 2)[0])])
    expect(labels).toEqual([
      ['__name__', 'netstats_b'],
      ['a', '1'],
      ['network', '1337'],
      ['node', 'validator-1'],
      ['z', 'é'],
    ])
    const at = inner(first, 2).map((sample) => fieldsOf(sample))
    expect(at).toEqual([
      [
        [1, 3],
        [2, 1_767_225_600_118],
      ],
      [
        [1, 2],
        [2, 1_767_225_600_123],
      ],
    ])
  })

  it('2.0 names each text once and says the same', () => {
    const { bytes } = writeRequest(samples, '2.0')
    const symbols = inner(bytes, 4).map(textOf)
    expect(symbols[0]).toBe('')
    expect(new Set(symbols).size).toBe(symbols.length)
    const seen = inner(bytes, 5).map((series) => {
      const reader = new BinaryReader(inner(series, 1)[0] ?? new Uint8Array())
      const refs: string[] = []
      while (reader.pos < reader.len) refs.push(symbols[reader.uint32()] ?? '?')
      return refs
    })
    expect(seen[0]?.slice(0, 4)).toEqual(['__name__', 'netstats_b', 'a', '1'])
    expect(seen.flat()).not.toContain('?')
  })
})

describe('prometheus by remote-write', () => {
  it('says what it sends, compressed by snappy', async () => {
    await using t = await openWrite({ version: '2.0' })
    expect(await t.sink.deliver(sinkBatch([metricOf('x', 1)]), { signal: noAbort })).toMatchObject({
      status: 'delivered',
    })
    const [posted] = t.peer.posted
    expect(posted?.headers).toMatchObject({
      'content-encoding': 'snappy',
      'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
      'x-prometheus-remote-write-version': '2.0.0',
    })
    const plain = Buffer.from(uncompress(posted?.bytes ?? Buffer.alloc(0)))
    expect(inner(plain, 4).map(textOf)).toContain('netstats_x')
  })

  it('drops and counts the late ones that make a request refused, and writes the others', async () => {
    const written: string[] = []
    await using t = await openWrite({}, ({ bytes }) => {
      const plain = Buffer.from(uncompress(bytes)).toString('utf8')
      if (plain.includes('netstats_late')) return { status: 400, body: 'out of order sample' }
      written.push(...(plain.match(/netstats_[a-f]\b/g) ?? []))
      return { status: 204 }
    })
    const names = ['a', 'b', 'late', 'c', 'd']
    const delivery = await t.sink.deliver(sinkBatch(names.map((name) => metricOf(name, 1))), { signal: noAbort })
    expect(delivery).toMatchObject({
      status: 'delivered',
      refused: { observations: 1, reason: 'HTTP 400: out of order sample' },
    })
    expect(written).toEqual(['netstats_a', 'netstats_b', 'netstats_c', 'netstats_d'])
  })

  it.each([429, 500, 503])('tries again after %i, when the receiver says', async (status) => {
    await using t = await openWrite({}, () => ({ status, headers: { 'retry-after': '4' } }))
    const delivery = await t.sink.deliver(sinkBatch([metricOf('x', 1)]), { signal: noAbort })
    expect(delivery).toMatchObject({ status: 'retry', afterMs: 4000 })
  })

  it('counts what a receiver of 2.0 says it did not write, and waits where it does not know 2.0', async () => {
    await using t = await openWrite({ version: '2.0' }, () => ({
      status: 204,
      headers: { 'x-prometheus-remote-write-samples-written': '1' },
    }))
    const batch = sinkBatch([metricOf('x', 1), metricOf('y', 1)])
    expect(await t.sink.deliver(batch, { signal: noAbort })).toMatchObject({ refused: { observations: 1 } })
    await using old = await openWrite({ version: '2.0' }, () => ({ status: 415 }))
    expect((await old.sink.deliver(batch, { signal: noAbort })).status).toBe('retry')
  })
})

describe('the page for Prometheus', () => {
  it('shows the newest value of each series in both forms', async () => {
    await using t = await openPage()
    const values = [
      metricOf('queue', 1),
      { ...metricOf('queue', 9), observedAt: 1 } as Observation,
      metricOf('a b', 2, { q: 'x"\\\n' }),
    ]
    await t.sink.deliver(sinkBatch(values), { signal: noAbort })
    const page = await t.get()
    expect(page.type).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(page.text).toContain('# TYPE netstats_queue untyped\nnetstats_queue{network="1337",node="validator-1"} 1\n')
    expect(page.text).toContain('netstats_a_b{network="1337",node="validator-1",q="x\\"\\\\\\n"} 2\n')
    const open = await t.get({ accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5' })
    expect(open.type).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
    expect(open.text).toContain('# TYPE netstats_queue unknown\n')
    expect(open.text.endsWith('# EOF\n')).toBe(true)
  })

  it('has a bound on its series, says what it left out, and takes new ones when old ones are stale', async () => {
    await using t = await openPage({ maxSeries: 2, staleAfter: '1m' })
    const many = (...names: readonly string[]) => sinkBatch(names.map((name) => metricOf(name, 1)))
    await t.sink.deliver(many('a', 'b', 'c', 'd'), { signal: noAbort })
    expect(t.context.health.at(-1)).toContain('more than 2 series')
    expect((await t.get()).text).toContain('netstats_exporter_series_left_out_total 2\n')
    await t.clock.advance(60_000)
    expect((await t.get()).text).not.toContain('netstats_a')
    await t.sink.deliver(many('c', 'd'), { signal: noAbort })
    expect((await t.get()).text).toContain('netstats_d')
    expect(t.context.health.at(-1)).toBe('ok')
  })

  it('never holds more than its bound, whatever comes', () => {
    const samples = fc.array(fc.tuple(fc.nat(30), fc.nat(100), fc.nat(5000)), { maxLength: 200 })
    fc.assert(
      fc.property(samples, (given) => {
        let now = 0
        const page = createPage({ maxSeries: 10, staleAfterMs: 1000, now: () => now })
        for (const [name, at, passed] of given) {
          now += passed
          page.take({ name: `n${name}`, labels: [], value: at, at, type: 'gauge', from: 'n' })
          expect(page.size).toBeLessThanOrEqual(10)
        }
      }),
    )
  })

  it('lets in who brings its token, and nothing but GET', async () => {
    await using t = await openPage({ scrapeToken: 'open-sesame' })
    expect((await t.get()).status).toBe(401)
    expect((await t.get({ authorization: 'Bearer another' })).status).toBe(401)
    expect((await t.get({ authorization: 'Bearer open-sesame' })).status).toBe(200)
    expect((await t.get({}, '/metrics', 'POST')).status).toBe(405)
    expect((await t.get({ authorization: 'Bearer open-sesame' }, '/other')).status).toBe(404)
  })

  it('closes connections that speak no HTTP, and those beyond its most', async () => {
    await using t = await openPage()
    const { port } = t.sink.address
    const bad = connect(port, '127.0.0.1')
    bad.write('\u0000\u0001 no http\r\n\r\n')
    await new Promise((resolve) => bad.once('close', resolve))
    const held = await Promise.all(
      Array.from(
        { length: 64 },
        () =>
          new Promise<ReturnType<typeof connect>>((resolve) => {
            const socket = connect(port, '127.0.0.1', () => resolve(socket))
          }),
      ),
    )
    const extra = connect(port, '127.0.0.1')
    await new Promise((resolve) => extra.once('close', resolve))
    for (const socket of held) socket.destroy()
    await Promise.all(held.map((socket) => new Promise((resolve) => socket.once('close', resolve))))
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      const ask = (): void =>
        void request({ port, host: '127.0.0.1', path: '/metrics' }, resolve)
          .once('error', () => setImmediate(ask))
          .end()
      ask()
      setTimeout(() => reject(new Error('it does not answer any more')), 30_000).unref()
    })
    expect((await answered).statusCode).toBe(200)
  })
})

describe('options', () => {
  it.each([
    [{}, 'one of `listen`'],
    [{ listen: ':1', endpoint: 'http://a/' }, 'one of `listen`'],
    [{ endpoint: 'http://a/', scrapeToken: 'x' }, 'belongs to `listen`'],
  ])('%j are refused', (options, fault) => {
    const { error } = prometheus.config.safeParse(options)
    expect(error?.issues.map(({ message }) => message).join()).toContain(fault)
  })
})
