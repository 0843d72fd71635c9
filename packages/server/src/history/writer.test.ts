import { StoreError } from '@netstats/store'
import type { Store } from '@netstats/store'
import { createFakeClock, createRecordingLogger } from '@netstats/sdk/testing'
import { createMemoryStore } from '@netstats/store/testing'
import type { MemoryStore } from '@netstats/store/testing'
import { describe, expect, it } from 'vitest'
import { createNameIds } from './name-ids.ts'
import { createRowBuffer } from './row-buffer.ts'
import { watchedStore } from './watched-store.ts'
import { createWriter } from './writer.ts'

interface Setup {
  readonly open?: (attempt: number) => Promise<Store>
  readonly store?: MemoryStore
  readonly maxBytes?: number
  readonly batchRows?: number
}

const begin = ({ store = createMemoryStore(), open, maxBytes = 1 << 20, batchRows = 100 }: Setup = {}) => {
  const clock = createFakeClock()
  const log = createRecordingLogger()
  const names = createNameIds()
  names.network('1337', '1337', 5)
  const rowBuffer = createRowBuffer({
    maxBytes,
    batchRows,
    onFull: () => writer.hurry(),
    monotonic: () => clock.monotonic(),
  })
  const states: string[] = []
  let attempts = 0
  const writer = createWriter({
    openStore: () => (open === undefined ? Promise.resolve(store) : open(attempts++)),
    rowBuffer,
    names,
    clock,
    log,
    flushEveryMs: 1000,
    prepare: () => Promise.resolve(),
    onState: (state, reason) => states.push(reason === '' ? state : `${state}: ${reason}`),
  })
  let said = 0
  const say = (lines: number): void => {
    for (let i = 0; i < lines; i++) {
      rowBuffer.into.log.add({
        at: clock.now(),
        network: 1,
        node: null,
        severity: 5,
        source: 's',
        message: String(++said),
        component: null,
        fields: null,
      })
    }
  }
  const messages = (): readonly string[] => store.rows('log').map((row) => row.message)
  return { clock, log, names, rowBuffer, store, writer, states, say, messages, attempts: () => attempts }
}

const upTo = (n: number): readonly string[] => Array.from({ length: n }, (_, i) => String(i + 1))
const full = () => new StoreError('STORE_DISK_FULL', 'The disk is full.', { retryable: true })

describe('the writer', () => {
  it('writes once a second, and sooner when much waits', async () => {
    const { clock, writer, say, messages } = begin()
    await writer.tried()
    say(3)
    await clock.advance(999)
    expect(messages()).toEqual([])
    await clock.advance(1)
    expect(messages()).toEqual(upTo(3))
    say(101)
    await clock.settle()
    expect(messages()).toEqual(upTo(104))
    expect([writer.counts.batches, writer.counts.rows.get('log')]).toEqual([3, 104])
  })

  it('writes names with the first rows that need them', async () => {
    const { clock, writer, say, store } = begin()
    await writer.tried()
    say(1)
    await clock.advance(1000)
    expect([store.rows('network').length, store.rows('log').length]).toEqual([1, 1])
    say(1)
    await clock.advance(1000)
    expect(store.rows('network')).toHaveLength(1)
  })

  it('resolves what waits for it once that is durable, not before and not for later rows', async () => {
    let release: () => void = () => undefined
    const gate = new Promise<void>((resolve) => (release = resolve))
    const { clock, writer, say } = begin({ store: createMemoryStore({ delayWrites: () => gate }) })
    await writer.tried()
    await writer.flushed()
    say(1)
    let flushed = false
    const waiting = writer.flushed().then(() => (flushed = true))
    await clock.advance(5000)
    say(1)
    expect(flushed).toBe(false)
    release()
    await waiting
    expect(flushed).toBe(true)
  })

  it('is seen to stand still while the store hangs, to get on with what was written, and to rest when nothing waits', async () => {
    let release: () => void = () => undefined
    const gate = new Promise<void>((resolve) => (release = resolve))
    const { clock, writer, rowBuffer, say } = begin({ store: createMemoryStore({ delayWrites: () => gate }) })
    const part = watchedStore({ writer, rowBuffer })
    expect(part.progress()).toBeUndefined()
    await writer.tried()
    say(201)
    await clock.advance(1000)
    const before = part.progress()
    expect(before).toBe(0)
    await clock.advance(3_600_000)
    expect(part.progress()).toBe(before)
    release()
    await writer.flushed()
    expect(writer.counts.batches).toBe(3)
    expect(part.progress()).toBeUndefined()
  })

  it('is seen to get on with each refusal of the store', async () => {
    const { clock, writer, rowBuffer, say } = begin({ store: createMemoryStore({ failWrites: full }) })
    const part = watchedStore({ writer, rowBuffer })
    await writer.tried()
    say(1)
    await clock.advance(1000)
    const before = part.progress() ?? 0
    await clock.advance(60_000)
    expect(part.progress()).toBeGreaterThan(before)
  })

  it('gives the same batch again while the disk is full, says so once, and goes on when there is room', async () => {
    let failures = 5
    const store = createMemoryStore({ failWrites: () => (failures-- > 0 ? full() : undefined) })
    const { clock, writer, say, messages, states, log } = begin({ store })
    await writer.tried()
    say(2)
    await clock.advance(60_000)
    expect(messages()).toEqual(upTo(2))
    expect(states).toEqual(['ok', 'degraded: The disk is full.', 'ok'])
    expect(log.entries.filter(({ level }) => level === 'warn')).toHaveLength(1)
    expect(writer.counts.errors.get('STORE_DISK_FULL')).toBe(5)
  })

  it('holds no more than it may while the store is gone, and loses nothing that was there', async () => {
    let broken = true
    const store = createMemoryStore({ failWrites: () => (broken ? full() : undefined) })
    const { clock, writer, say, messages, rowBuffer } = begin({ store, maxBytes: 50_000 })
    await writer.tried()
    for (let i = 0; i < 100; i++) {
      say(100)
      await clock.advance(1000)
    }
    expect(rowBuffer.bytes).toBeLessThan(51_000)
    const held = rowBuffer.rows
    expect(rowBuffer.givenUp.log.memory).toBe(10_000 - held)
    broken = false
    const flushed = writer.flushed()
    await clock.advance(60_000)
    await flushed
    expect(messages()).toEqual(upTo(held))
    say(1)
    await clock.advance(1000)
    expect(messages()).toHaveLength(held + 1)
  })

  it('opens again what failed for good, and writes on where it was', async () => {
    const stores = [createMemoryStore(), createMemoryStore()] as const
    const { clock, writer, say, states } = begin({ open: (attempt) => Promise.resolve(stores[attempt === 0 ? 0 : 1]) })
    await writer.tried()
    say(1)
    await clock.advance(1000)
    await stores[0][Symbol.asyncDispose]()
    say(2)
    await clock.advance(60_000)
    expect(stores[1].rows('log').map((row) => row.message)).toEqual(['2', '3'])
    expect(states).toEqual(['ok', 'degraded: The store is closed.', 'ok'])
    expect(writer.store).toBe(stores[1])
  })

  it('does not write a batch again that had landed when its store died', async () => {
    const inner = createMemoryStore()
    let dies = false
    const dying: Store = {
      ...inner,
      async write(batch, id) {
        await inner.write(batch, id)
        if (dies) throw new StoreError('STORE_FAILED', 'The thread of the store ended.', { retryable: true })
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }
    const { clock, writer, say } = begin({ open: () => Promise.resolve(dying) })
    await writer.tried()
    say(2)
    await clock.advance(1000)
    dies = true
    say(2)
    const flushed = writer.flushed()
    await clock.advance(1000)
    dies = false
    await clock.advance(60_000)
    await flushed
    say(1)
    await clock.advance(1000)
    expect(inner.rows('log').map((row) => row.message)).toEqual(upTo(5))
  })

  it('numbers rows after those of a store that comes late', async () => {
    const store = createMemoryStore()
    const kept: Store = { ...store, [Symbol.asyncDispose]: () => Promise.resolve() }
    const first = begin({ open: () => Promise.resolve(kept) })
    await first.writer.tried()
    first.say(3)
    await first.clock.advance(1000)
    await first.writer.close(1000)
    const late = begin({
      open: (attempt) =>
        attempt < 3
          ? Promise.reject(new StoreError('STORE_IN_USE', 'Another process has it.', { retryable: true }))
          : Promise.resolve(kept),
    })
    late.say(2)
    await late.writer.tried()
    expect(late.writer.store).toBeUndefined()
    expect(late.writer.reason).toBe('Another process has it.')
    await late.clock.advance(200_000)
    expect(store.rows('log').map((row) => row.seq)).toEqual([1, 2, 3, 4, 5])
    expect(late.states).toEqual(['degraded: Another process has it.', 'ok'])
  })

  it('gives up a batch that a working store refuses again and again, and only that', async () => {
    const store = createMemoryStore()
    let refusals = 0
    const picky: Store = {
      ...store,
      write(batch, id) {
        if (batch['log']?.columns['message']?.values[0] !== '1') return store.write(batch, id)
        refusals++
        return Promise.reject(new StoreError('STORE_IO', 'No.'))
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }
    const { clock, writer, say, rowBuffer, log } = begin({ open: () => Promise.resolve(picky) })
    await writer.tried()
    say(1)
    await clock.advance(1000)
    say(1)
    await clock.advance(300_000)
    expect([refusals, rowBuffer.givenUp.log.refused]).toEqual([3, 1])
    expect(store.rows('log').map((row) => row.message)).toEqual(['2'])
    expect(log.entries.filter(({ message }) => message.includes('given up'))).toHaveLength(1)
  })

  it('does not give up as refused what turns out to be there', async () => {
    const inner = createMemoryStore()
    let failures = 0
    const dying: Store = {
      ...inner,
      async write(batch, id) {
        if (failures === 3) return inner.write(batch, id)
        // The last of them comes after the batch was written.
        if (++failures === 3) await inner.write(batch, id)
        throw new StoreError('STORE_FAILED', 'The thread of the store ended.', { retryable: true })
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }
    const { clock, writer, say, rowBuffer } = begin({ open: () => Promise.resolve(dying) })
    await writer.tried()
    const ends: string[] = []
    rowBuffer.listen({ stored: (id) => ends.push(`stored ${id}`), givenUp: (id) => ends.push(`given up ${id}`) })
    say(2)
    await clock.advance(300_000)
    say(1)
    await clock.advance(1000)
    expect(inner.rows('log').map((row) => row.message)).toEqual(upTo(3))
    expect(ends).toEqual(['stored 1', 'stored 2'])
    expect(rowBuffer.givenUp.log.refused).toBe(0)
  })

  it('leaves a store alone that cannot be opened, says why once, and tries again more and more seldom', async () => {
    const foreign = () => Promise.reject(new StoreError('STORE_FOREIGN', 'It is not ours; choose another folder.'))
    const { clock, writer, states, log, attempts } = begin({ open: foreign })
    await writer.tried()
    await clock.advance(3_600_000)
    expect(states).toEqual(['failed: It is not ours; choose another folder.'])
    expect(log.entries.filter(({ level }) => level === 'error')).toHaveLength(1)
    expect(attempts()).toBeGreaterThan(30)
    expect(attempts()).toBeLessThan(400)
  })

  it('goes on from now where the clock was far ahead once', async () => {
    const store = createMemoryStore()
    const kept: Store = { ...store, [Symbol.asyncDispose]: () => Promise.resolve() }
    const first = begin({ open: () => Promise.resolve(kept) })
    await first.writer.tried()
    const now = first.clock.now()
    const at = now + 365 * 86_400_000
    first.rowBuffer.into.shed.add({ at, class: 'log', reason: 'memory', dropped: 1 })
    const closed = first.writer.close(1000)
    await first.clock.advance(1000)
    await closed
    expect((await store.catalog()).newestAt).toBe(at)
    const second = begin({ store })
    await second.writer.tried()
    expect(second.writer.newestAt).toBe(second.clock.now())
  })

  it('writes all that waits before it closes', async () => {
    const { clock, writer, say, store, states } = begin()
    await writer.tried()
    say(250)
    await writer.close(1000)
    await clock.settle()
    expect(store.rows('log')).toHaveLength(250)
    expect(states.at(-1)).toBe('stopped')
  })

  it('does not wait for ever at the end, and counts what it leaves', async () => {
    const store = createMemoryStore({ delayWrites: () => new Promise(() => undefined) })
    const { clock, writer, say, rowBuffer, log } = begin({ store })
    await writer.tried()
    say(7)
    const flushed = writer.flushed()
    await clock.advance(1000)
    const closing = writer.close(5000)
    await clock.advance(5000)
    await Promise.all([closing, flushed])
    expect(rowBuffer.givenUp.log.stopped).toBe(7)
    expect(log.entries.at(-1)?.message).toBe('stopped before all of the history was written')
  })

  it('does not keep the end waiting for a store that cannot be opened', async () => {
    const { clock, writer, say } = begin({
      open: () => Promise.reject(new StoreError('STORE_CORRUPT', 'It is damaged.')),
    })
    await writer.tried()
    say(1)
    await clock.advance(10_000)
    await writer.close(60_000)
    expect(clock.sleeping()).toBe(0)
  })
})
