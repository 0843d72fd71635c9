import { decodeObservation, nodeId, unixMs } from '@netstats/protocol'
import { describe, expect, it, vi } from 'vitest'
import { blockJson } from './geth-mix.ts'
import { createHerd } from './herd.ts'
import { blockBody, staticLines } from './netstats-mix.ts'
import { createNetstatsTongue } from './netstats-tongue.ts'
import { startFloor } from './subject.ts'

const agents = 6

describe('netstats agents of the load generator', () => {
  it('write bodies that the protocol reads', () => {
    const { latency, pending, stats } = staticLines(7)
    const bodies = { block: blockBody(blockJson(5, 1_800_000_000)), latency, pending, 'node-stats': stats }
    for (const [kind, body] of Object.entries(bodies)) {
      const read = decodeObservation(kind, nodeId('n'), unixMs(1), body.toString())
      expect(read.body).toMatchObject({
        ...(kind === 'block' && { number: 5, transactions: 12, difficulty: 2n }),
        ...(kind === 'node-stats' && { gasPrice: 1_284_503_311n }),
      })
    }
  })

  it('send all in order, once, also what came up while they were cut', async () => {
    await using floor = await startFloor('all', 1, ['netstats-floor.ts', 'ack'])
    const options = { host: '127.0.0.1', port: floor.port, first: 0, count: agents, policy: 'agent' as const }
    const told: string[] = []
    using herd = createHerd(options, createNetstatsTongue({ secret: 's' }), (id, number) =>
      told.push(`${id} ${number}`),
    )
    await herd.open()
    herd.run(true)
    const announce = (number: number): void => herd.announce({ number, json: blockJson(number, 1_800_000_000) }, 20, 2)
    announce(1)
    await vi.waitFor(() => expect(herd.counts().acknowledged).toBeGreaterThanOrEqual(2 * agents))
    herd.cut(2)
    await vi.waitFor(() => expect(herd.counts().inside).toBe(agents / 2))
    announce(2)
    await vi.waitFor(() => expect(herd.counts().inside).toBe(agents), 20_000)
    herd.run(false)
    await vi.waitFor(() => {
      const { observations, acknowledged } = herd.counts()
      expect(acknowledged).toBe(observations)
      expect(acknowledged).toBeGreaterThanOrEqual(4 * agents)
    }, 20_000)
    const { lost, refused, blocked, back, acks } = herd.counts()
    expect({ lost, refused, blocked }).toEqual({ lost: 0, refused: {}, blocked: 0 })
    expect(back.max > 0 && (acks?.max ?? 0) > 0).toBe(true)
    expect(await floor.counts()).toMatchObject({ holes: 0, events: herd.counts().observations })
    expect(told).toHaveLength(6)
  }, 60_000)
})
