/** The otlp sink, read by the official definitions. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { exampleObservations } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { peersPython } from '../../scripts/peers.ts'
import { startPosts } from '../src/support/posts.ts'
import { openSink } from '../src/support/sink.ts'

const decode = (sort: string, encoding: string, bytes: Buffer): unknown =>
  JSON.parse(
    execFileSync(peersPython(), [join(import.meta.dirname, 'python/otlp_decode.py'), sort, encoding], {
      input: bytes,
      encoding: 'utf8',
    }),
  )

interface Decoded {
  readonly resourceMetrics?: readonly [{ readonly scopeMetrics: readonly [{ readonly metrics: readonly Named[] }] }]
  readonly resourceLogs?: readonly [{ readonly scopeLogs: readonly [{ readonly logRecords: readonly object[] }] }]
}
interface Named {
  readonly name: string
  readonly gauge: { readonly dataPoints: readonly object[] }
}

describe('what the otlp sink sends', () => {
  it.each(['protobuf', 'json'])('is read by the official definitions, by %s', async (encoding) => {
    await using receiver = await startPosts()
    await using sink = await openSink('otlp', { endpoint: receiver.url, encoding })
    expect(await sink.deliver(exampleObservations())).toMatchObject({ status: 'delivered' })
    expect(receiver.posts.map(({ path }) => path)).toEqual(['/v1/metrics', '/v1/logs'])
    const [metrics, logs] = receiver.posts.map(({ path, bytes }) => decode(path.slice(4), encoding, bytes) as Decoded)
    const gauges = metrics?.resourceMetrics?.[0].scopeMetrics[0].metrics ?? []
    expect(gauges.find(({ name }) => name === 'host.cpuShare')?.gauge.dataPoints[0]).toEqual({
      timeUnixNano: '1767225600004000000',
      asDouble: 0.25,
      attributes: [
        { key: 'node', value: { stringValue: 'node-1' } },
        { key: 'network', value: { stringValue: '1337' } },
      ],
    })
    expect(gauges.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['peers', 'pending', 'block.number', 'queue.length']),
    )
    const [line, alarm] = logs?.resourceLogs?.[0].scopeLogs[0].logRecords ?? []
    expect(line).toMatchObject({
      timeUnixNano: '1767225600007000000',
      severityNumber: 'SEVERITY_NUMBER_WARN',
      body: { stringValue: 'Peer dropped' },
    })
    expect(alarm).toMatchObject({
      severityNumber: 'SEVERITY_NUMBER_ERROR2',
      body: { stringValue: 'The disk is full.' },
    })
  })
})
