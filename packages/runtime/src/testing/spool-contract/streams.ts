import type { Observation } from '@netstats/protocol'
import { examplePending, exampleStats } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { never, onAck, onSend, readAll, numbers, pendings } from './support.ts'
import type { Setup } from './support.ts'

/** What a batch says about the stream before it, and lives. */
export const streamsContract = (name: string, setup: Setup): void => {
  describe(`${name}, as a spool: streams`, () => {
    it('has an id, and says with each batch which observation came before it in the stream', async () => {
      const { spool } = await setup()
      expect(spool.id).toMatch(/^[0-9a-f]{32}$/)
      await using reader = await spool.reader('r', { ...onAck, batchSize: 2, wants: ({ kind }) => kind === 'pending' })
      await spool.append([exampleStats(1), ...pendings(1, 3), exampleStats(2), ...pendings(4, 5)])
      const first = await reader.next({ signal: never })
      const second = await reader.next({ signal: never })
      const third = await reader.next({ signal: never })
      expect([first?.spool, second?.spool]).toEqual([spool.id, spool.id])
      expect([first?.after, second?.after, third?.after]).toEqual([0, first?.last, second?.last])
      await reader.commit(second?.items[0]?.sequence ?? 0)
      reader.rewind()
      expect((await reader.next({ signal: never }))?.after).toBe(second?.items[0]?.sequence)
      reader.rewind()
      await reader.commit(third?.last ?? 0)
      await spool.append([examplePending(6)])
      expect((await reader.next({ signal: never }))?.after).toBe(third?.last)
    })

    it('goes back in the stream with an on-send reader too', async () => {
      const { spool } = await setup()
      await using reader = await spool.reader('r', { ...onSend, batchSize: 2 })
      await spool.append(pendings(1, 5))
      const first = await reader.next({ signal: never })
      const second = await reader.next({ signal: never })
      await reader.commit(first?.last ?? 0)
      reader.rewind()
      expect((await reader.next({ signal: never }))?.after).toBe(first?.last)
      expect((await reader.next({ signal: never }))?.after).toBe(second?.last)
    })

    it('gives up what another spool has under its sequences, says so, and begins a new life beyond', async () => {
      const { spool } = await setup()
      await using reader = await spool.reader('r', { ...onAck, batchSize: 2 })
      await using other = await spool.reader('s', onAck)
      await spool.append(pendings(1, 5))
      await reader.commit((await reader.next({ signal: never }))?.last ?? 0)
      const third = (await reader.next({ signal: never }))?.items[0]?.sequence ?? 0
      const { lives, last } = spool
      expect(await reader.disown(third + 1)).toBe(2)
      expect(spool.lives.slice(0, -1)).toEqual(lives)
      // What it still has is of a life of its own too.
      expect(reader.lives.map(({ from }) => from).slice(-2)).toEqual([third + 2, last + 1])
      expect(other.lives.at(-2)?.from).toBeLessThanOrEqual(last)
      await spool.append([examplePending(6)])
      reader.rewind()
      const batch = await reader.next({ signal: never })
      expect(batch).toMatchObject({ after: third + 1, before: 4 })
      expect(numbers(batch)[0]).toBe(5)
      expect(spool.stats().dropped).toEqual([{ reason: 'cloned', class: 'latency', count: 2 }])
      // What other streams have is no less certain than before.
      expect(numbers(await other.next({ signal: never })).slice(0, 5)).toEqual([1, 2, 3, 4, 5])
    })

    it('gives up what a peer has forgotten, and leaves the rest the life that copies of it know it by', async () => {
      const { spool } = await setup()
      await using reader = await spool.reader('r', { ...onAck, batchSize: 2 })
      await spool.append(pendings(1, 5))
      const second = (await reader.next({ signal: never }))?.last ?? 0
      const lives = reader.lives
      expect(await reader.disown(second, 'doubt')).toBe(2)
      expect(reader.lives).toEqual(lives)
      reader.rewind()
      expect(await reader.next({ signal: never })).toMatchObject({ after: second, before: 2 })
      expect(spool.stats().dropped).toEqual([{ reason: 'cloned', class: 'latency', count: 2 }])
      // Beyond its end it begins another one: what comes must not be taken for what was forgotten.
      await reader.disown(spool.last + 1e9, 'doubt')
      expect(reader.lives.length).toBe(lives.length + 1)
    })

    it('gives up all it has where a copy is ahead of it, and goes on beyond that', async () => {
      const { spool } = await setup()
      await using reader = await spool.reader('r', onAck)
      await spool.append(pendings(1, 2))
      const ahead = spool.last + 1e9
      expect(await reader.disown(ahead)).toBe(2)
      expect(spool.last).toBeGreaterThanOrEqual(ahead)
      expect(reader.backlog()).toBe(0)
    })

    it('counts its stream', async () => {
      const { spool } = await setup()
      await using reader = await spool.reader('r', { ...onAck, batchSize: 2 })
      await spool.append(pendings(1, 9))
      const first = await reader.next({ signal: never })
      expect(first?.before).toBe(0)
      expect((await reader.next({ signal: never }))?.before).toBe(2)
      await reader.commit(first?.items[0]?.sequence ?? 0)
      reader.rewind()
      expect((await reader.next({ signal: never }))?.before).toBe(1)
    })

    it('knows what it has under a sequence', async () => {
      const { spool } = await setup()
      const blocksOnly = { ...onAck, wants: (one: Observation) => one.kind === 'block' }
      await using blocks = await spool.reader('blocks', blocksOnly)
      await using all = await spool.reader('all', onAck)
      await spool.append([examplePending(1)])
      expect(all.at(spool.last)).toEqual(examplePending(1))
      expect(blocks.at(spool.last)).toBe('other')
      expect(all.at(spool.last + 1)).toBeUndefined()
    })

    it('begins the stream of a new reader with nothing before it, whatever the spool has seen', async () => {
      const { spool } = await setup()
      await using first = await spool.reader('a', onAck)
      await spool.append(pendings(1, 3))
      await readAll(first)
      await using second = await spool.reader('b', onAck)
      await spool.append([examplePending(4)])
      expect((await second.next({ signal: never }))?.after).toBe(0)
    })
  })
}
