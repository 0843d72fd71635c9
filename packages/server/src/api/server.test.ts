import { describe, expect, it } from 'vitest'
import { blockFrame, helloFrame, pingFrame } from '../gateway/ethstats/testing.ts'
import type { ServerStatus } from '../status/server-status.ts'
import { startServer } from '../testing.ts'
import type { RunningServer } from '../testing.ts'
import { serverBody } from './server.ts'

const ask = async ({ server }: RunningServer): Promise<ServerStatus> =>
  serverBody.parse(await (await fetch(`${server.url}/api/v1/server`)).json())

const connected = async (running: RunningServer, id: string) => {
  const agent = await running.connect('/api')
  agent.send(helloFrame(id), blockFrame(id, 1), pingFrame(id))
  await agent.next((text) => text.includes('node-pong'))
  return agent
}

describe('the server about itself', () => {
  it('tells of its parts, its process and what it has counted', async () => {
    await using running = await startServer()
    await connected(running, 'alpha')
    const page = await running.connect('/feed')
    await page.next((text) => text.includes('welcome'))
    const wrong = await running.connect('/api')
    wrong.send(helloFrame('beta', { secret: 'wrong' }))
    await wrong.closed

    const facts = await ask(running)
    expect(facts.parts.find(({ id }) => id === 'core')).toMatchObject({ state: 'ok', reason: '' })
    // A machine that does other work beside the tests is busy.
    expect(facts.load.level).not.toBe('overloaded')
    const { metrics } = facts
    expect(metrics).toMatchObject({ networks: 1, nodes: { '1337': 1 }, blocks: 1, core_errors_total: 0 })
    expect(metrics).toMatchObject({ ethstats_sessions: { active: 1 }, netstats_sessions: { active: 0 } })
    expect(metrics).toMatchObject({ feed_viewers: { connected: 1 }, classic_viewers: { primus: 0 } })
    expect(metrics['ethstats_refused_total']).toMatchObject({ 'bad-secret': 1, 'locked-out': 0 })
    expect(Object.values(metrics['ethstats_frames_total'] ?? {}).reduce((a, b) => a + b, 0)).toBeGreaterThanOrEqual(3)
    expect(facts.processes).toMatchObject([{ name: 'server', pid: process.pid, metrics: { networks: 1 } }])
    expect(metrics['process_open_files']).toMatchObject({ server: expect.any(Number) })
    expect(metrics['history_buffer_bytes']).toEqual(expect.any(Number))
    expect(metrics['part_up']).toMatchObject({ core: 1, feed: 1 })
    expect(facts.limits.connections).toBeGreaterThan(0)
  })

  it('has no store to tell of where no history is kept', async () => {
    await using running = await startServer({ history: { enabled: false } })
    const facts = await ask(running)
    expect([facts.metrics['store_up'], facts.limits.bufferBytes]).toEqual([undefined, null])
  })
})
