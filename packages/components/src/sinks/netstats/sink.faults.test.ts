/**
 * Spool, shipper and sink against a server that fails in every way there is, beside an oracle: whatever happens, what the
 * spool took is stored once, in order, with nothing left out.
 */
import { nodeId } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { createRandom } from '@netstats/protocol/testing/random'
import type { Random } from '@netstats/protocol/testing/random'
import { createShipper, identityOf, openMemorySpool } from '@netstats/runtime'
import type { SpoolReader } from '@netstats/sdk'
import { configFor, createRecordingLogger, createTestContext } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { createFastClock } from '../../test-support/fast-clock.ts'
import { startNetstatsServer } from '../../test-support/netstats-server.ts'
import type { NetstatsServer } from '../../test-support/netstats-server.ts'
import { netstats } from './mod.ts'

const node = nodeId('alpha')
const info = { name: 'alpha', networkId: '1337' }
const never = new AbortController().signal
const factor = 20

/** An agent's half of the way: what is appended is told to the server until the end. */
const startAgent = async (server: NetstatsServer) => {
  const clock = createFastClock(factor)
  const log = createRecordingLogger()
  const spool = await openMemorySpool({ clock, log, reporter: node, maxBytes: 256 * 1024 * 1024 })
  const reader = await spool.reader('r', { policy: 'on-ack', batchSize: 100 })
  let n = 0
  let latest: Observation | undefined
  const abort = new AbortController()
  /** One life of the sink: a crash of the agent ends it with whatever is under way, and begins the next. */
  const live = async (signal: AbortSignal): Promise<void> => {
    const context = createTestContext({
      clock,
      info,
      spool: identityOf(spool, reader),
      latest: () => (latest ? [latest] : []),
    })
    const config = configFor(netstats, { node: 'alpha', endpoint: server.url })
    await using sink = await netstats.open(config, context)
    const { status } = context
    await createShipper({ reader, sink, clock, log, status, graceMs: 0 }).run({ signal })
  }
  let life = new AbortController()
  const lives = (async () => {
    while (!abort.signal.aborted) {
      life = new AbortController()
      await live(AbortSignal.any([life.signal, abort.signal]))
    }
  })()
  return {
    spool,
    reader,
    append: async (count: number): Promise<void> => {
      const more = Array.from({ length: count }, (): Observation => {
        n++
        return { kind: 'pending', node, observedAt: clock.now(), body: { pending: n } }
      })
      latest = more.at(-1)
      await spool.append(more)
    },
    appended: () => n,
    restart: () => life.abort(),
    end: async () => {
      abort.abort()
      await lives
      await spool[Symbol.asyncDispose]()
    },
  }
}

const sleep = (ms: number): Promise<void> => createFastClock(factor).sleep(ms, { signal: never })

/** What was stored, by the numbers that were appended. */
const numbers = (server: NetstatsServer): readonly number[] =>
  server.stored.map(({ body }) => (JSON.parse(body) as { pending: number }).pending)

const drained = async (reader: SpoolReader): Promise<void> => {
  while (reader.backlog() > 0) await sleep(200)
}

type Fault = (server: NetstatsServer, agent: Awaited<ReturnType<typeof startAgent>>, random: Random) => Promise<void>

const faults: Readonly<Record<string, Fault>> = {
  cut: async (server) => server.cut(),
  crash: async (server) => server.crash(),
  lose: async (server) => server.lose(),
  freeze: async (server) => server.freeze(),
  'restart of the agent': async (_, agent) => agent.restart(),
  busy: async (server, _, random) => {
    server.mood = 'busy'
    await sleep(random.between(100, 2000))
    server.mood = 'well'
  },
  'slow acks that never come': async (server, _, random) => {
    server.mood = 'slow'
    await sleep(random.between(100, 2000))
    server.mood = 'well'
    server.crash()
  },
  away: async (server, _, random) => {
    await server.away()
    await sleep(random.between(100, 3000))
    await server.back()
  },
  'no credit': async (server, _, random) => {
    server.credit(0)
    await sleep(random.between(100, 2000))
    server.credit(300)
  },
  refused: async (server, _, random) => {
    server.refusal = { reason: 'busy', retryMs: 200 }
    server.cut()
    await sleep(random.between(100, 1000))
    server.refusal = undefined
  },
  drained: async (server) => server.drain('draining', 300),
}

describe('delivery to a server that fails', () => {
  it.each(Object.keys(faults))('loses nothing and stores nothing twice: %s', async (name) => {
    const clock = createFastClock(factor)
    await using server = await startNetstatsServer({ clock, commitMs: 100, window: 300, batchItems: 40 })
    const agent = await startAgent(server)
    const random = createRandom(7)
    for (let round = 0; round < 4; round++) {
      await agent.append(random.between(50, 400))
      await sleep(random.between(0, 300))
      await faults[name]?.(server, agent, random)
    }
    await drained(agent.reader)
    await agent.end()
    expect(numbers(server)).toEqual(Array.from({ length: agent.appended() }, (_, i) => i + 1))
    expect(server.violations).toEqual([])
  })

  it.each([1, 2, 3])('loses nothing and stores nothing twice, all of them at random, seed %i', async (seed) => {
    const clock = createFastClock(factor)
    await using server = await startNetstatsServer({ clock, commitMs: 100, window: 300, batchItems: 40 })
    const agent = await startAgent(server)
    const random = createRandom(seed)
    const names = Object.keys(faults)
    for (let round = 0; round < 25; round++) {
      await agent.append(random.between(0, 200))
      await sleep(random.between(0, 1000))
      const fault = faults[names[random.between(0, names.length - 1)] ?? 'cut']
      await fault?.(server, agent, random)
    }
    await drained(agent.reader)
    await agent.end()
    expect(numbers(server)).toEqual(Array.from({ length: agent.appended() }, (_, i) => i + 1))
    expect(server.violations).toEqual([])
  })
})
