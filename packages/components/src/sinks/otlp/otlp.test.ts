import { createTestContext, configFor, exampleObservations, exampleStats, sinkContract } from '@netstats/sdk/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { startHttpPeer } from '../../test-support/http-peer.ts'
import type { Answer, Posted } from '../../test-support/http-peer.ts'
import { alarmStep, logOf, metricOf, noAbort, sinkBatch } from '../../test-support/sink-batch.ts'
import { otlp } from './mod.ts'
import { partialOf } from './partial.ts'

const open = async (options: object = {}, answer: (posted: Posted) => Answer = () => ({ status: 200 })) => {
  const peer = await startHttpPeer(answer)
  const context = createTestContext()
  const sink = await otlp.open(configFor(otlp, { endpoint: `${peer.url}/base/`, ...options }), context)
  return {
    peer,
    sink,
    context,
    async [Symbol.asyncDispose]() {
      await sink[Symbol.asyncDispose]()
      await peer[Symbol.asyncDispose]()
    },
  }
}

for (const encoding of ['protobuf', 'json']) {
  sinkContract(`an otlp sink by ${encoding}`, async () => {
    const { peer, sink, ...rest } = await open({ encoding })
    return { sink, peer: (mood) => peer.mood(mood), ...rest }
  })
}

interface JsonLogs {
  readonly resourceLogs: readonly [
    { readonly scopeLogs: readonly [{ readonly logRecords: readonly Readonly<Record<string, unknown>>[] }] },
  ]
}
interface JsonMetrics {
  readonly resourceMetrics: readonly [
    { readonly scopeMetrics: readonly [{ readonly metrics: readonly Readonly<Record<string, unknown>>[] }] },
  ]
}

describe('an otlp sink', () => {
  it('posts numbers as metrics and words as logs, each to its place, compressed and with its own time', async () => {
    await using t = await open({ encoding: 'json', resource: { 'service.name': 'chain' } })
    const batch = sinkBatch([metricOf('queue', 3, { area: 'x' }), logOf('Peer dropped'), alarmStep('raised')])
    expect(await t.sink.deliver(batch, { signal: noAbort })).toEqual({ status: 'delivered' })
    const [metrics, logs] = t.peer.posted
    expect([metrics?.path, logs?.path]).toEqual(['/base/v1/metrics', '/base/v1/logs'])
    expect(metrics?.headers).toMatchObject({ 'content-type': 'application/json', 'content-encoding': 'gzip' })
    expect(metrics?.body).toContain('{"key":"service.name","value":{"stringValue":"chain"}}')
    const [gauge] = (JSON.parse(metrics?.body ?? '') as JsonMetrics).resourceMetrics[0].scopeMetrics[0].metrics
    expect(gauge).toEqual({
      name: 'queue',
      gauge: {
        dataPoints: [
          {
            timeUnixNano: '1767225600123000000',
            asDouble: 3,
            attributes: [
              { key: 'area', value: { stringValue: 'x' } },
              { key: 'node', value: { stringValue: 'validator-1' } },
              { key: 'network', value: { stringValue: '1337' } },
            ],
          },
        ],
      },
    })
    const [line, alarm] = (JSON.parse(logs?.body ?? '') as JsonLogs).resourceLogs[0].scopeLogs[0].logRecords
    expect(line).toMatchObject({ severityNumber: 13, severityText: 'warning', body: { stringValue: 'Peer dropped' } })
    expect(alarm).toMatchObject({ severityNumber: 18, timeUnixNano: '1767225600000000000' })
    expect(JSON.stringify(alarm)).toContain('{"key":"alarm.step","value":{"stringValue":"raised"}}')
  })

  it('asks for nothing where there is nothing of a sort, and leaves out compression where told', async () => {
    await using t = await open({ compression: 'none' })
    await t.sink.deliver(sinkBatch([exampleStats(1)]), { signal: noAbort })
    expect(t.peer.posted.map(({ path }) => path)).toEqual(['/base/v1/metrics'])
    expect(t.peer.posted[0]?.headers['content-encoding']).toBeUndefined()
    expect(t.peer.posted[0]?.headers['content-type']).toBe('application/x-protobuf')
  })

  it.each([429, 502, 503, 504])('tries again after %i, when the receiver says', async (status) => {
    await using t = await open({}, () => ({ status, headers: { 'retry-after': '7' } }))
    const delivery = await t.sink.deliver(sinkBatch([metricOf('x', 1)]), { signal: noAbort })
    expect(delivery).toMatchObject({ status: 'retry', afterMs: 7000 })
  })

  it.each([400, 500, 501])('does not try again after %i', async (status) => {
    await using t = await open({}, () => ({ status, body: 'no' }))
    const delivery = await t.sink.deliver(sinkBatch([metricOf('x', 1)]), { signal: noAbort })
    expect(delivery).toEqual({ status: 'rejected', reason: `HTTP ${status}: no` })
  })

  it('finds the one that makes a request refused, and delivers the others', async () => {
    const stored = new Set<string>()
    await using t = await open({ encoding: 'json' }, ({ body }) => {
      if (body.includes('"bad"')) return { status: 400 }
      for (const [, name] of body.matchAll(/"name":"([a-f])"/g)) stored.add(name ?? '')
      return { status: 200 }
    })
    const names = ['a', 'b', 'bad', 'c', 'd', 'e', 'f']
    const delivery = await t.sink.deliver(sinkBatch(names.map((name) => metricOf(name, 1))), { signal: noAbort })
    expect(delivery).toMatchObject({ status: 'delivered', refused: { observations: 1 } })
    expect([...stored].sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  })

  it('sends what was delivered no second time when the other sort was not', async () => {
    let away = true
    await using t = await open({}, ({ path }) => ({ status: path.endsWith('logs') && away ? 503 : 200 }))
    const batch = sinkBatch([metricOf('x', 1), logOf('y')])
    expect((await t.sink.deliver(batch, { signal: noAbort })).status).toBe('retry')
    away = false
    expect((await t.sink.deliver(batch, { signal: noAbort })).status).toBe('delivered')
    expect(t.peer.posted.map(({ path }) => path.slice(9))).toEqual(['metrics', 'logs', 'logs'])
  })

  it('counts what a partial success leaves out, and says why', async () => {
    // partial_success { rejected_data_points: 300, error_message: "too old" }
    const said = Buffer.from([0x0a, 0x0c, 0x08, 0xac, 0x02, 0x12, 0x07, ...Buffer.from('too old')])
    await using t = await open({}, () => ({
      status: 200,
      headers: { 'content-type': 'application/x-protobuf' },
      body: said,
    }))
    const batch = sinkBatch([metricOf('x', 1), metricOf('y', 1)])
    expect(await t.sink.deliver(batch, { signal: noAbort })).toEqual({ status: 'rejected', reason: 'too old' })
    expect(partialOf('application/x-protobuf', said)).toEqual({ rejected: 300, reason: 'too old' })
    const json = Buffer.from('{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"no"}}')
    expect(partialOf('application/json', json)).toEqual({ rejected: 2, reason: 'no' })
  })

  it('takes an answer of success for one, whatever is in it', () => {
    fc.assert(
      fc.property(fc.constantFrom('application/json', 'application/x-protobuf'), fc.uint8Array(), (type, bytes) => {
        const { rejected, reason } = partialOf(type, Buffer.from(bytes))
        expect(Number.isSafeInteger(rejected) && rejected >= 0 && typeof reason === 'string').toBe(true)
      }),
    )
  })

  it('shows no login where the receiver repeats it', async () => {
    await using t = await open({ bearer: 'the-very-token' }, () => ({ status: 400, body: 'bad: the-very-token' }))
    const delivery = await t.sink.deliver(sinkBatch(exampleObservations().slice(0, 2)), { signal: noAbort })
    expect(t.peer.posted[0]?.headers['authorization']).toBe('Bearer the-very-token')
    expect(JSON.stringify(delivery)).not.toContain('the-very-token')
  })
})
