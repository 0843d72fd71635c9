/** The prometheus sink: scraped and written to real receivers, and 2.0 read by an independent decoder. */
import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeId } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { exampleObservations } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { findProgram, peersPython } from '../../scripts/peers.ts'
import { answersAt, startPeer } from '../src/support/peer-process.ts'
import { startPosts } from '../src/support/posts.ts'
import { freePort, until } from '../src/support/processes.ts'
import { openSink } from '../src/support/sink.ts'

const metric = (name: string, value: number, at: number, labels: Readonly<Record<string, string>> = {}): Observation =>
  ({ kind: 'metric', node: nodeId('validator-1'), observedAt: at, body: { name, value, labels } }) as Observation

const startPrometheus = async (scrape?: number) => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const jobs =
    scrape === undefined ? [] : [{ job_name: 'sink', static_configs: [{ targets: [`127.0.0.1:${scrape}`] }] }]
  const peer = await startPeer({
    program: 'prometheus',
    prepare: (folder) =>
      writeFileSync(
        join(folder, 'prometheus.yml'),
        JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: jobs }),
      ),
    args: (folder) => [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-remote-write-receiver',
    ],
    ready: () => answersAt(`${url}/-/ready`),
  })
  /** Values of the series that a query names, with their times. */
  const ask = async (query: string) => {
    const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`)
    const { data } = (await answer.json()) as { readonly data: { readonly result: readonly Result[] } }
    return data.result
  }
  return { ...peer, url, ask }
}
interface Result {
  readonly metric: Readonly<Record<string, string>>
  readonly value?: readonly [number, string]
  readonly values?: readonly (readonly [number, string])[]
}

describe('the prometheus sink', () => {
  it('shows a page that Prometheus scrapes and promtool has no fault with', async () => {
    const port = await freePort()
    await using sink = await openSink('prometheus', { listen: `127.0.0.1:${port}` })
    await sink.deliver(exampleObservations(nodeId('validator-1')))
    await using prometheus = await startPrometheus(port)
    const [found] = await until(
      'the first scrape',
      async () => {
        const result = await prometheus.ask('netstats_host_cpu_share')
        return result.length > 0 ? result : undefined
      },
      prometheus,
    )
    expect(found?.metric).toMatchObject({ node: 'validator-1', network: '1337', job: 'sink' })
    expect(found?.value?.[1]).toBe('0.25')
    const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    const checked = spawnSync(findProgram('promtool') ?? 'promtool', ['check', 'metrics'], {
      input: page,
      encoding: 'utf8',
    })
    expect([checked.status, checked.stdout, checked.stderr]).toEqual([0, '', ''])
  })

  it('writes to Prometheus what it stores with its time, and counts what is too late for it', async () => {
    await using prometheus = await startPrometheus()
    await using sink = await openSink('prometheus', { endpoint: `${prometheus.url}/api/v1/write` })
    const now = Date.now()
    const first = [
      metric('queue', 1, now - 2000),
      metric('queue', 2, now - 1000),
      metric('other', 5, now, { q: 'é"\\' }),
    ]
    expect(await sink.deliver(first)).toMatchObject({ status: 'delivered' })
    const [queue] = await prometheus.ask('netstats_queue[1m]')
    expect(queue?.values).toEqual([
      [(now - 2000) / 1000, '1'],
      [(now - 1000) / 1000, '2'],
    ])
    expect((await prometheus.ask('netstats_other'))[0]?.metric['q']).toBe('é"\\')
    // The same again is no fault: a batch whose answer was lost comes again.
    const again = await sink.deliver([metric('queue', 2, now - 1000)])
    expect(again).toMatchObject({ status: 'delivered' })
    expect('refused' in again ? again.refused : undefined).toBeUndefined()
    const late = await sink.deliver([
      metric('queue', 9, now - 60_000),
      metric('queue', 3, now),
      metric('fresh', 7, now),
    ])
    expect(late).toMatchObject({
      status: 'delivered',
      refused: { observations: 1, reason: expect.stringContaining('out of order') },
    })
    expect((await prometheus.ask('netstats_queue'))[0]?.value?.[1]).toBe('3')
    expect((await prometheus.ask('netstats_fresh'))[0]?.value?.[1]).toBe('7')
  })

  it('writes to VictoriaMetrics', async () => {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    await using victoria = await startPeer({
      program: 'victoria-metrics',
      args: (folder) => [
        `-storageDataPath=${folder}/data`,
        `-httpListenAddr=127.0.0.1:${port}`,
        '-search.latencyOffset=0s',
      ],
      ready: () => answersAt(`${url}/health`),
    })
    await using sink = await openSink('prometheus', { endpoint: `${url}/api/v1/write` }, { labels: { site: 'fra1' } })
    const at = Date.now() - 5000
    expect(await sink.deliver([metric('queue', 4, at), metric('queue', 5, at + 1000)])).toMatchObject({
      status: 'delivered',
    })
    const stored = await until(
      'the samples in VictoriaMetrics',
      async () => {
        await fetch(`${url}/internal/force_flush`)
        const answer = await fetch(`${url}/api/v1/export?match[]=netstats_queue`, { method: 'POST' })
        const text = await answer.text()
        return text === '' ? undefined : (JSON.parse(text) as object)
      },
      victoria,
    )
    expect(stored).toMatchObject({
      metric: { __name__: 'netstats_queue', node: 'validator-1', network: '1337', site: 'fra1' },
      values: [4, 5],
      timestamps: [at, at + 1000],
    })
  })

  it('writes 2.0 as its published definition says', async () => {
    await using receiver = await startPosts()
    await using sink = await openSink('prometheus', { endpoint: receiver.url, version: '2.0' })
    const many = Array.from({ length: 300 }, (_, i) => metric('queue', i, 1000 + i, { q: `queue ${i % 7}` }))
    await sink.deliver([...exampleObservations(), ...many])
    const [post] = receiver.posts
    expect(post?.type).toBe('application/x-protobuf;proto=io.prometheus.write.v2.Request')
    const script = join(import.meta.dirname, 'python/remote_write_decode.py')
    const text = execFileSync(peersPython(), [script], { input: post?.bytes ?? '', encoding: 'utf8' })
    const series = JSON.parse(text) as readonly {
      readonly labels: Readonly<Record<string, string>>
      readonly samples: readonly (readonly [number, number])[]
      readonly type: number
    }[]
    const queues = series.filter(({ labels }) => labels['__name__'] === 'netstats_queue')
    expect(queues).toHaveLength(7)
    expect(queues[3]?.samples.slice(0, 2)).toEqual([
      [1003, 3],
      [1010, 10],
    ])
    const share = series.find(({ labels }) => labels['__name__'] === 'netstats_host_cpu_share')
    expect(share).toEqual({
      labels: { __name__: 'netstats_host_cpu_share', network: '1337', node: 'node-1' },
      samples: [[1_767_225_600_004, 0.25]],
      type: 2,
    })
  })
})
