import type { Observation } from '@netstats/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CoreInput } from '../shard/mod.ts'
import { randomLog } from '../shard/testing/random-log.ts'
import { begin } from '../shard/testing/scenario.ts'
import { repairRollups } from './rollup-repair.ts'
import { nodeSums, rolledSums, withoutGauges } from './testing/recomputed.ts'
import { createStage } from './testing/stage.ts'
import type { Stage } from './testing/stage.ts'

const minute = 60_000
const hour = 60 * minute

/** Rounding aside: sums are made in different orders. */
const rounded = (sums: Map<string, Record<string, number>>): Record<string, Record<string, string>> =>
  Object.fromEntries(
    [...sums]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [
        key,
        Object.fromEntries(Object.entries(one).map(([name, value]) => [name, value.toPrecision(9)])),
      ]),
  )

/** As the log, with numbers that can be added up: the others are the core's to bear. */
const tame = (input: CoreInput): CoreInput => {
  if (input.type !== 'observation' || input.observation.kind !== 'latency') return input
  const { latencyMs } = input.observation.body
  const body = { latencyMs: Number.isFinite(latencyMs) ? Math.round(Math.abs(latencyMs)) % 100_000 : 0 }
  return { ...input, observation: { ...input.observation, body } as Observation }
}

/** The same at another time; what it says was so long before. */
const moved = (input: CoreInput, to: number): CoreInput => {
  const at = to as CoreInput['at']
  if (input.type !== 'observation' || input.seenAt === undefined) return { ...input, at }
  return { ...input, at, seenAt: (to - (input.at - input.seenAt)) as CoreInput['at'] }
}

const rowsOf = (stage: Stage): Record<string, number> => {
  stage.rowBuffer.cut()
  return Object.fromEntries(
    Object.entries(stage.rowBuffer.first()?.tables ?? {}).map(([name, { rows }]) => [name, rows]),
  )
}

/** The row that an observation of a known node has to end in, where it does not merely repeat. */
const tableOf = {
  'node-stats': 'nodeSample',
  latency: 'nodeSample',
  pending: 'nodeSample',
  'block-processing': 'nodeSample',
} as const

describe('recording', () => {
  it('makes one row of every observation of a known node, and none of any other', async () => {
    await fc.assert(
      fc.asyncProperty(randomLog(150), async (log) => {
        const stage = await createStage()
        for (const input of log) {
          const known =
            'network' in input &&
            input.type !== 'rekeyed' &&
            input.type !== 'alarm' &&
            stage.core
              .network(input.network)
              ?.record(input.type === 'observation' ? input.observation.node : input.node) !== undefined
          stage.apply(tame(input))
          const { nodeSample = 0, blockSeen = 0, block = 0 } = rowsOf(stage)
          const batch = stage.rowBuffer.first()
          if (batch !== undefined) stage.rowBuffer.done(batch)
          const sampled =
            input.type === 'round-trip' ||
            (input.type === 'observation' &&
              input.mode !== 'snapshot' &&
              tableOf[input.observation.kind as 'latency'] !== undefined)
          expect(nodeSample).toBe(known && sampled ? 1 : 0)
          const isBlock = input.type === 'observation' && input.observation.kind === 'block'
          expect(blockSeen).toBeLessThanOrEqual(isBlock && known ? 1 : 0)
          // A node that moves may bring the block it stands on.
          if (isBlock) expect(block).toBeLessThanOrEqual(known ? 1 : 0)
          if (input.type === 'tick') expect([nodeSample, blockSeen, block]).toEqual([0, 0, 0])
        }
      }),
      { numRuns: 60 },
    )
  })

  it('keeps the row of a block and each sight of it once', async () => {
    await fc.assert(
      fc.asyncProperty(randomLog(250), async (log) => {
        const stage = await createStage()
        for (const input of log) stage.apply(tame(input))
        const store = await stage.write()
        const blocks = store.rows('block').map(({ network, hash }) => `${network} ${hash}`)
        expect(new Set(blocks).size).toBe(blocks.length)
      }),
      { numRuns: 60 },
    )
  })

  it('sums up what the raw rows say, over minutes and hours, whatever the clock does', async () => {
    await fc.assert(
      fc.asyncProperty(randomLog(300), async (log) => {
        const stage = await createStage()
        for (const input of log) stage.apply(tame(input))
        stage.recorder.flush()
        const store = await stage.write()
        for (const [table, width] of [
          ['node1m', minute],
          ['node1h', hour],
        ] as const)
          expect(rounded(withoutGauges(rolledSums(store, table, width)))).toEqual(
            rounded(withoutGauges(nodeSums(store, width))),
          )
        for (const width of [minute, hour]) {
          const fine = rolledSums(store, 'network10s', width)
          expect(rounded(rolledSums(store, width === minute ? 'network1m' : 'network1h', width))).toEqual(rounded(fine))
          const seen = store.rows('blockSeen').filter((row) => row.delayMs !== null).length
          expect([...fine.values()].reduce((sum, one) => sum + (one['propagationMs_n'] ?? 0), 0)).toBe(seen)
        }
        // After a clean stop there is nothing to repair.
        const rows = (): number =>
          (['network10s', 'network1m', 'node1m', 'node1h'] as const).reduce(
            (sum, table) => sum + store.rows(table).length,
            0,
          )
        const before = rows()
        await repairRollups(store, await store.catalog())
        expect(rows()).toBe(before)
      }),
      { numRuns: 60 },
    )
  })

  it('goes on after a crash at any moment without a hole or a double count', async () => {
    await fc.assert(
      fc.asyncProperty(
        randomLog(300),
        fc.array(fc.nat(60), { maxLength: 8 }),
        fc.nat(300),
        async (log, writes, end) => {
          const first = await createStage()
          let next = 0
          for (const [i, input] of log.slice(0, end).entries()) {
            // A clock that runs on: a crash and a step of the clock at the same time are too much to repair.
            first.apply(moved(tame(input), begin + i * 700))
            if (i < next) continue
            next = i + (writes[i % Math.max(1, writes.length)] ?? 50) + 1
            await first.write()
          }
          const { store } = first
          await repairRollups(store, await store.catalog())
          const repaired = (table: 'node1m' | 'node1h', width: number) =>
            rounded(withoutGauges(rolledSums(store, table, width)))
          for (const [table, width] of [
            ['node1m', minute],
            ['node1h', hour],
          ] as const)
            expect(repaired(table, width)).toEqual(rounded(withoutGauges(nodeSums(store, width))))
          const fine = rolledSums(store, 'network10s', minute)
          expect(rounded(rolledSums(store, 'network1m', minute))).toEqual(rounded(fine))
          const seen = store.rows('blockSeen').filter((row) => row.delayMs !== null).length
          expect([...fine.values()].reduce((sum, one) => sum + (one['propagationMs_n'] ?? 0), 0)).toBe(seen)
          const before = store.rows('node1m').length
          await repairRollups(store, await store.catalog())
          expect(store.rows('node1m').length).toBe(before)
        },
      ),
      { numRuns: 150 },
    )
  })
})
