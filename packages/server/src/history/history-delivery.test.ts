import { StoreError } from '@netstats/store'
import type { Store } from '@netstats/store'
import { createFakeClock, createRecordingLogger } from '@netstats/sdk/testing'
import { createMemoryStore } from '@netstats/store/testing'
import type { FakeClock } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { createCore } from '../shard/mod.ts'
import { openHistory } from './history.ts'
import { itemOf, spoolOf } from '../delivery/testing/delivering.ts'

const hour = 3_600_000
const day = 24 * hour
const retention = { raw: day, logs: day, seconds: day, minutes: day, hours: day }

const start = async (openStore: () => Promise<Store>, clock: FakeClock = createFakeClock()) => {
  const opening = openHistory({
    openStore,
    retention,
    flushEveryMs: 1000,
    bufferBytes: 1 << 20,
    clock,
    log: createRecordingLogger(),
    health: { set: () => true },
    sheds: () => ({}),
    openWithinMs: 10,
    restoreWithinMs: 10,
    closeWithinMs: 1000,
  })
  await clock.advance(20)
  const history = await opening
  const core = createCore()
  const begun = history.begin(core)
  await clock.advance(20)
  await begun
  const { deliveries } = history
  const told: string[] = []
  deliveries.listen({
    durable: (_, through) => void told.push(`durable ${through}`),
    lost: () => void told.push('lost'),
  })
  const open = () => deliveries.open({ agent: 'a', network: '1337', node: 'a', spool: spoolOf(1) }, clock.now())
  const take = (stream: NonNullable<ReturnType<typeof open>>, ...sequences: readonly number[]) => {
    const at = clock.now()
    const items = sequences.map((sequence) => itemOf(sequence, at))
    const batch = { after: (sequences[0] ?? 1) - 1, items, truncated: 0 }
    return deliveries.take(stream, batch, at, ({ observation }) => {
      const input = { type: 'observation', at, network: '1337', observation } as const
      history.recorder.applied(core.apply(input))
    })
  }
  const connect = (): void => {
    const input = { type: 'connected', at: clock.now(), node: 'a', info: { name: 'a', networkId: '1337' } } as const
    history.recorder.applied(core.apply({ ...input, address: null }))
  }
  connect()
  return { clock, history, deliveries, told, open, take }
}

const lines = (store: ReturnType<typeof createMemoryStore>): readonly string[] =>
  store
    .rows('log')
    .filter(({ source }) => source === 'a')
    .map(({ message }) => message)

describe('a history that agents deliver to', () => {
  it('cannot say where they go on before its store is open', async () => {
    const store = createMemoryStore()
    let there = false
    const { clock, open, take, told, deliveries } = await start(() =>
      there ? Promise.resolve(store) : Promise.reject(new StoreError('STORE_IN_USE', 'no', { retryable: true })),
    )
    expect([deliveries.ready, open()]).toEqual([false, undefined])
    there = true
    await clock.advance(5000)
    const stream = open()
    expect([deliveries.ready, stream?.durable]).toEqual([true, 0])
    if (stream === undefined) return
    take(stream, 1, 2)
    await clock.advance(2000)
    expect([told, lines(store)]).toEqual([['durable 2'], ['1', '2']])
  })

  it('acknowledges what was written when its store died, and has it once', async () => {
    const store = createMemoryStore()
    let dies: 'before' | 'after' | undefined
    const dying: Store = {
      ...store,
      async write(batch, id) {
        const how = dies
        dies = undefined
        if (how === 'before') throw new StoreError('STORE_FAILED', 'It died.', { retryable: true })
        await store.write(batch, id)
        if (how === 'after') throw new StoreError('STORE_FAILED', 'It died.', { retryable: true })
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }
    const { clock, open, take, told } = await start(() => Promise.resolve(dying))
    const stream = open()
    if (stream === undefined) throw new Error('no stream')
    let sequence = 0
    for (const how of ['after', 'before', undefined] as const) {
      dies = how
      take(stream, ++sequence, ++sequence)
      await clock.advance(60_000)
    }
    expect(told).toEqual(['durable 2', 'durable 4', 'durable 6'])
    expect(lines(store)).toEqual(['1', '2', '3', '4', '5', '6'])
  })

  it('goes back where a part of it is refused for good, and has all of it once in the end', async () => {
    const store = createMemoryStore()
    let refuses = true
    const picky: Store = {
      ...store,
      write: (batch, id) =>
        refuses && (batch['log']?.columns['message']?.values as readonly string[] | undefined)?.includes('1') === true
          ? Promise.reject(new StoreError('STORE_IO', 'No.'))
          : store.write(batch, id),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }
    const { clock, open, take, told } = await start(() => Promise.resolve(picky))
    await clock.advance(2000)
    const stream = open()
    if (stream === undefined) throw new Error('no stream')
    take(stream, 1)
    await clock.advance(2000)
    take(stream, 2)
    await clock.advance(120_000)
    expect([told, stream.applied]).toEqual([['lost'], 0])
    refuses = false
    expect(take(stream, 2).type).toBe('missing-range')
    take(stream, 1, 2)
    await clock.advance(2000)
    expect([told.at(-1), lines(store)]).toEqual(['durable 2', ['1', '2']])
  })

  it('has its resume points when what is past its retention was dropped, however long it was away', async () => {
    const store = createMemoryStore()
    const kept: Store = { ...store, [Symbol.asyncDispose]: () => Promise.resolve() }
    const clock = createFakeClock()
    const first = await start(() => Promise.resolve(kept), clock)
    const stream = first.open()
    if (stream === undefined) throw new Error('no stream')
    first.take(stream, 1, 2, 3)
    await clock.advance(5000)
    const closing = first.history[Symbol.asyncDispose]()
    await clock.advance(5000)
    await closing
    await clock.advance(30 * day)
    let dropped = 0
    const watched: Store = {
      ...kept,
      prune: (...given) => {
        dropped++
        return kept.prune(...given)
      },
    }
    const second = await start(() => Promise.resolve(watched), clock)
    // The clock is doubted for a day after so long a time.
    for (let hours = 0; hours < 26; hours++) {
      second.history.recorder.applied(createCore().apply({ type: 'tick', at: clock.now() }))
      await clock.advance(hour)
    }
    expect(dropped).toBeGreaterThan(0)
    const third = await start(() => Promise.resolve(kept), clock)
    expect(third.open()?.durable).toBe(3)
  })
})
