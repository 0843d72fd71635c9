import type { Delivery } from '@netstats/sdk'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createInFlight } from './in-flight.ts'
import type { InFlight, Load } from './in-flight.ts'

const loadOf = (after: number, sequences: readonly number[], spool = 's'): Load => ({
  spool,
  after,
  before: after,
  items: sequences.map((sequence) => ({ sequence, kind: 'pending', observedAt: sequence * 10, body: '{}' })),
  last: sequences.at(-1) ?? after,
})
const offered = (inFlight: InFlight, room = 100): unknown => {
  const offer = inFlight.next(room)
  return offer && [offer.after, offer.items.map((item) => item.sequence)]
}
const setup = (...loads: readonly Load[]) => {
  const inFlight = createInFlight()
  const settled: (string | undefined)[] = loads.map(() => undefined)
  const add = (load: Load, i: number): void =>
    inFlight.add(load, (delivery: Delivery) => {
      settled[i] = delivery.status
    })
  loads.forEach(add)
  return { inFlight, settled }
}

describe('what is under way to the server', () => {
  it('goes to the session in order, as much as there is room for', () => {
    const { inFlight } = setup(loadOf(0, [2, 3, 5]), loadOf(5, [8]))
    inFlight.begin(0)
    expect(offered(inFlight, 2)).toEqual([0, [2, 3]])
    expect(offered(inFlight, 0)).toBeUndefined()
    expect(offered(inFlight)).toEqual([3, [5]])
    expect(offered(inFlight)).toEqual([5, [8]])
    expect(offered(inFlight)).toBeUndefined()
  })

  it('is counted, also what was acknowledged before it was handed over', () => {
    const { inFlight } = setup(loadOf(0, [1, 2]))
    inFlight.begin(5)
    inFlight.add(loadOf(2, [3, 4, 5]), () => undefined)
    inFlight.add(loadOf(5, [6, 7]), () => undefined)
    inFlight.acknowledged(7)
    expect(inFlight.released()).toEqual({ after: 7, acknowledged: 7 })
  })

  it('is released when it is settled, and counted as far as that', () => {
    const { inFlight } = setup(loadOf(0, [1, 2, 3]), loadOf(3, [4]))
    expect(inFlight.released()).toEqual({ after: 0, acknowledged: 0 })
    inFlight.begin(0)
    offered(inFlight)
    inFlight.acknowledged(2)
    expect(inFlight.released()).toEqual({ after: 0, acknowledged: 0 })
    inFlight.acknowledged(3)
    expect(inFlight.released()).toEqual({ after: 3, acknowledged: 3 })
    // What the server has beyond what was handed over may be gone with it when it is put back.
    inFlight.begin(9)
    expect(inFlight.released()).toEqual({ after: 4, acknowledged: 4 })
  })

  it('goes once more to a server that was put back, where it has not been released', () => {
    const { inFlight } = setup(loadOf(0, [1, 2, 3]))
    inFlight.begin(0)
    offered(inFlight)
    inFlight.acknowledged(2)
    inFlight.begin(1)
    expect(offered(inFlight)).toEqual([1, [2, 3]])
  })

  it('is not released with what comes after it', () => {
    const first = loadOf(0, [1, 2])
    const { inFlight } = setup(first, loadOf(2, [3]))
    inFlight.remove(first)
    expect(inFlight.released()).toEqual({ after: 0, acknowledged: 0 })
  })

  it('is released by a spool that gives it up', () => {
    const { inFlight } = setup(loadOf(0, [1, 2]))
    inFlight.begin(0)
    inFlight.fail({ status: 'retry', reason: 'cut' })
    inFlight.add({ ...loadOf(5, [6]), before: 4 }, () => undefined)
    expect(inFlight.released()).toEqual({ after: 5, acknowledged: 4 })
    inFlight.begin(0)
    expect(offered(inFlight)).toEqual([5, [6]])
  })

  it('is settled when all of a delivery is acknowledged', () => {
    const { inFlight, settled } = setup(loadOf(0, [1, 2]), loadOf(2, [3, 4]))
    inFlight.begin(0)
    offered(inFlight)
    inFlight.acknowledged(3)
    expect(settled).toEqual(['delivered', undefined])
    inFlight.acknowledged(4)
    expect(settled).toEqual(['delivered', 'delivered'])
  })

  it('leaves out what the server has when a session begins, and settles it', () => {
    const { inFlight, settled } = setup(loadOf(0, [1, 2]), loadOf(2, [3, 4]))
    inFlight.begin(3)
    expect(settled).toEqual(['delivered', undefined])
    expect(offered(inFlight)).toEqual([3, [4]])
  })

  it('begins after what was released, where the server has less: it said so when it logged in', () => {
    const { inFlight } = setup(loadOf(7, [8, 9]))
    expect(inFlight.released().after).toBe(7)
    inFlight.begin(0)
    expect(offered(inFlight)).toEqual([7, [8, 9]])
  })

  it('is offered again after the session went back, and by the next session', () => {
    const { inFlight } = setup(loadOf(0, [1, 2, 3]))
    inFlight.begin(0)
    offered(inFlight)
    inFlight.goBack(1)
    expect(offered(inFlight)).toEqual([1, [2, 3]])
    inFlight.begin(2)
    expect(offered(inFlight)).toEqual([2, [3]])
  })

  it('is not offered again when a delivery was called off and comes again within the session', () => {
    const load = loadOf(0, [1, 2, 3])
    const { inFlight, settled } = setup(load)
    inFlight.begin(0)
    offered(inFlight, 2)
    inFlight.remove(load)
    inFlight.add(loadOf(0, [1, 2, 3]), ({ status }) => settled.push(status))
    expect(offered(inFlight)).toEqual([2, [3]])
    inFlight.acknowledged(3)
    expect(settled).toEqual([undefined, 'delivered'])
  })

  it('waits for what comes before it where that was called off', () => {
    const first = loadOf(0, [1, 2])
    const { inFlight } = setup(first, loadOf(2, [3]))
    inFlight.begin(0)
    inFlight.remove(first)
    expect(offered(inFlight)).toBeUndefined()
  })

  it('is what was acknowledged already, without a word to the session', () => {
    const { inFlight, settled } = setup(loadOf(0, [1, 2]))
    inFlight.begin(0)
    offered(inFlight)
    inFlight.acknowledged(2)
    inFlight.add(loadOf(0, [1, 2]), ({ status }) => settled.push(status))
    expect(settled).toEqual(['delivered', 'delivered'])
  })

  it('starts over with another spool', () => {
    const { inFlight, settled } = setup(loadOf(0, [1, 2]))
    inFlight.begin(0)
    offered(inFlight)
    inFlight.fail({ status: 'retry', reason: 'cut' })
    expect(settled).toEqual(['retry'])
    inFlight.add(loadOf(0, [9], 't'), () => undefined)
    expect([inFlight.spool(), inFlight.released().after]).toEqual(['t', 0])
    inFlight.begin(0)
    expect(offered(inFlight)).toEqual([0, [9]])
  })

  it('says when the oldest that is not acknowledged was made', () => {
    const { inFlight } = setup(loadOf(0, [1, 2]), loadOf(2, [3]))
    inFlight.begin(0)
    expect(inFlight.oldestAt()).toBe(10)
    inFlight.acknowledged(1)
    expect(inFlight.oldestAt()).toBe(20)
    inFlight.acknowledged(3)
    expect(inFlight.oldestAt()).toBeUndefined()
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
        const inFlight = createInFlight()
        /** What the shipper gave since its last rewind, and what it has committed. */
        let given = 0
        let committed = 0
        let loads: Load[] = []
        /** What the server has, and what this session has been offered. */
        let durable = 0
        let sent = 0
        inFlight.begin(0)
        for (const one of steps) {
          switch (one.do) {
            case 'add': {
              const load = loadOf(
                given,
                Array.from({ length: one.size }, (_, i) => given + 1 + i),
              )
              given = load.last
              loads.push(load)
              inFlight.add(load, (delivery) => {
                expect(delivery.status).toBe('delivered')
                expect(load.last).toBeLessThanOrEqual(durable)
                committed = Math.max(committed, load.last)
                loads = loads.filter((other) => other !== load)
              })
              break
            }
            case 'next': {
              const offer = inFlight.next(one.room)
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
              inFlight.acknowledged(durable)
              break
            case 'back':
              sent = durable + Math.floor(one.share * (sent - durable))
              inFlight.goBack(sent)
              break
            case 'session':
              sent = durable
              inFlight.begin(durable)
              break
            case 'recall':
              for (const load of loads) inFlight.remove(load)
              loads = []
              given = committed
              break
          }
        }
      }),
    )
  })
})
