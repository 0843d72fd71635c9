import { nodeId, unixMs } from '@netstats/protocol'
import type { Gap } from '@netstats/protocol'
import { createRecordingLogger } from '@netstats/sdk/testing'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import type { DeliveryTracker } from '../delivery/delivery-model.ts'
import { createVolatileTracker } from '../delivery/volatile-tracker.ts'
import { createCore } from '../shard/mod.ts'
import { apiPrefix, registerApi } from './api.ts'

const start = 1_700_000_000_000

interface Page {
  readonly total: number
  readonly deliveries: readonly Record<string, unknown>[]
  readonly next: string | null
}

let apps: FastifyInstance[] = []
afterEach(async () => {
  for (const app of apps) await app.close()
  apps = []
})

const startApp = async (deliveries?: DeliveryTracker) => {
  const app = Fastify({ routerOptions: { maxParamLength: 500 } })
  apps.push(app)
  registerApi(app, {
    core: createCore(),
    ...(deliveries && { deliveries }),
    version: '1.2.3',
    log: createRecordingLogger(),
    now: () => start,
    monotonic: () => 0,
  })
  await app.ready()
  return async (path: string) => {
    const { statusCode, body } = await app.inject({ url: path.startsWith(apiPrefix) ? path : `${apiPrefix}${path}` })
    return { status: statusCode, page: JSON.parse(body) as Page }
  }
}

const gap: Gap = { class: 'log', reason: 'size', dropped: 7, from: unixMs(1), to: unixMs(2) }

const filled = (agents: number): DeliveryTracker => {
  const deliveries = createVolatileTracker()
  for (let i = 0; i < agents; i++) {
    const id = { agent: `agent ${i}`, network: i % 2 === 0 ? '1337' : '7', node: `node ${i}`, spool: 'ab'.repeat(16) }
    const stream = deliveries.open(id, start)
    if (stream === undefined) throw new Error('no stream')
    const observation = { kind: 'gap', node: nodeId(id.node), observedAt: unixMs(start - 500), body: gap } as const
    const items = [{ sequence: 3, observation }]
    deliveries.take(stream, { after: 2, items, truncated: 2 }, start, () => undefined)
    deliveries.take(stream, { after: 2, items, truncated: 2 }, start, () => undefined)
    if (i === 0) deliveries.close(stream)
  }
  return deliveries
}

describe('what agents deliver', () => {
  it('is listed with what is missing, and why', async () => {
    const ask = await startApp(filled(1))
    expect(await ask('/deliveries')).toEqual({
      status: 200,
      page: {
        durable: false,
        total: 1,
        limit: 100,
        deliveries: [
          {
            agent: 'agent 0',
            network: '1337',
            node: 'node 0',
            spool: 'abababab',
            open: false,
            durable: 3,
            applied: 3,
            received: 1,
            duplicates: 1,
            missingRanges: 0,
            elsewhere: 1,
            missing: 7,
            missed: [{ class: 'log', reason: 'size', dropped: 7 }],
            firstAt: start,
            lastAt: start,
            lagMs: 500,
            offsetMs: null,
            errorMs: null,
          },
        ],
        next: null,
      },
    })
  })

  it('comes in pages, of all networks or one', async () => {
    const ask = await startApp(filled(7))
    const all: unknown[] = []
    for (let path: string | null = '/deliveries?network=1337&limit=3'; path !== null; ) {
      const { page }: { page: Page } = await ask(path)
      expect([page.total, page.deliveries.length]).toEqual([7, all.length === 0 ? 3 : 1])
      all.push(...page.deliveries.map(({ agent }) => agent))
      path = page.next
    }
    expect(all).toEqual(['agent 0', 'agent 2', 'agent 4', 'agent 6'])
    const { page } = await ask('/deliveries?limit=1')
    const cursor = new URL(page.next ?? '', 'http://localhost').searchParams.get('cursor') ?? ''
    expect((await ask(`/deliveries?network=7&cursor=${cursor}`)).status).toBe(400)
    expect((await ask(`/deliveries?cursor=${'A'.repeat(20)}`)).status).toBe(400)
    expect((await ask('/deliveries?network=nowhere')).page.deliveries).toEqual([])
  })

  it('is searched by name and for what is missing, also beyond a page', async () => {
    const deliveries = filled(1200)
    const whole = { agent: 'complete', network: '7', node: 'Köln', spool: 'cd'.repeat(16) }
    deliveries.open(whole, start)
    const ask = await startApp(deliveries)
    const agentsOf = async (query: string) =>
      (await ask(`/deliveries?${query}`)).page.deliveries.map(({ agent }) => agent)
    expect(await agentsOf('text=NODE%20119')).toEqual([
      'agent 119',
      ...Array.from({ length: 10 }, (_, i) => `agent 119${i}`),
    ])
    expect(await agentsOf('text=k%C3%B6l')).toEqual(['complete'])
    expect(await agentsOf('text=complete&incomplete=true')).toEqual([])
    const { page } = await ask('/deliveries?text=agent%2011&limit=2&incomplete=true')
    expect(page.next).toContain('text=agent+11')
    expect((await ask(page.next ?? '')).page.deliveries.map(({ agent }) => agent)).toEqual(['agent 111', 'agent 112'])
  })

  it('is not asked where nobody takes it', async () => {
    const ask = await startApp()
    expect((await ask('/deliveries')).status).toBe(404)
  })
})
