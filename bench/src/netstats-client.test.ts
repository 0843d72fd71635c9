import { decodeObservation, nodeId, unixMs } from '@netstats/protocol'
import { describe, expect, it, vi } from 'vitest'
import { blockJson } from './geth-workload.ts'
import { createGeneratorFleet } from './generator-fleet.ts'
import { blockBody, gapLine, staticLines } from './netstats-workload.ts'
import { createNetstatsClient } from './netstats-client.ts'
import { startBaseline } from './server-under-test.ts'

const agents = 6

describe('netstats agents of the load generator', () => {
  it('write bodies that the protocol reads', () => {
    const { latency, pending, stats } = staticLines(7)
    const gap = gapLine({ dropped: 3, from: 1, to: 2 }).body
    const bodies = { block: blockBody(blockJson(5, 1_800_000_000)), latency, pending, 'node-stats': stats, gap }
    for (const [kind, body] of Object.entries(bodies)) {
      const read = decodeObservation(kind, nodeId('n'), unixMs(1), body.toString())
      expect(read.body).toMatchObject({
        ...(kind === 'block' && { number: 5, transactions: 12, difficulty: 2n }),
        ...(kind === 'gap' && { dropped: 3, reason: 'size' }),
        ...(kind === 'node-stats' && { gasPrice: 1_284_503_311n }),
      })
    }
  })

  it('send all in order, once, also what came up while they were cut', async () => {
    await using baseline = await startBaseline('all', 1, ['netstats-baseline.ts', 'ack'])
    const options = { host: '127.0.0.1', port: baseline.port, first: 0, count: agents, policy: 'agent' as const }
    const told: string[] = []
    using fleet = createGeneratorFleet(options, createNetstatsClient({ secret: 's' }), (id, number) =>
      told.push(`${id} ${number}`),
    )
    await fleet.open()
    fleet.run(true)
    const announce = (number: number): void =>
      fleet.announce({ number, json: blockJson(number, 1_800_000_000) }, { spreadMs: 20, sampleEvery: 2 })
    announce(1)
    await vi.waitFor(() => expect(fleet.counts().acknowledged).toBeGreaterThanOrEqual(2 * agents))
    fleet.cut({ every: 2 })
    await vi.waitFor(() => expect(fleet.counts().active).toBe(agents / 2))
    announce(2)
    await vi.waitFor(() => expect(fleet.counts().active).toBe(agents), 20_000)
    fleet.run(false)
    await vi.waitFor(() => {
      const { observations, acknowledged } = fleet.counts()
      expect(acknowledged).toBe(observations)
      expect(acknowledged).toBeGreaterThanOrEqual(4 * agents)
    }, 20_000)
    const { lost, refused, blocked, back, acks } = fleet.counts()
    expect({ lost, refused, blocked }).toEqual({ lost: 0, refused: {}, blocked: 0 })
    expect(back.max > 0 && (acks?.max ?? 0) > 0).toBe(true)
    expect(await baseline.counts()).toMatchObject({ holes: 0, events: fleet.counts().observations })
    expect(told).toHaveLength(6)
  })
})
