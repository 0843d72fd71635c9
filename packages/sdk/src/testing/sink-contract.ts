import type { Observation } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import type { Delivery, Sink } from '../component.ts'
import type { Batch } from '../spool.ts'
import { exampleObservations, exampleStats } from './observations.ts'

/** What the peer behind a sink does: answers as its protocol says; takes everything and never answers; is not there. */
export const peerMoods = ['well', 'silent', 'away'] as const
export type PeerMood = (typeof peerMoods)[number]

/** A sink with its peer. */
export interface SinkHarness extends AsyncDisposable {
  readonly sink: Sink
  /** Changes what the peer does from now on. Resolves when it does. */
  peer(mood: PeerMood): Promise<void>
}

export interface SinkFeatures {
  /** Moods that its peer cannot have: a datagram is sent whether anyone listens or not. */
  readonly without?: readonly PeerMood[]
  /** An observation, by number, that its peer is given; statistics where none is named. */
  readonly observation?: (n: number) => Observation
}

/** A sink settles so long after its signal aborted, or the shipper gives it up. */
const settleMs = 4000
/** A sink opens its connection again within this many attempts, a moment apart. */
const attempts = 200

const frozen = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const one of Object.values(value)) frozen(one)
  }
  return value
}

/** Sequences from `from` on, the one before them in the stream being `after`. */
const batchOf = (observations: ReturnType<typeof exampleObservations>, from = 1000, after = 0): Batch =>
  frozen({
    spool: '0123456789abcdef0123456789abcdef',
    after,
    before: 0,
    items: observations.map((observation, i) => ({ sequence: from + i, observation })),
    last: from + observations.length - 1,
  })

/** What every sink must do. `open` is called by each test; its peer is well at first. */
export const sinkContract = (
  name: string,
  open: () => Promise<SinkHarness>,
  { without = [], observation = exampleStats }: SinkFeatures = {},
): void => {
  /** What the shipper would make of it: a sink may also throw. */
  const deliver = async (sink: Sink, batch: Batch, signal: AbortSignal): Promise<Delivery> => {
    try {
      return await sink.deliver(batch, { signal })
    } catch (error) {
      return { status: 'retry', reason: String(error) }
    }
  }
  const never = new AbortController().signal

  /** Delivers again and again, as the shipper does, until it is settled. */
  const deliverAll = async (sink: Sink, whole: Batch): Promise<Delivery> => {
    let batch = whole
    for (let i = 0; i < attempts; i++) {
      const delivery = await deliver(sink, batch, never)
      if (delivery.status !== 'retry') return delivery
      const through = delivery.through ?? -1
      expect(through).toBeLessThanOrEqual(batch.last)
      const items = batch.items.filter((item) => item.sequence > through)
      if (items.length === 0) return { status: 'delivered' }
      batch = frozen({ ...batch, after: through, items })
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    throw new Error(`not settled after ${attempts} attempts`)
  }

  /** A test of a mood that the peer can have. */
  const itWhere = (mood: PeerMood, title: string, test: () => Promise<void>): void => {
    if (!without.includes(mood)) it(title, test)
  }

  describe(`${name}, as a sink`, () => {
    it('takes every kind of observation, whether its peer knows it or not, and leaves the batch as it was', async () => {
      await using harness = await open()
      const delivery = await deliverAll(harness.sink, batchOf(exampleObservations()))
      expect(['delivered', 'rejected']).toContain(delivery.status)
    })

    it('delivers one batch after the other', async () => {
      await using harness = await open()
      for (let i = 0; i < 5; i++) {
        const delivery = await deliverAll(harness.sink, batchOf([observation(i)], 10 + i, i === 0 ? 0 : 9 + i))
        expect(delivery.status).toBe('delivered')
      }
    })

    itWhere('away', 'asks for a retry while its peer is away, and delivers when it is back', async () => {
      await using harness = await open()
      await harness.peer('away')
      const batch = batchOf([observation(1), observation(2)])
      expect((await deliver(harness.sink, batch, AbortSignal.timeout(1000))).status).toBe('retry')
      await harness.peer('well')
      expect((await deliverAll(harness.sink, batch)).status).toBe('delivered')
    })

    itWhere(
      'silent',
      'settles soon after its signal aborts, though its peer says nothing, and claims nothing',
      async () => {
        await using harness = await open()
        await harness.peer('silent')
        const abort = new AbortController()
        const delivering = deliver(harness.sink, batchOf([observation(1)]), abort.signal)
        abort.abort(new Error('too long'))
        const late = new Promise((resolve) => setTimeout(() => resolve('late'), settleMs).unref())
        const settled = await Promise.race([delivering, late])
        expect(settled).toMatchObject({ status: 'retry' })
      },
    )

    it('says nothing was delivered to a signal that has aborted, unless it was', async () => {
      await using harness = await open()
      const batch = batchOf([observation(1)])
      const delivery = await deliver(harness.sink, batch, AbortSignal.abort())
      expect(['delivered', 'retry']).toContain(delivery.status)
      if (delivery.status === 'retry') expect((await deliverAll(harness.sink, batch)).status).toBe('delivered')
      const next = batchOf([observation(2)], 5000, batch.last)
      expect((await deliverAll(harness.sink, next)).status).toBe('delivered')
    })

    it('can be disposed more than once, also without a delivery and while its peer is silent', async () => {
      await using harness = await open()
      await harness.sink[Symbol.asyncDispose]()
      await harness.sink[Symbol.asyncDispose]()
      await using second = await open()
      if (!without.includes('silent')) await second.peer('silent')
      const abort = new AbortController()
      const delivering = deliver(second.sink, batchOf([observation(1)]), abort.signal)
      await second.sink[Symbol.asyncDispose]()
      abort.abort()
      expect(['delivered', 'retry']).toContain((await delivering).status)
    })
  })
}
