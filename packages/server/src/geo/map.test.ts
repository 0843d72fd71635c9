import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FeedMessage, MapPoint } from '@netstats/protocol/feed'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { helloFrame } from '../gateway/ethstats/testing.ts'
import { startServer } from '../testing.ts'
import type { RunningServer } from '../testing.ts'
import { writeMmdb } from './testing/mmdb-writer.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'netstats-map-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const login = async (running: RunningServer, id: string, forwardedFor?: string): Promise<void> => {
  const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor }
  const agent = await running.connect('/api', { headers })
  agent.send(helloFrame(id))
  await agent.next((text) => text === '{"emit":["ready"]}')
}

const mapOf = async (running: RunningServer): Promise<readonly MapPoint[]> => {
  const network = running.server.core.networks()[0]?.key
  const feed = await running.connect('/feed')
  feed.send(JSON.stringify({ type: 'subscribe', id: 1, topic: 'map', network }))
  const message = JSON.parse(await feed.next((text) => text.includes('"snapshot"'))) as FeedMessage
  if (message.type !== 'snapshot') throw new Error(message.type)
  return (message.data as { readonly points: readonly MapPoint[] }).points
}

describe('the map of a server', () => {
  it('shows a node behind a trusted proxy in its country, and one the operator placed where he said', async () => {
    const places = { 'eu-*': { city: 'Vienna', country: 'AT', latitude: 48.2, longitude: 16.4 } }
    await using running = await startServer({ trustedProxies: ['127.0.0.1'], places })
    await login(running, 'abroad', '193.171.0.1')
    await login(running, 'eu-1')
    await login(running, 'hidden', '10.0.0.7')
    const points = await mapOf(running)
    expect(points.map(({ id }) => id)).toEqual(['abroad', 'eu-1'])
    expect(points[1]).toMatchObject({ latitude: 48.2, longitude: 16.4 })
    expect(Math.hypot((points[0]?.latitude ?? 0) - 47.5, (points[0]?.longitude ?? 0) - 14.55)).toBeLessThan(1.6)
    const row = running.server.core.networks()[0]?.node('abroad')
    expect(row).toMatchObject({ city: null, country: 'Austria' })
    for (const by of ['country', 'operator', 'private'])
      expect(await running.metric(`placements_total{by="${by}"}`)).toBe(1)
  })

  it('believes nobody else about an address', async () => {
    await using running = await startServer()
    await login(running, 'liar', '193.171.0.1')
    expect(await mapOf(running)).toEqual([])
  })

  it('knows cities from the file of the operator, and none where look-up is off', async () => {
    const database = join(folder, 'cities.mmdb')
    await writeFile(
      database,
      writeMmdb({ '193.171.0.0/24': { country_code: 'AT', city: 'Graz', latitude: 47.07, longitude: 15.44 } }),
    )
    for (const enabled of [true, false]) {
      await using running = await startServer({ trustedProxies: ['127.0.0.1'], geo: { database, enabled } })
      await login(running, 'a', '193.171.0.1')
      const points = await mapOf(running)
      expect(points.map((point) => point.latitude)).toEqual(enabled ? [47.07] : [])
    }
  })

  it('is not begun with a wrong file', async () => {
    const database = join(folder, 'cities.mmdb')
    await writeFile(database, 'ip,city')
    await expect(startServer({ geo: { database } })).rejects.toMatchObject({ code: 'SERVER_GEO_DATABASE_INVALID' })
    expect(await startServer({ geo: { database, enabled: false } }).then((one) => one[Symbol.asyncDispose]())).toBe(
      undefined,
    )
  })
})
