import { describe, expect, it } from 'vitest'
import { blockFrame, helloFrame, pingFrame } from '../ingest/testing.ts'
import { noWork, workOf } from '../self/server-facts.ts'
import type { ProcessFacts, ServerFacts } from '../self/server-facts.ts'
import { startServer } from '../testing.ts'
import type { RunningServer } from '../testing.ts'
import { serverBody } from './server.ts'

const ask = async ({ server }: RunningServer): Promise<ServerFacts> =>
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
    expect(facts.core).toMatchObject({ networks: 1, nodes: 1, blocks: 1, errors: 0 })
    expect(facts.work.sessions).toEqual({ ethstats: 1, netstats: 0 })
    expect(facts.work.connections).toMatchObject({ feed: 1, primus: 0 })
    expect(facts.work.refused).toMatchObject({ 'bad-secret': 1, 'locked-out': 0 })
    expect(facts.work.received.messages).toBeGreaterThanOrEqual(3)
    expect(facts.processes).toMatchObject([{ role: 'server', pid: process.pid }])
    expect(facts.processes[0]?.openFiles).toBeGreaterThan(0)
    expect(facts.processes[0]?.work).toEqual(facts.work)
    expect(facts.store).toMatchObject({ pendingBytes: expect.any(Number) })
    expect(facts.limits.connections).toBeGreaterThan(0)
  })

  it('has no store to tell of where no history is kept', async () => {
    await using running = await startServer({ history: { enabled: false } })
    const facts = await ask(running)
    expect([facts.store, facts.limits.pendingBytes]).toEqual([null, null])
  })

  it('adds up what several processes did', () => {
    const one = (name: string, logins: number): ProcessFacts => ({
      role: 'worker',
      name,
      pid: 1,
      at: 0,
      startedAt: 0,
      cpuMs: 0,
      rssBytes: 0,
      heapBytes: 0,
      openFiles: null,
      openFilesLimit: null,
      loop: { p50Ms: 0, p99Ms: 0, maxMs: 0 },
      work: { ...noWork, logins: { netstats: logins }, shed: { latency: { items: logins } } },
    })
    expect(workOf([one('worker 1', 3), one('worker 2', 4)])).toEqual({
      ...noWork,
      logins: { netstats: 7 },
      shed: { latency: { items: 7 } },
    })
    expect(workOf([])).toEqual(noWork)
  })
})
