import { nodeId, unixMs } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import type { AgentBatch, CoreCommand, Login } from '../bus/bus-messages.ts'
import { begin, itemOf, spoolOf, startDelivering } from '../delivery/testing/delivering.ts'
import type { CoreInput } from '../shard/inputs.ts'
import { createAgentStreams } from './agent-streams.ts'
import { createRateController } from './rate-control.ts'
import { createSessionRecord } from './session-record.ts'

const loginOf = (node: string): Login => ({
  protocol: 'netstats',
  node,
  info: { name: node, networkId: '1337' },
  address: '192.0.2.1',
  secret: undefined,
  historyBatch: 0,
  agent: {
    id: node,
    spool: spoolOf(1),
    lives: [{ life: 'aaaaaaaaaaaaaaaa', from: 1 }],
    after: 0,
    acknowledged: 0,
    key: undefined,
    proved: false,
  },
})

const batchOf = (sequences: readonly number[], at: number, after = (sequences[0] ?? 1) - 1): AgentBatch => ({
  after,
  before: 0,
  last: sequences.at(-1) ?? after,
  mark: sequences.length,
  count: sequences.length,
  items: sequences.map((sequence) => itemOf(sequence, at)),
})

const start = async () => {
  const { deliveries, clock, write } = await startDelivering()
  const inputs: CoreInput[] = []
  const commands: CoreCommand[] = []
  const news: string[] = []
  const link = { send: (command: CoreCommand) => void commands.push(command), records: new Map() }
  let load = 0
  const streams = createAgentStreams({
    deliveries,
    rate: createRateController(),
    apply: (input) => void inputs.push(input),
    nodeInfo: (_, __, info) => void news.push(info.name),
    load: () => load,
    links: () => [link],
  })
  const open = (node: string, serial = 1) => {
    const record = createSessionRecord(link, serial, loginOf(node))
    record.network = '1337'
    const resume = streams.resume(record, unixMs(clock.now))
    return { record, resume }
  }
  const observations = (): readonly (CoreInput & { type: 'observation' })[] =>
    inputs.filter((one) => one.type === 'observation')
  return {
    streams,
    open,
    commands,
    observations,
    news,
    clock,
    write,
    at: () => unixMs(clock.now),
    strain: (of: number) => (load = of),
  }
}

describe('the stream of an agent', () => {
  it('is acknowledged through what the store has, and goes on there', async () => {
    const { streams, open, commands, observations, write, at, clock } = await start()
    const { record, resume } = open('a')
    expect(resume).toMatchObject({ through: 0, durable: true })
    streams.batch(record, at(), batchOf([1, 2, 3], clock.now))
    expect(observations().map(({ mode }) => mode)).toEqual(['live', 'live', 'live'])
    expect(commands).toEqual([])
    await write()
    expect(commands).toEqual([{ type: 'ack', session: 1, through: 3 }])
    streams.left(record)
    expect(streams.open).toBe(0)
    expect(open('a', 2).resume?.through).toBe(3)
  })

  it('is refused where something between is missing, with where to go on', async () => {
    const { streams, open, commands, observations, at, clock } = await start()
    const { record } = open('a')
    streams.batch(record, at(), batchOf([5], clock.now, 4))
    expect(observations()).toEqual([])
    expect(commands).toEqual([{ type: 'nack', session: 1, through: 0, reason: 'hole', retryMs: 1000 }])
  })

  it('belongs to the session that came last: what an older one still sends is not taken', async () => {
    const { streams, open, observations, write, at, clock } = await start()
    const older = open('a', 1).record
    streams.batch(older, at(), batchOf([1], clock.now))
    await write()
    const newer = open('a', 2).record
    streams.batch(older, at(), batchOf([2], clock.now))
    expect(observations()).toHaveLength(1)
    streams.left(older)
    streams.batch(newer, at(), batchOf([2], clock.now))
    expect(observations()).toHaveLength(2)
  })

  it('tells what is late from what is live by the clock of the server', async () => {
    const { streams, open, observations, at, clock } = await start()
    const { record } = open('a')
    // A minute behind by its own clock, and so not late at all.
    streams.clock(record, -60_000, 5)
    streams.batch(record, at(), batchOf([1], clock.now - 60_000))
    streams.batch(record, at(), batchOf([2], clock.now - 120_000))
    streams.batch(record, at(), batchOf([3], clock.now + 60_000))
    expect(observations().map(({ mode, seenAt }) => [mode, (seenAt ?? 0) - begin])).toEqual([
      ['live', 0],
      ['replayed', -60_000],
      ['live', 0],
    ])
  })

  it('brings news of its node as news, and its current state as that', async () => {
    const { streams, open, observations, news, at, clock } = await start()
    const { record } = open('a')
    const info: Observation = {
      kind: 'node-info',
      node: nodeId('a'),
      observedAt: unixMs(clock.now),
      body: { name: 'renamed', networkId: '1337' },
    }
    streams.batch(record, at(), { ...batchOf([1], clock.now), items: [{ sequence: 1, observation: info }] })
    expect([news, observations().length]).toEqual([['renamed'], 0])
    streams.snapshot(record, at(), [itemOf(9, clock.now).observation])
    expect(observations().map(({ mode }) => mode)).toEqual(['snapshot'])
  })

  it('is slowed down with all others when the server has too much to do', async () => {
    const { streams, open, commands, strain } = await start()
    open('a')
    streams.tick(1000)
    const calm = commands.length
    strain(0.96)
    streams.tick(2000)
    const [told] = commands.slice(calm)
    expect(told).toMatchObject({ type: 'rate' })
    streams.tick(3000)
    expect(commands.length).toBe(calm + 1)
  })
})

describe("the clock of an agent's machine", () => {
  it('is told as metrics of its node, in seconds ahead of the server, with the bound of the error', async () => {
    const { streams, open, observations, at } = await start()
    const { record } = open('a')
    streams.measured(record, at())
    expect(observations()).toEqual([])
    streams.clock(record, 1250, 4.5)
    streams.measured(record, at())
    expect(observations().map(({ observation, mode }) => [observation.node, observation.body, mode])).toEqual([
      ['a', { name: 'clock.offset', value: 1.25 }, 'derived'],
      ['a', { name: 'clock.error', value: 0.0045 }, 'derived'],
    ])
  })

  it('is told once in ten seconds however often it is measured, and again after the clock of the server was set back', async () => {
    const { streams, open, observations, at, clock } = await start()
    const { record } = open('a')
    streams.clock(record, 3, 1)
    for (let i = 0; i < 10; i++) {
      streams.measured(record, at())
      clock.now += 1900
    }
    expect(observations()).toHaveLength(4)
    clock.now -= 3_600_000
    streams.measured(record, at())
    expect(observations()).toHaveLength(6)
  })

  it('is that of the node which its id is another name for', async () => {
    const { streams, open, observations, at } = await start()
    const { record } = open('a')
    record.node = 'main'
    streams.clock(record, 3, 1)
    streams.measured(record, at())
    expect(observations()[0]?.observation.node).toBe('main')
  })
})
