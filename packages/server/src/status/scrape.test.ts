import { describe, expect, it, vi } from 'vitest'
import { hostileFrames } from '@netstats/protocol/testing'
import { blockFrame, blockJson, emit, helloFrame, latencyFrame, pingFrame } from '../gateway/ethstats/testing.ts'
import { startServer } from '../testing.ts'
import type { RunningServer } from '../testing.ts'
import { parseExposition } from '../telemetry/testing/exposition.ts'

const scrape = async (running: RunningServer) => {
  const response = await fetch(`${running.server.url}/metrics`)
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  return parseExposition(await response.text())
}

/** Stages are measured by and by, whatever agents are called: they are left out. */
const seriesOf = (families: Awaited<ReturnType<typeof scrape>>): number =>
  families.values().reduce((sum, { type, samples }) => sum + (type === 'histogram' ? 0 : samples.length), 0)

describe('a scrape', () => {
  it('is what a strict parser takes, at rest and after all sorts of traffic', async () => {
    await using running = await startServer()
    const atRest = await scrape(running)
    expect(atRest.size).toBeGreaterThan(30)
    for (const { name } of atRest.values())
      expect(name).toMatch(/^(netstats_server_|netstats_build_info|process_)[a-z0-9_]*$/)
    const agent = await running.connect('/api')
    agent.send(helloFrame('alpha'), latencyFrame('alpha'), blockFrame('alpha', 1))
    const feed = await running.connect('/feed')
    feed.send('{"type":"subscribe","id":1,"topic":"summary","network":"1337"}', 'nonsense')
    const page = await running.connect('/primus')
    page.send('{"emit":["ready"]}')
    for (const { frame } of hostileFrames().slice(0, 200)) agent.send(frame)
    agent.send(pingFrame('alpha'))
    await feed.next((text) => text.includes('"snapshot"'))
    // Only ends what hangs: on a busy machine a scrape alone takes long.
    const timeout = 20_000
    await vi.waitFor(
      async () => {
        const sessions = (await scrape(running)).get('netstats_server_stage_duration_seconds')
        expect(sessions?.samples.length).toBeGreaterThan(0)
      },
      { timeout },
    )
  })

  it('tells what the live state left aside, by reason', async () => {
    await using running = await startServer()
    const agent = await running.connect('/api')
    const contradiction = { ...blockJson(1), number: 2 }
    agent.send(helloFrame('alpha'), blockFrame('alpha', 1), emit('block', { id: 'alpha', block: contradiction }))
    agent.send(pingFrame('alpha'))
    await agent.next((text) => text.includes('node-pong'))
    const families = await scrape(running)
    const setAside = families.get('netstats_server_core_set_aside_total')?.samples ?? []
    expect(setAside.find(({ labels }) => labels['reason'] === 'block-contradicting')?.value).toBe(1)
    expect(setAside.find(({ labels }) => labels['reason'] === 'unknown-node')?.value).toBe(0)
    expect(families.get('netstats_server_blocks')?.samples[0]?.value).toBe(1)
    expect(families.get('netstats_server_nodes')?.samples).toMatchObject([
      { labels: { network: '1337' }, value: 1 },
      { labels: { network: 'other' }, value: 0 },
    ])
  })

  it('has no more series however agents call themselves', async () => {
    await using running = await startServer()
    const evil = (i: number): string => `x${i}"}\n# TYPE y counter\\${'é'.repeat(i % 50)}{`
    const say = async (from: number, to: number): Promise<void> => {
      for (let i = from; i < to; i++) {
        const agent = await running.connect(`/api?${i}`)
        const info = { node: `${evil(i)}/v${i}`, net: String(i), api: evil(i), client: evil(i), contact: evil(i) }
        // An id of more than one line is refused.
        const id = evil(i).replace('\n', ' ')
        agent.send(helloFrame(id, info), emit(evil(i), { id }), pingFrame('x'))
        await agent.next((text) => text.includes('node-pong'))
      }
    }
    await say(0, 40)
    const before = seriesOf(await scrape(running))
    await say(40, 120)
    expect(seriesOf(await scrape(running))).toBe(before)
  })
})
