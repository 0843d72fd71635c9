import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { nodeId } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { observationsIn } from '@netstats/sdk'
import { createFakeClock, createTestContext, sourceContract } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { prometheusConfig } from './config.ts'
import { openPrometheusSource } from './source.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

const startExporter = async (answer: Answer) => {
  const asked: IncomingMessage[] = []
  const server = createServer((request, response) => {
    asked.push(request)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const host = `127.0.0.1:${port}`
  return {
    host,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
const says =
  (...pages: readonly string[]): Answer =>
  (_, response) => {
    const page = pages.length > 1 ? (pages[turn++ % pages.length] ?? '') : (pages[0] ?? '')
    response.end(page)
  }
let turn = 0

/** What the first looks see. */
const look = async (options: Readonly<Record<string, unknown>>, looks = 1) => {
  const clock = createFakeClock()
  const context = createTestContext({ clock })
  const config = { ...prometheusConfig.parse(options), node: nodeId('node-1') }
  await using source = await openPrometheusSource(config, context)
  const stop = new AbortController()
  const seen: (readonly Observation[])[] = []
  for await (const given of source.observe({ signal: stop.signal })) {
    seen.push(observationsIn(given))
    if (seen.length >= looks) stop.abort()
    else void clock.untilSleeping().then(() => clock.advance(config.interval))
  }
  const flat = (one: Observation): string => {
    if (one.kind !== 'metric') return one.kind
    const labels = Object.entries(one.body.labels ?? {}).filter(([name]) => name !== 'endpoint')
    return `${one.body.name}${labels.map(([name, value]) => ` ${name}=${value}`).join('')} ${one.body.value}`
  }
  return { context, seen, said: seen.map((one) => one.map(flat).filter((text) => !text.includes('scrapeSeconds'))) }
}

/** What an exporter may do wrong, and what is said of it. */
const faults: readonly (readonly [string, Answer, string])[] = [
  ['an error', (_, response) => response.writeHead(500).end('a 1'), 'answered with HTTP 500'],
  ['a page that is too long', says('a 1\n'.repeat(600)), 'more than 1024 bytes'],
  [
    'a packed page that is too long',
    (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('a 1\n'.repeat(9000))),
    'more than 1024 bytes',
  ],
  ['no page at all', (_, response) => response.destroy(), 'cannot be read'],
  ['a page of another sort', says('<html>'), 'has no metrics'],
  ['nothing for too long', () => undefined, 'did not answer within 200 ms'],
  [
    'OpenMetrics without its end',
    (_, response) => response.writeHead(200, { 'content-type': 'application/openmetrics-text' }).end('a 1\n'),
    'was cut',
  ],
]

describe('a page of metrics', () => {
  it('becomes metrics of the node, those chosen, under the names chosen, without buckets and what is no number', async () => {
    const page = `# TYPE chain_head_block gauge
chain_head_block 12
chain_head_header 13
go_goroutines 5
rpc_seconds_bucket{le="1"} 2
rpc_seconds_sum 1.5
quantile{quantile="0.5"} NaN
peers{direction="in",host="a"} 3
`
    await using exporter = await startExporter(says(page))
    const { said, context, seen } = await look({
      endpoint: `http://${exporter.host}/metrics`,
      rename: { 'chain_head_*': 'geth.head.*' },
      labels: ['!host'],
    })
    expect(said[0]).toEqual([
      'prometheus.up 1',
      'prometheus.series 4',
      'prometheus.seriesGone 0',
      'geth.head.block 12',
      'geth.head.header 13',
      'rpc_seconds_sum 1.5',
      'peers direction=in 3',
    ])
    expect(context.health).toEqual(['ok'])
    expect(seen[0]?.[0]).toMatchObject({ node: 'node-1', body: { labels: { endpoint: exporter.host } } })
    expect(exporter.asked[0]?.headers.accept).toContain('application/openmetrics-text;version=1.0.0')
  })

  it('has no more values of a series that is gone, and says how many went', async () => {
    turn = 0
    await using exporter = await startExporter(says('a 1\nb{x="1"} 2\nb{x="2"} 3\n', 'a 1\nb{x="1"} 2\n'))
    const { said } = await look({ endpoint: `http://${exporter.host}/` }, 2)
    expect(said[1]).toEqual(['prometheus.up 1', 'prometheus.series 2', 'prometheus.seriesGone 1', 'a 1', 'b x=1 2'])
  })

  it.each(faults)('is down with %s, and the source well again with the next', async (_, answer, reason) => {
    let isFirst = true
    await using exporter = await startExporter((request, response) => {
      if (!isFirst) return void response.end('a 1\n')
      isFirst = false
      answer(request, response)
    })
    const { said, context } = await look(
      { endpoint: `http://${exporter.host}/`, timeout: '200ms', maxBytes: '1KiB' },
      2,
    )
    expect(said).toEqual([
      ['prometheus.up 0'],
      ['prometheus.up 1', 'prometheus.series 1', 'prometheus.seriesGone 0', 'a 1'],
    ])
    expect(context.health[0]).toContain(reason)
    expect(context.health.at(-1)).toBe('ok')
    expect(context.counts['looks_failed']).toBe(1)
  })

  it('is asked for with a login, which no message shows', async () => {
    const status401: Answer = (_, response) => response.writeHead(401).end()
    await using exporter = await startExporter(status401)
    const { context } = await look({ endpoint: `http://user:geheim@${exporter.host}/` })
    await look({ endpoint: `http://${exporter.host}/`, bearer: 'geheim' })
    await look({ endpoint: `http://${exporter.host}/`, basic: { user: 'user', password: 'geheim' } })
    const basic = `Basic ${Buffer.from('user:geheim').toString('base64')}`
    expect(exporter.asked.map(({ headers }) => headers.authorization)).toEqual([basic, 'Bearer geheim', basic])
    expect(JSON.stringify([context.health, context.log.entries])).not.toContain('geheim')
  })

  it('is bounded in series, labels and names, and says so', async () => {
    const many = Array.from({ length: 30 }, (_, i) => `l${i}="${'x'.repeat(300)}"`).join()
    await using exporter = await startExporter(says(`a{${many}} 1\nb 2\nc 3\n${'n'.repeat(201)} 4\n`))
    const { seen, context } = await look({ endpoint: `http://${exporter.host}/`, maxSeries: 2 })
    const metrics = (seen[0] ?? []).flatMap((one) => (one.kind === 'metric' ? [one.body] : []))
    const a = metrics.find(({ name }) => name === 'a')
    expect(Object.values(a?.labels ?? {})).toEqual(Array(10).fill('x'.repeat(100)))
    expect(metrics.map(({ name }) => name)).not.toContain('c')
    expect(context.counts['series_left_out']).toBe(2)
    expect(context.health[0]).toBe('2 series more than the 2 that are kept')
  })
})

sourceContract('prometheus', async () => {
  const exporter = await startExporter(says('a 1\nb 2\n'))
  const config = prometheusConfig.parse({ endpoint: `http://${exporter.host}/`, interval: '1s' })
  const source = await openPrometheusSource({ ...config, node: nodeId('node-1') }, createTestContext())
  return {
    source,
    [Symbol.asyncDispose]: async () => {
      await source[Symbol.asyncDispose]()
      await exporter[Symbol.asyncDispose]()
    },
  }
})
