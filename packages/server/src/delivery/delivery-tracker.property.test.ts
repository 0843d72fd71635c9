/** Agents that send, repeat, skip and forget, before a store that takes, refuses and ends: what they are told holds. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DeliveryStream } from './delivery-model.ts'
import { startDelivering } from './testing/delivering.ts'
import type { Delivering } from './testing/delivering.ts'

/** What an agent has in its spool, and what it believes of the server. */
interface Agent {
  readonly name: string
  stream: DeliveryStream
  next: number
  /** Sequences it still has. */
  spool: number[]
  truncated: number
  acknowledged: number
  sent: number
  /** What it ever had, and gave up without having been told that it is stored. */
  readonly made: number[]
  readonly dropped: Set<number>
}

const limits = { streams: 9, spools: 9 }

type Step = (world: World) => Promise<void>
interface World {
  server: Delivering
  readonly agents: readonly Agent[]
}

const hold = (agent: Agent, through: number): void => {
  agent.acknowledged = Math.max(agent.acknowledged, through)
  agent.truncated = Math.max(agent.truncated, through)
  agent.spool = agent.spool.filter((sequence) => sequence > through)
}

const listen = (world: World): void => {
  const agentOf = ({ agent }: DeliveryStream): Agent => world.agents.find(({ name }) => name === agent) as Agent
  world.server.listener = {
    durable: (stream, through) => hold(agentOf(stream), through),
    lost: (stream) => (agentOf(stream).sent = stream.durable),
  }
}

const login = (world: World, agent: Agent): void => {
  agent.stream = world.server.open(agent.name)
  // A server may know more than the agent was told, never less.
  expect(agent.stream.durable).toBeGreaterThanOrEqual(agent.acknowledged)
  hold(agent, agent.stream.durable)
  agent.sent = agent.stream.durable
}

const send = ({ server }: World, agent: Agent, count: number): void => {
  const sequences = agent.spool.filter((sequence) => sequence > agent.sent).slice(0, count)
  const after = Math.max(agent.sent, Math.min(agent.truncated, (sequences[0] ?? agent.next) - 1))
  const result = server.take(agent.stream, sequences, { after, truncated: agent.truncated })
  if (result.type === 'taken') agent.sent = Math.max(agent.sent, result.through)
  if (result.type === 'missing-range') agent.sent = result.through
}

const numberOf = fc.nat(2)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(numberOf, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 4 })).map(
      ([which, count, apart]): Step =>
        async (world) => {
          const agent = world.agents[which] as Agent
          for (let i = 0; i < count; i++) {
            agent.spool.push(agent.next)
            agent.made.push(agent.next)
            // Others are in the spool too: sequences have gaps.
            agent.next += apart
          }
          send(world, agent, count)
        },
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(numberOf, fc.integer({ min: 0, max: 20 })).map(
      ([which, count]): Step =>
        async (world) =>
          send(world, world.agents[which] as Agent, count),
    ),
  },
  {
    weight: 2,
    arbitrary: numberOf.map(
      (which): Step =>
        // A session that has heard nothing begins where it was let off.
        async (world) =>
          login(world, world.agents[which] as Agent),
    ),
  },
  {
    weight: 2,
    arbitrary: numberOf.map(
      (which): Step =>
        // It does not trust what it has sent, and sends all of it again.
        async (world) => {
          const agent = world.agents[which] as Agent
          agent.sent = agent.acknowledged
        },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(numberOf, fc.integer({ min: 1, max: 5 })).map(
      ([which, count]): Step =>
        // Its spool was full.
        async (world) => {
          const agent = world.agents[which] as Agent
          for (const sequence of agent.spool.splice(0, count)) {
            agent.dropped.add(sequence)
            agent.truncated = Math.max(agent.truncated, sequence)
          }
        },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.nat(30).map(
      (lines): Step =>
        async ({ server }) =>
          server.say(lines),
    ),
  },
  { weight: 3, arbitrary: fc.constant<Step>(async ({ server }) => server.rowBuffer.cut()) },
  { weight: 4, arbitrary: fc.constant<Step>(async ({ server }) => void (await server.writeOne())) },
  { weight: 1, arbitrary: fc.constant<Step>(async ({ server }) => void server.giveUp()) },
  {
    weight: 1,
    arbitrary: fc.nat(4_000_000).map(
      (ms): Step =>
        async ({ server }) => {
          server.clock.now += ms
          server.deliveries.tick()
        },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Step>(async (world) => {
      const { store, clock } = world.server
      world.server = await startDelivering({ store, clock, batchRows: 25, maxBytes: 8000, limits })
      listen(world)
      for (const agent of world.agents) login(world, agent)
    }),
  },
)

const check = ({ server, agents }: World): void => {
  const stored = server.stored()
  for (const [message, times] of stored) expect({ message, times }).toEqual({ message, times: 1 })
  for (const { name, made, acknowledged, dropped } of agents)
    for (const sequence of made)
      if (sequence <= acknowledged && !dropped.has(sequence)) expect(stored.has(`${name} 1 ${sequence}`)).toBe(true)
}

describe('streams of acknowledged observations', () => {
  it('have all that was acknowledged in the store, each once, and come to an end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 120, size: 'max' }), async (steps) => {
        const server = await startDelivering({ batchRows: 25, maxBytes: 8000, limits })
        const agents = ['a', 'b', 'c'].map(
          (name): Agent => ({
            name,
            stream: server.open(name),
            next: 1,
            spool: [],
            truncated: 0,
            acknowledged: 0,
            sent: 0,
            made: [],
            dropped: new Set(),
          }),
        )
        const world: World = { server, agents }
        listen(world)
        for (const one of steps) {
          await one(world)
          check(world)
        }
        for (let tries = 0; tries < 50; tries++) {
          for (const agent of agents) send(world, agent, 10)
          await world.server.write()
        }
        check(world)
        for (const agent of agents) expect(agent.spool).toEqual([])
        const last = await startDelivering({ store: world.server.store, clock: world.server.clock })
        for (const { name, stream } of agents) expect(last.open(name).durable).toBe(stream.durable)
      }),
      { numRuns: 60 },
    )
  })
})
