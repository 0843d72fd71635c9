/** What every bus keeps to, as one suite for all of them. */
import { nodeId, unixMs } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { arbitraryObservation } from '@netstats/protocol/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { endReasons, nackReasons } from '../bus-messages.ts'
import type { CoreCommand, GatewayMessage } from '../bus-messages.ts'
import type { Bus, GatewayAcceptor, SendCommand } from '../bus.ts'
import { refusals } from '../refusals.ts'

export interface BusUnderTest extends AsyncDisposable {
  readonly bus: Bus
  /** Resolves when all that was sent so far has arrived. */
  delivered(): Promise<void>
  /** The gateway dies. Undefined where it cannot without the core. */
  readonly killGateway?: () => Promise<void>
}

export type OpenBus = (core: GatewayAcceptor) => Promise<BusUnderTest>

const at = fc.nat({ max: 4_000_000_000_000 }).map(unixMs)
const session = fc.nat()
// Zero has no sign on the way.
const double = fc.double({ noNaN: true }).map((n) => n + 0)
const observation = arbitraryObservation()
const text = fc.string({ unit: 'grapheme', maxLength: 200 })

const batch = fc
  .tuple(fc.maxSafeNat(), fc.array(fc.tuple(fc.integer({ min: 1, max: 1000 }), observation), { maxLength: 8 }))
  .map(([from, list]) => {
    const after = Math.floor(from / 2)
    let sequence = after
    const items = list.map(([step, one]) => ({ sequence: (sequence += step), observation: one }))
    return { after, before: 7, last: sequence, mark: 0xffff_ffff, count: items.length, items }
  })

const login = fc.record({
  protocol: fc.constantFrom('ethstats' as const, 'netstats' as const),
  node: text,
  info: fc.record({ name: text, networkId: text }),
  address: text,
  secret: fc.option(text, { nil: undefined }),
  historyBatch: fc.nat(),
})

/** Any message that a gateway may send. */
export const arbitraryMessage: fc.Arbitrary<GatewayMessage> = fc.oneof(
  fc.record({ type: fc.constant('login' as const), session, at, login }),
  fc
    .tuple(session, at, observation)
    .map(([id, time, { kind, body }]): GatewayMessage => ({ type: 'observation', session: id, at: time, kind, body })),
  fc.record({ type: fc.constant('batch' as const), session, at, batch }),
  fc.record({
    type: fc.constant('snapshot' as const),
    session,
    at,
    observations: fc.array(observation, { maxLength: 5 }),
  }),
  fc.record({ type: fc.constant('round-trip' as const), session, at, roundTripMs: double }),
  fc.record({ type: fc.constant('clock' as const), session, offsetMs: double, errorMs: double }),
  fc.record({ type: fc.constant('alive' as const), session }),
  fc.record({ type: fc.constant('node-info' as const), session, at, info: fc.record({ name: text }) }),
  fc.array(arbitraryObservation('block'), { maxLength: 4 }).chain((list) =>
    fc.record({
      type: fc.constant('blocks' as const),
      session,
      at,
      blocks: fc.constant(list.flatMap((one) => (one.kind === 'block' ? [one.body] : []))),
    }),
  ),
  fc.array(arbitraryObservation('header'), { maxLength: 4 }).chain((list) =>
    fc.record({
      type: fc.constant('headers' as const),
      session,
      at,
      headers: fc.constant(list.flatMap((one) => (one.kind === 'header' ? [one.body] : []))),
    }),
  ),
  fc.record({ type: fc.constantFrom('closed' as const, 'gone' as const), session, at }),
)

/** One of each command, and each of their words. */
export const allCommands: readonly CoreCommand[] = [
  { type: 'admit', session: 7, network: '1337' },
  {
    type: 'admit',
    session: 2 ** 40,
    network: 'x',
    resume: {
      through: 2 ** 53 - 1,
      doubt: true,
      durable: true,
      rate: { reportMs: 1, lingerMs: 2, window: 3 },
      key: undefined,
    },
  },
  ...refusals.map((reason, i): CoreCommand => ({ type: 'refuse', session: i, reason, retryMs: i * 1000 })),
  { type: 'refuse', session: 1, reason: 'locked-out' },
  { type: 'probe', session: 300 },
  ...endReasons.map((reason): CoreCommand => ({ type: 'end', session: 127, reason })),
  { type: 'request-blocks', session: 128, numbers: [0, 1, 2 ** 53 - 1] },
  { type: 'request-headers', session: 129, numbers: [3] },
  { type: 'ack', session: 5, through: 2 ** 52 },
  ...nackReasons.map((reason): CoreCommand => ({ type: 'nack', session: 9, through: 12, reason, retryMs: 1000 })),
  { type: 'rate', rate: { reportMs: 1, lingerMs: 2, window: 3 } },
]

/** A core that writes down what it gets, gateway by gateway. */
export const createTestCore = () => {
  const links: { readonly messages: GatewayMessage[]; readonly send: SendCommand; lost: boolean }[] = []
  const core: GatewayAcceptor = {
    open(send) {
      const link = { messages: [] as GatewayMessage[], send, lost: false }
      links.push(link)
      return {
        receive: (message) => void link.messages.push(message),
        lost: () => {
          link.lost = true
        },
      }
    },
  }
  return { core, links }
}

export const busContract = (name: string, open: OpenBus): void => {
  describe(`the bus contract: ${name}`, () => {
    it('carries every message of a gateway as it was sent, in order', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(arbitraryMessage, { maxLength: 30 }), async (messages) => {
          const { core, links } = createTestCore()
          await using test = await open(core)
          const send = test.bus.connect(() => undefined)
          for (const message of messages) send(message)
          await test.delivered()
          expect(links[0]?.messages).toEqual(messages)
        }),
        { numRuns: 100 },
      )
    })

    it('carries every command of the core as it was sent, in order', async () => {
      const { core, links } = createTestCore()
      await using test = await open(core)
      const commands: CoreCommand[] = []
      const send = test.bus.connect((command) => void commands.push(command))
      send({ type: 'alive', session: 1 })
      await test.delivered()
      for (const command of allCommands) links[0]?.send(command)
      await test.delivered()
      expect(commands).toEqual(allCommands)
    })

    it('gives the core one and the same object of a block that many nodes report', async () => {
      const { core, links } = createTestCore()
      await using test = await open(core)
      const send = test.bus.connect(() => undefined)
      const [block] = fc.sample(arbitraryObservation('block'), 1) as [Observation]
      for (let id = 0; id < 1000; id++)
        send({ type: 'observation', session: id, at: unixMs(id), kind: 'block', body: block.body })
      await test.delivered()
      const bodies = (links[0]?.messages ?? []).map((one) => (one.type === 'observation' ? one.body : undefined))
      expect(bodies).toHaveLength(1000)
      expect(new Set(bodies).size).toBe(1)
    })

    it('lets the core answer while it receives', async () => {
      const commands: CoreCommand[] = []
      await using test = await open({
        open: (send) => ({
          receive: (message) => {
            if (message.type === 'login') send({ type: 'admit', session: message.session, network: '1' })
          },
          lost: () => undefined,
        }),
      })
      const send = test.bus.connect((command) => void commands.push(command))
      const info = { name: nodeId('a') }
      const from = { protocol: 'ethstats', node: 'a', info, address: '', secret: undefined, historyBatch: 0 } as const
      send({ type: 'login', session: 3, at: unixMs(1), login: from })
      await test.delivered()
      expect(commands).toEqual([{ type: 'admit', session: 3, network: '1' }])
    })

    it('tells the core of a gateway that died, after all that it had sent', async () => {
      const { core, links } = createTestCore()
      await using test = await open(core)
      const send = test.bus.connect(() => undefined)
      for (let id = 0; id < 2000; id++) send({ type: 'alive', session: id })
      await test.delivered()
      if (test.killGateway === undefined) return
      await test.killGateway()
      expect(links.map(({ messages, lost }) => [messages.length, lost])).toEqual([[2000, true]])
    })
  })
}
