import type { ReaderOptions } from '@netstats/sdk'
import { exampleBlockObservation, examplePending } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { never, onAck, nextNow, readAll, pendings, stored } from './support.ts'
import type { Setup } from './support.ts'

/** Readers that want a part of the observations. */
export const wantsContract = (name: string, setup: Setup): void => {
  describe(`${name}, as a spool: what readers want`, () => {
    const blocks: ReaderOptions = { ...onAck, wants: (observation) => observation.kind === 'block' }
    const rest: ReaderOptions = { ...onAck, wants: (observation) => observation.kind !== 'block' }

    it('gives a reader what it wants, and keeps nothing for one that does not', async () => {
      const { spool } = await setup()
      await using a = await spool.reader('blocks', blocks)
      await using b = await spool.reader('rest', rest)
      await spool.append([exampleBlockObservation(1), examplePending(1), examplePending(2), exampleBlockObservation(2)])
      expect([a.backlog(), b.backlog()]).toEqual([2, 2])
      expect(await readAll(b)).toEqual(pendings(1, 2))
      expect(stored(spool)).toBe(2)
      expect(await readAll(a)).toEqual([exampleBlockObservation(1), exampleBlockObservation(2)])
      expect(stored(spool)).toBe(0)
    })

    it('does not store what no reader wants', async () => {
      const { spool } = await setup()
      await using reader = await spool.reader('blocks', blocks)
      await spool.append(pendings(1, 10))
      expect(stored(spool)).toBe(0)
      expect(spool.stats().unwanted).toBe(10)
      expect(reader.backlog()).toBe(0)
    })

    it('passes over what was appended before the reader said what it wants', async () => {
      const { spool } = await setup()
      await spool.append([...pendings(1, 700), exampleBlockObservation(1), ...pendings(1, 2)])
      await using reader = await spool.reader('blocks', blocks)
      const batch = await reader.next({ signal: never })
      expect(batch?.items.map((item) => item.observation)).toEqual([exampleBlockObservation(1)])
      await reader.commit(batch?.last ?? 0)
      expect(await nextNow(reader)).toBeUndefined()
      expect(reader.backlog()).toBe(0)
    })

    it('does not give a reader what it did not want when it was appended, though it wants it now', async () => {
      const { spool } = await setup()
      await using other = await spool.reader('other', onAck)
      const before = await spool.reader('r', blocks)
      await spool.append([examplePending(1), exampleBlockObservation(1)])
      await before[Symbol.asyncDispose]()
      await using after = await spool.reader('r', onAck)
      expect(await readAll(after)).toEqual([exampleBlockObservation(1)])
      expect(other.backlog()).toBe(2)
    })

    it('takes a filter that throws for a yes', async () => {
      const { spool } = await setup()
      const wants = (): boolean => {
        throw new Error('bad filter')
      }
      await using reader = await spool.reader('r', { ...onAck, wants })
      await spool.append(pendings(1, 2))
      expect(await readAll(reader)).toHaveLength(2)
    })

    it('forgets readers that are not to be kept, with what they held back', async () => {
      const { spool } = await setup()
      const old = await spool.reader('old', onAck)
      await using kept = await spool.reader('kept', onAck)
      await spool.append(pendings(1, 3))
      await old[Symbol.asyncDispose]()
      await readAll(kept)
      expect(stored(spool)).toBe(3)
      await spool.keepReaders(['kept'])
      await spool.append([examplePending(4)])
      await readAll(kept)
      expect(stored(spool)).toBe(0)
      expect(spool.stats().readers.map((reader) => reader.name)).toEqual(['kept'])
    })
  })
}
