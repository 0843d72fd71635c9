/** The influx sink and real receivers of its protocol: what they stored is asked for. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeId } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { exampleObservations } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { answersAt, startPeer } from '../src/support/peer-process.ts'
import { freePort, until } from '../src/support/processes.ts'
import { openSink } from '../src/support/sink.ts'

const node = nodeId('validator-1')
const observations = exampleObservations(node)
const metric = (name: string, labels: Readonly<Record<string, string>>): Observation =>
  ({ kind: 'metric', node, observedAt: 1_767_225_600_123, body: { name, value: -1.5, labels } }) as Observation
const odd = metric('odd, name=x', { 'a b': 'c=d, "e" f/', empty: '', größe: '€' })

const startInfluxdb = async () => {
  const [http, rpc] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${http}`
  const peer = await startPeer({
    program: 'influxd',
    prepare: (folder) =>
      writeFileSync(
        join(folder, 'influxdb.conf'),
        [
          'reporting-disabled = true',
          `bind-address = "127.0.0.1:${rpc}"`,
          `[meta]\ndir = "${folder}/meta"`,
          `[data]\ndir = "${folder}/data"\nwal-dir = "${folder}/wal"`,
          '[monitor]\nstore-enabled = false',
          `[http]\nbind-address = "127.0.0.1:${http}"\nlog-enabled = false\n`,
        ].join('\n'),
      ),
    args: (folder) => ['-config', join(folder, 'influxdb.conf')],
    ready: () => answersAt(`${url}/ping`),
  })
  const query = async (text: string) => {
    const answer = await fetch(`${url}/query?db=t&epoch=ms&q=${encodeURIComponent(text)}`, { method: 'POST' })
    const { results } = (await answer.json()) as {
      readonly results: readonly { readonly series?: readonly Series[] }[]
    }
    return results[0]?.series ?? []
  }
  await query('create database t')
  return { ...peer, url, query }
}

interface Series {
  readonly name: string
  readonly columns: readonly string[]
  readonly values: readonly (readonly (string | number | null)[])[]
}
const rowOf = (series: Series | undefined): Readonly<Record<string, string | number | null>> =>
  Object.fromEntries(series?.columns.map((column, i) => [column, series.values[0]?.[i] ?? null]) ?? [])

describe('InfluxDB stores what the influx sink writes', () => {
  it('with its time, labels and names, and once though it comes twice', async () => {
    await using influxdb = await startInfluxdb()
    await using sink = await openSink('influx', { endpoint: influxdb.url, database: 't' })
    for (let i = 0; i < 2; i++) expect(await sink.deliver([odd, ...observations])).toEqual({ status: 'delivered' })
    expect(rowOf((await influxdb.query('select * from peers'))[0])).toEqual({
      time: 1_767_225_600_025,
      network: '1337',
      node: 'validator-1',
      value: 25,
    })
    expect(rowOf((await influxdb.query('select * from "odd, name=x"'))[0])).toEqual({
      time: 1_767_225_600_123,
      'a b': 'c=d, "e" f/',
      größe: '€',
      network: '1337',
      node: 'validator-1',
      value: -1.5,
    })
    expect((await influxdb.query('select * from peers'))[0]?.values.length).toBe(1)
    const [alarms] = await influxdb.query('select message, step, severity from alarm')
    expect(rowOf(alarms)).toMatchObject({ message: 'The disk is full.', step: 'raised', severity: 'critical' })
  })

  it('and refuses what has another type than before: counted and said, the rest is stored', async () => {
    await using influxdb = await startInfluxdb()
    const write = { method: 'POST', body: 'taken value="a text" 1767225600123000000' }
    expect((await fetch(`${influxdb.url}/write?db=t`, write)).status).toBe(204)
    await using sink = await openSink('influx', { endpoint: influxdb.url, database: 't' })
    expect(await sink.deliver([metric('taken', {}), metric('free', {})])).toMatchObject({
      status: 'delivered',
      refused: { observations: 1, reason: expect.stringContaining('field type conflict') },
    })
    expect((await influxdb.query('select * from free'))[0]?.values.length).toBe(1)
  })

  it('and waits for a database that is not there yet', async () => {
    await using influxdb = await startInfluxdb()
    await using sink = await openSink('influx', { endpoint: influxdb.url, database: 'missing' })
    expect(await sink.deliver(observations)).toMatchObject({
      status: 'retry',
      reason: expect.stringContaining('database not found'),
    })
    await influxdb.query('create database missing')
    expect(await sink.deliver(observations)).toEqual({ status: 'delivered' })
  })
})

describe('VictoriaMetrics stores what the influx sink writes', () => {
  it('as series with their labels and times', async () => {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    await using peer = await startPeer({
      program: 'victoria-metrics',
      args: (folder) => [
        `-storageDataPath=${folder}/data`,
        `-httpListenAddr=127.0.0.1:${port}`,
        '-loggerLevel=WARN',
        '-retentionPeriod=100y',
      ],
      ready: () => answersAt(`${url}/health`),
    })
    await using sink = await openSink('influx', { endpoint: url, database: 'netstats' })
    expect(await sink.deliver(observations)).toEqual({ status: 'delivered' })
    interface Exported {
      readonly metric: Readonly<Record<string, string>>
      readonly values: readonly number[]
      readonly timestamps: readonly number[]
    }
    const exported = await until(
      'what it stored',
      async () => {
        await fetch(`${url}/internal/force_flush`)
        const answer = await fetch(`${url}/api/v1/export`, {
          method: 'POST',
          body: new URLSearchParams({ 'match[]': '{db="netstats"}', start: '0' }),
        })
        const lines = (await answer.text()).split('\n').filter((line) => line !== '')
        return lines.length > 0 ? lines.map((line) => JSON.parse(line) as Exported) : undefined
      },
      peer,
    )
    const found = exported.find(({ metric: { __name__: name } }) => name === 'queue.length_value')
    expect(found).toMatchObject({
      metric: { queue: 'rpc', node: 'validator-1', network: '1337' },
      values: [3],
      timestamps: [1_767_225_600_006],
    })
  })
})
