/** What the sink claims, held against what a server has read, while servers die with frames unread. */
import { nodeId } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { createShipper, openMemorySpool } from '@netstats/runtime'
import { configFor, createFakeClock, createTestContext, exampleBlock } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { startEthstatsServer } from '../../test-support/ethstats-server.ts'
import { ethstats } from './mod.ts'

const node = nodeId('alpha')

/** The same numbers every time: a failure can be looked at again. */
const randomFrom = (seed: number) => {
  let state = seed
  return (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

describe.each([1, 2, 3])('an ethstats sink under on-ack, among dying servers (%i)', (seed) => {
  it('claims no block that no server has read, and loses none', async () => {
    await using server = await startEthstatsServer()
    const random = randomFrom(seed)
    const clock = createFakeClock()
    const context = createTestContext({ clock })
    const { log, status } = context
    await using spool = await openMemorySpool({ clock, log, reporter: node })
    const reader = await spool.reader('sink', { policy: 'on-ack', batchSize: 20 })
    const config = configFor(ethstats, { node: 'alpha', endpoint: server.url, secret: 's3cret' })
    await using sink = await ethstats.open(config, context)
    const shipper = createShipper({ reader, sink, clock, log, status, random: () => 0 })
    const abort = new AbortController()
    const running = shipper.run({ signal: abort.signal })

    const hasRead = (): Set<number> =>
      new Set([
        ...server.of('block').map((one) => one.payload.block.number),
        ...server.of('history').flatMap((one) => one.payload.history.map((block) => block.number)),
      ])
    /** Sockets need real turns of the event loop; the fake time moves on meanwhile, in small steps. */
    const pass = async (ms: number): Promise<void> => {
      for (let passed = 0; passed < ms; passed += 50) {
        await clock.advance(50)
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    const say = (kind: 'node-info' | 'block', body: unknown): Promise<void> =>
      spool.append([{ kind, node, observedAt: clock.now(), body } as Observation])

    await say('node-info', { name: 'alpha', networkId: '1337' })
    const appended: number[] = []
    let deaths = 0
    let dieAt = 40
    for (let height = 1; height <= 250; height++) {
      if (height === dieAt) {
        server.mood = 'deaf'
        dieAt = height + 35 + Math.floor(random() * 20)
        deaths++
      }
      await say('block', exampleBlock(height))
      appended.push(height)
      await pass(1000)
      if (server.mood === 'deaf' && server.unread() > 0 && random() < 0.7) {
        server.cut()
        server.mood = 'well'
      }
      // The promise: what the spool has released was read by a server.
      const settled = appended.slice(0, appended.length - reader.backlog())
      const read = hasRead()
      expect(settled.filter((one) => !read.has(one))).toEqual([])
    }
    server.mood = 'well'
    await pass(90_000)
    expect(reader.backlog()).toBe(0)
    expect([...hasRead()].sort((a, b) => a - b)).toEqual(appended)
    expect(deaths).toBeGreaterThan(3)
    expect(server.connections()).toBeGreaterThanOrEqual(deaths)
    expect(server.unread()).toBeGreaterThan(deaths)
    expect(server.violations).toEqual([])
    abort.abort()
    await running
  })
})
