import { nodeId } from '@netstats/protocol'
import { defineSink } from '@netstats/sdk'
import type { Delivery } from '@netstats/sdk'
import { z } from '@netstats/sdk/config'
import { createFakeClock, createRecordingLogger, exampleStats } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { createRegistry } from '../registry/registry.ts'
import { openMemorySpool } from '../spool/memory-spool.ts'
import { createSupervisor } from '../supervisor.ts'
import { startSinks } from './start-sinks.ts'

/** One sink that answers as a test says, with its place in a spool. */
const start = async (deliver: () => Promise<Delivery>) => {
  const clock = createFakeClock()
  const log = createRecordingLogger()
  const spool = await openMemorySpool({ clock, log, reporter: nodeId('agent') })
  const supervisor = createSupervisor({ clock, log, random: () => 1 })
  const pit = defineSink({
    type: 'pit',
    summary: 'Takes all',
    config: z.strictObject({}),
    nodes: 'all',
    open: async () => ({ deliver, [Symbol.asyncDispose]: () => Promise.resolve() }),
  })
  const sinks = await startSinks({
    entries: [{ type: 'pit', policy: 'on-ack', batchSize: 1 }],
    registry: createRegistry([{ name: 'test', apiVersion: 1, sinks: [pit] }]),
    nodes: undefined,
    supervisor,
    spool,
    clock,
    contextOf: ({ id, log, status }) => ({ id, clock, log, status, count: () => undefined }),
    placeOf: (observation) => ({ observation }),
    source: 'netstats-agent',
    nodesAsked: {
      blocks: () => Promise.resolve([]),
      headers: () => Promise.resolve([]),
      info: () => undefined,
      isWatched: () => false,
      latest: () => [],
      pace: () => undefined,
    },
  })
  const end = async (): Promise<void> => {
    const ended = supervisor[Symbol.asyncDispose]()
    // For what hangs until its grace is over.
    await clock.advance(20_000)
    await ended
    await sinks[Symbol.asyncDispose]()
    await spool[Symbol.asyncDispose]()
  }
  const progress = (): number | undefined => sinks.watched()[0]?.progress()
  return { clock, spool, progress, sinks, [Symbol.asyncDispose]: end }
}

describe('the shipper of a sink, watched from outside', () => {
  it('has nothing to do before there is something, and after all is delivered', async () => {
    const answer = Promise.withResolvers<Delivery>()
    await using t = await start(() => answer.promise)
    await t.clock.settle()
    expect(t.sinks.watched().map(({ id }) => id)).toEqual(['sink/pit'])
    expect(t.progress()).toBeUndefined()
    await t.spool.append([exampleStats(1)])
    await t.clock.until(() => t.progress() !== undefined)
    answer.resolve({ status: 'delivered' })
    await t.clock.until(() => t.progress() === undefined)
    expect(t.sinks.backlogs().get('pit')).toBe(0)
  })

  it('gets on with every batch and every refusal, so that a peer that is away is no standstill', async () => {
    const answers: PromiseWithResolvers<Delivery>[] = []
    await using t = await start(() => {
      const next = Promise.withResolvers<Delivery>()
      answers.push(next)
      return next.promise
    })
    await t.spool.append([exampleStats(1), exampleStats(2)])
    await t.clock.until(() => answers.length === 1)
    const seen = [t.progress()]
    answers[0]?.resolve({ status: 'delivered' })
    await t.clock.until(() => answers.length === 2)
    seen.push(t.progress())
    answers[1]?.resolve({ status: 'retry', reason: 'away', afterMs: 1000 })
    await t.clock.until(() => t.progress() === undefined)
    await t.clock.advance(2000)
    await t.clock.until(() => answers.length === 3)
    seen.push(t.progress())
    expect(seen).toEqual([0, 1, 2])
    answers[2]?.resolve({ status: 'delivered' })
    await t.clock.until(() => t.progress() === undefined)
  })

  it('gets on when a sink that hangs is opened again', async () => {
    let opened = 0
    await using t = await start(() => {
      opened++
      return new Promise(() => undefined)
    })
    await t.spool.append([exampleStats(1)])
    await t.clock.until(() => opened === 1)
    const before = t.progress() ?? NaN
    await t.clock.advance(90_000)
    await t.clock.until(() => opened > 1 && t.progress() !== undefined)
    expect(t.progress()).toBeGreaterThan(before)
  })
})
