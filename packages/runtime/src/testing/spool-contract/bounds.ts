import type { Observation } from '@netstats/protocol'
import { exampleBlockObservation, exampleObservations, examplePending, exampleStats } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import type { ManagedSpool } from '../../spool/engine.ts'
import { onAck, room, readAll, pendings, gapsIn, stored } from './support.ts'
import type { Setup } from './support.ts'

/** What is given up, in which order, and how it is reported. */
export const boundsContract = (name: string, setup: Setup): void => {
  describe(`${name}, as a spool: bounds`, () => {
    const many = (n: number, from = 0): readonly Observation[] =>
      Array.from({ length: n }, (_, i) => (i % 2 === 0 ? examplePending(from + i) : exampleBlockObservation(from + i)))
    const fill = async (
      spool: ManagedSpool,
      step: number,
      make: (from: number) => readonly Observation[],
    ): Promise<void> => {
      for (let from = 0; spool.stats().dropped.length === 0; from += step) await spool.append(make(from))
    }

    it('gives up the lowest class first and the oldest first in it, says so, and stays within its room', async () => {
      const { spool, clock } = await setup()
      await using reader = await spool.reader('r', onAck)
      await fill(spool, 20, (from) => many(20, from))
      expect(spool.stats().dropped.map(({ reason, class: shed }) => `${reason} ${shed}`)).toEqual(['size latency'])
      expect(spool.stats().usedBytes).toBeLessThanOrEqual(spool.stats().roomBytes)
      await clock.advance(60_000)
      await spool.append([exampleStats(1)])
      const all = await readAll(reader)
      const left = all.flatMap((one) => (one.kind === 'pending' ? [one.body.pending] : []))
      expect(left).toEqual([...left].sort((a, b) => a - b))
      const counted = spool.stats().dropped.reduce((sum, one) => sum + one.count, 0)
      const gaps = gapsIn(all)
      expect(gaps.reduce((sum, gap) => sum + gap.dropped, 0)).toBe(counted)
      expect(gaps.every((gap) => gap.reason === 'size' && gap.class === 'latency')).toBe(true)
      expect(Math.min(...gaps.map((gap) => gap.from))).toBe(examplePending(0).observedAt)
      expect((left[0] ?? 0) / 2).toBe(counted)
    })

    it('never gives up a higher class for a lower one', async () => {
      const { spool } = await setup()
      await using reader = await spool.reader('r', onAck)
      const blocks = (from: number) => Array.from({ length: 500 }, (_, i) => exampleBlockObservation(from + i))
      await fill(spool, 500, blocks)
      const before = spool.stats().rows.block
      let offered = 0
      while (spool.stats().dropped.every((one) => one.class !== 'latency')) {
        await spool.append(pendings(offered + 1, offered + 500))
        offered += 500
      }
      await spool.append(pendings(1, 500))
      expect(spool.stats().rows.block).toBe(before)
      expect(reader.backlog()).toBe(stored(spool))
    })

    it('gives up an observation larger than it could ever hold, and takes the next', async () => {
      const { spool } = await setup()
      await using reader = await spool.reader('r', onAck)
      const huge: Observation = {
        ...exampleObservations()[6],
        body: { type: 'x'.repeat(room), added: [], removed: [] },
      } as Observation
      await spool.append([huge, examplePending(1)])
      expect(spool.stats().dropped).toEqual([{ reason: 'size', class: 'block', count: 1 }])
      const all = await readAll(reader)
      expect(all[0]).toEqual(examplePending(1))
    })

    it('gives up what is too old, with the class and the times', async () => {
      const { spool, clock } = await setup({ maxAgeMs: 60_000 })
      await using reader = await spool.reader('r', onAck)
      await spool.append(pendings(1, 3))
      await clock.advance(59_000)
      await spool.append([exampleBlockObservation(1)])
      await clock.advance(2000)
      await spool.append([exampleStats(9)])
      expect(spool.stats().dropped).toEqual([{ reason: 'age', class: 'latency', count: 3 }])
      expect(reader.backlog()).toBe(2)
      await clock.advance(20_000)
      await spool.append([exampleStats(10)])
      const gaps = gapsIn(await readAll(reader))
      expect(gaps).toEqual([
        {
          reason: 'age',
          class: 'latency',
          dropped: 3,
          from: examplePending(1).observedAt,
          to: examplePending(3).observedAt,
        },
      ])
    })

    it('does not let a wall clock that is set, forwards or back, make anything older', async () => {
      const { spool, clock, log } = await setup({ maxAgeMs: 60_000 })
      await using reader = await spool.reader('r', onAck)
      await spool.append(pendings(1, 2))
      for (const step of [10 * 365 * 86_400_000, -20 * 365 * 86_400_000]) {
        clock.step(step)
        await clock.advance(2000)
        await spool.append([examplePending(3)])
      }
      expect(spool.stats().dropped).toEqual([])
      expect(spool.stats().clockSteps).toBe(2)
      expect(log.entries.filter((entry) => entry.message.includes('wall clock'))).toHaveLength(2)
      expect(await readAll(reader)).toHaveLength(4)
    })
  })
}
