import { exampleObservations, examplePending, exampleStats } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { never, onAck, onSend, nextNow, readAll, numbers, pendings, stored } from './support.ts'
import type { Setup } from './support.ts'

/** What a reader is given, and what is settled. */
export const readingContract = (name: string, setup: Setup): void => {
  describe(`${name}, as a spool: reading`, () => {
    it('gives back every kind of observation, whole and in the order of the appends', async () => {
      const { spool } = await setup()
      const all = exampleObservations()
      await spool.append(all.slice(0, 4))
      await spool.append(all.slice(4))
      await using reader = await spool.reader('r', onAck)
      const batch = await reader.next({ signal: never })
      expect(batch?.items.map((item) => item.observation)).toEqual(all)
      expect(batch?.last).toBe(batch?.items.at(-1)?.sequence)
    })

    it('numbers observations upwards, across appends that come at once', async () => {
      const { spool } = await setup()
      await Promise.all([1, 2, 3, 4].map((n) => spool.append([examplePending(n), exampleStats(n)])))
      await using reader = await spool.reader('r', onAck)
      const batch = await reader.next({ signal: never })
      const sequences = batch?.items.map((item) => item.sequence) ?? []
      expect(sequences).toHaveLength(8)
      expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b))
      expect(sequences.every((n) => Number.isSafeInteger(n) && n > 0)).toBe(true)
    })

    it('gives no more than a batch at a time and goes on after the last one, committed or not', async () => {
      const { spool } = await setup()
      await spool.append(pendings(1, 5))
      await using reader = await spool.reader('r', { ...onAck, batchSize: 2 })
      expect(numbers(await reader.next({ signal: never }))).toEqual([1, 2])
      expect(numbers(await reader.next({ signal: never }))).toEqual([3, 4])
      expect(numbers(await reader.next({ signal: never }))).toEqual([5])
    })

    it('takes an append of thousands and gives it in batches of thousands', async () => {
      const { spool } = await setup()
      await spool.append(pendings(1, 2500))
      await using reader = await spool.reader('r', { ...onAck, batchSize: 2000 })
      expect((await reader.next({ signal: never }))?.items).toHaveLength(2000)
      expect((await reader.next({ signal: never }))?.items).toHaveLength(500)
    })

    it('waits for the next append', async () => {
      const { spool } = await setup()
      await using reader = await spool.reader('r', onAck)
      const waiting = reader.next({ signal: never })
      await spool.append([examplePending(7)])
      expect(numbers(await waiting)).toEqual([7])
    })

    it('gives nothing to a signal that aborts or has aborted, and loses nothing by it', async () => {
      const { spool } = await setup()
      await using reader = await spool.reader('r', onAck)
      const abort = new AbortController()
      const waiting = reader.next({ signal: abort.signal })
      abort.abort()
      expect(await waiting).toBeUndefined()
      await spool.append([examplePending(1)])
      expect(await reader.next({ signal: abort.signal })).toBeUndefined()
      expect(numbers(await reader.next({ signal: never }))).toEqual([1])
    })

    it('refuses to give two batches at once', async () => {
      const { spool } = await setup()
      await using reader = await spool.reader('r', onAck)
      const waiting = reader.next({ signal: never })
      await expect(reader.next({ signal: never })).rejects.toMatchObject({ code: 'SPOOL_READER_BUSY' })
      await spool.append([examplePending(1)])
      await waiting
    })
  })

  describe(`${name}, as a spool: settling`, () => {
    it('gives again after a rewind what was not committed, and only that', async () => {
      const { spool } = await setup()
      await spool.append(pendings(1, 4))
      await using reader = await spool.reader('r', { ...onAck, batchSize: 4 })
      const batch = await reader.next({ signal: never })
      await reader.commit(batch?.items[1]?.sequence ?? 0)
      reader.rewind()
      expect(numbers(await reader.next({ signal: never }))).toEqual([3, 4])
      reader.rewind()
      await reader.commit(batch?.last ?? 0)
      expect(await nextNow(reader)).toBeUndefined()
    })

    it('counts what is not committed', async () => {
      const { spool } = await setup()
      await using reader = await spool.reader('r', { ...onAck, batchSize: 2 })
      expect(reader.backlog()).toBe(0)
      await spool.append(pendings(1, 3))
      expect(reader.backlog()).toBe(3)
      const batch = await reader.next({ signal: never })
      expect(reader.backlog()).toBe(3)
      await reader.commit(batch?.last ?? 0)
      expect(reader.backlog()).toBe(1)
    })

    it('refuses a commit of what it has not given, and takes an old one for done', async () => {
      const { spool } = await setup()
      await spool.append(pendings(1, 2))
      await using reader = await spool.reader('r', { ...onAck, batchSize: 1 })
      const first = await reader.next({ signal: never })
      const second = (first?.last ?? 0) + 1
      await expect(reader.commit(second)).rejects.toMatchObject({ code: 'SPOOL_COMMIT_AHEAD' })
      await reader.commit(first?.last ?? 0)
      await reader.commit(first?.last ?? 0)
      expect(numbers(await reader.next({ signal: never }))).toEqual([2])
    })

    it('keeps an observation until every reader has settled it', async () => {
      const { spool } = await setup()
      await using a = await spool.reader('a', onAck)
      await using b = await spool.reader('b', onAck)
      await spool.append(pendings(1, 3))
      expect(await readAll(a)).toHaveLength(3)
      expect(stored(spool)).toBe(3)
      expect(await readAll(b)).toHaveLength(3)
      expect(stored(spool)).toBe(0)
    })

    it('starts a new reader with the oldest observation there is', async () => {
      const { spool } = await setup()
      await using a = await spool.reader('a', onAck)
      await spool.append(pendings(1, 3))
      await using b = await spool.reader('b', onAck)
      expect(b.backlog()).toBe(3)
      expect(await readAll(b)).toEqual(pendings(1, 3))
      expect(await readAll(a)).toEqual(pendings(1, 3))
    })

    it('frees on-send observations when they are handed over, and gives them again after a rewind', async () => {
      const { spool } = await setup()
      await using reader = await spool.reader('r', { ...onSend, batchSize: 2 })
      await spool.append(pendings(1, 3))
      const first = await reader.next({ signal: never })
      expect(numbers(first)).toEqual([1, 2])
      await spool.append([])
      expect(stored(spool)).toBe(1)
      reader.rewind()
      expect(numbers(await reader.next({ signal: never }))).toEqual([1, 2])
      expect(reader.backlog()).toBe(3)
      await reader.commit(first?.last ?? 0)
      reader.rewind()
      expect(numbers(await reader.next({ signal: never }))).toEqual([3])
      expect(reader.backlog()).toBe(1)
    })

    it('opens a reader once, and again after it was disposed, at its place', async () => {
      const { spool } = await setup()
      await spool.append(pendings(1, 2))
      const first = await spool.reader('r', { ...onAck, batchSize: 1 })
      await expect(spool.reader('r', onAck)).rejects.toMatchObject({ code: 'SPOOL_READER_OPEN' })
      await first.commit((await first.next({ signal: never }))?.last ?? 0)
      await first[Symbol.asyncDispose]()
      await first[Symbol.asyncDispose]()
      expect(await first.next({ signal: never })).toBeUndefined()
      await using second = await spool.reader('r', onAck)
      expect(numbers(await second.next({ signal: never }))).toEqual([2])
    })
  })
}
