import type { Delivery } from '@netstats/sdk'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFlow } from './flow.ts'
import type { Flow, Load } from './flow.ts'

const loadOf = (after: number, sequences: readonly number[], spool = 's'): Load => ({
  spool,
  after,
  items: sequences.map((sequence) => ({ sequence, kind: 'pending', observedAt: sequence * 10, body: '{}' })),
  last: sequences.at(-1) ?? after,
})
const offered = (flow: Flow, room = 100): unknown => {
  const offer = flow.next(room)
  return offer && [offer.after, offer.items.map((item) => item.sequence)]
}
const setup = (...loads: readonly Load[]) => {
  const flow = createFlow()
  const settled: (string | undefined)[] = loads.map(() => undefined)
  const add = (load: Load, i: number): void =>
    flow.add(load, (delivery: Delivery) => {
      settled[i] = delivery.status
    })
  loads.forEach(add)
  return { flow, settled }
}

describe('what is under way to the server', () => {
  it('goes to the session in order, as much as there is room for', () => {
    const { flow } = setup(loadOf(0, [2, 3, 5]), loadOf(5, [8]))
    flow.begin(0)
    expect(offered(flow, 2)).toEqual([0, [2, 3]])
    expect(offered(flow, 0)).toBeUndefined()
    expect(offered(flow)).toEqual([3, [5]])
    expect(offered(flow)).toEqual([5, [8]])
    expect(offered(flow)).toBeUndefined()
  })

  it('is settled when all of a delivery is acknowledged', () => {
    const { flow, settled } = setup(loadOf(0, [1, 2]), loadOf(2, [3, 4]))
    flow.begin(0)
    offered(flow)
    flow.acknowledged(3)
    expect(settled).toEqual(['delivered', undefined])
    flow.acknowledged(4)
    expect(settled).toEqual(['delivered', 'delivered'])
  })

  it('leaves out what the server has when a session begins, and settles it', () => {
    const { flow, settled } = setup(loadOf(0, [1, 2]), loadOf(2, [3, 4]))
    flow.begin(3)
    expect(settled).toEqual(['delivered', undefined])
    expect(offered(flow)).toEqual([3, [4]])
  })

  it('begins after what was let go of, where the server has less: it said so when it logged in', () => {
    const { flow } = setup(loadOf(7, [8, 9]))
    expect(flow.released()).toBe(7)
    flow.begin(0)
    expect(offered(flow)).toEqual([7, [8, 9]])
  })

  it('is offered again after the session went back, and by the next session', () => {
    const { flow } = setup(loadOf(0, [1, 2, 3]))
    flow.begin(0)
    offered(flow)
    flow.goBack(1)
    expect(offered(flow)).toEqual([1, [2, 3]])
    flow.begin(2)
    expect(offered(flow)).toEqual([2, [3]])
  })

  it('is not offered again when a delivery was called off and comes again within the session', () => {
    const load = loadOf(0, [1, 2, 3])
    const { flow, settled } = setup(load)
    flow.begin(0)
    offered(flow, 2)
    flow.remove(load)
    flow.add(loadOf(0, [1, 2, 3]), ({ status }) => settled.push(status))
    expect(offered(flow)).toEqual([2, [3]])
    flow.acknowledged(3)
    expect(settled).toEqual([undefined, 'delivered'])
  })

  it('waits for what comes before it where that was called off', () => {
    const first = loadOf(0, [1, 2])
    const { flow } = setup(first, loadOf(2, [3]))
    flow.begin(0)
    flow.remove(first)
    expect(offered(flow)).toBeUndefined()
  })

  it('is what was acknowledged already, without a word to the session', () => {
    const { flow, settled } = setup(loadOf(0, [1, 2]))
    flow.begin(0)
    offered(flow)
    flow.acknowledged(2)
    flow.add(loadOf(0, [1, 2]), ({ status }) => settled.push(status))
    expect(settled).toEqual(['delivered', 'delivered'])
  })

  it('begins anew with another spool', () => {
    const { flow, settled } = setup(loadOf(0, [1, 2]))
    flow.begin(0)
    offered(flow)
    flow.fail({ status: 'retry', reason: 'cut' })
    expect(settled).toEqual(['retry'])
    flow.add(loadOf(0, [9], 't'), () => undefined)
    expect([flow.spool(), flow.released()]).toEqual(['t', 0])
    flow.begin(0)
    expect(offered(flow)).toEqual([0, [9]])
  })

  it('says when the oldest that is not acknowledged was made', () => {
    const { flow } = setup(loadOf(0, [1, 2]), loadOf(2, [3]))
    flow.begin(0)
    expect(flow.oldestAt()).toBe(10)
    flow.acknowledged(1)
    expect(flow.oldestAt()).toBe(20)
    flow.acknowledged(3)
    expect(flow.oldestAt()).toBeUndefined()
  })

  it('reaches the server once a session, in order and without a hole, whatever happens', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('add' as const), size: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ do: fc.constant('next' as const), room: fc.integer({ min: 0, max: 4 }) }),
      fc.record({
        do: fc.constantFrom('ack' as const, 'back' as const),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      fc.record({ do: fc.constantFrom('session' as const, 'recall' as const) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const flow = createFlow()
        /** What the shipper gave since its last rewind, and what it has committed. */
        let given = 0
        let committed = 0
        let loads: Load[] = []
        /** What the server has, and what this session has been offered. */
        let durable = 0
        let sent = 0
        flow.begin(0)
        for (const one of steps) {
          switch (one.do) {
            case 'add': {
              const load = loadOf(
                given,
                Array.from({ length: one.size }, (_, i) => given + 1 + i),
              )
              given = load.last
              loads.push(load)
              flow.add(load, (delivery) => {
                expect(delivery.status).toBe('delivered')
                expect(load.last).toBeLessThanOrEqual(durable)
                committed = Math.max(committed, load.last)
                loads = loads.filter((other) => other !== load)
              })
              break
            }
            case 'next': {
              const offer = flow.next(one.room)
              if (!offer) break
              expect(offer.items.length).toBeLessThanOrEqual(one.room)
              expect([offer.after, ...offer.items.map((item) => item.sequence)]).toEqual(
                Array.from({ length: offer.items.length + 1 }, (_, i) => sent + i),
              )
              sent += offer.items.length
              break
            }
            case 'ack':
              durable += Math.floor(one.share * (sent - durable))
              flow.acknowledged(durable)
              break
            case 'back':
              sent = durable + Math.floor(one.share * (sent - durable))
              flow.goBack(sent)
              break
            case 'session':
              sent = durable
              flow.begin(durable)
              break
            case 'recall':
              for (const load of loads) flow.remove(load)
              loads = []
              given = committed
              break
          }
        }
      }),
    )
  })
})
