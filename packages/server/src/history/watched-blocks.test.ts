import { histogramBins } from '@netstats/store'
import { describe, expect, it } from 'vitest'
import { blockAt, hashOf } from '../shard/testing/scenario.ts'
import type { NetworkEntry } from './node-index.ts'
import { addReport, createWatchedBlock, createWatchedBlocks } from './watched-blocks.ts'
import type { WatchedBlock } from './watched-blocks.ts'

const networkOf = (name: string): NetworkEntry => ({ name: { name } }) as unknown as NetworkEntry
const [one, two] = [networkOf('1'), networkOf('2')]

const blockOf = (number: number, branch = 0, network = one): WatchedBlock =>
  createWatchedBlock(network, { ...blockAt(number, { branch }), timestampMs: 0 }, number)

describe('blocks in mind', () => {
  it('are found by network and hash, whatever was looked for before', () => {
    const blocks = createWatchedBlocks(10, () => undefined)
    const [here, there] = [blockOf(1), blockOf(1, 0, two)]
    blocks.add(here)
    blocks.add(there)
    for (let i = 0; i < 2; i++) {
      expect(blocks.find(hashOf(1), one)).toBe(here)
      expect(blocks.find(hashOf(1), two)).toBe(there)
      expect(blocks.find(hashOf(2), one)).toBeUndefined()
    }
  })

  it('know those of their height on their network', () => {
    const blocks = createWatchedBlocks(10, () => undefined)
    const [block, rival] = [blockOf(1), blockOf(1, 1)]
    for (const added of [block, rival, blockOf(2), blockOf(1, 0, two)]) blocks.add(added)
    expect(blocks.rivalsOf(block)).toEqual([rival])
    expect(blocks.rivalsOf(rival)).toEqual([block])
  })

  it('are given up at the bound, the oldest first, while their rivals can still be asked for', () => {
    const evicted: (readonly [number, number])[] = []
    const blocks = createWatchedBlocks(2, (block) => evicted.push([block.number, blocks.rivalsOf(block).length]))
    for (const added of [blockOf(1), blockOf(1, 1), blockOf(2), blockOf(3)]) blocks.add(added)
    expect(evicted).toEqual([
      [1, 1],
      [1, 0],
    ])
    expect(blocks.size).toBe(2)
    expect(blocks.find(hashOf(1, 1), one)).toBeUndefined()
    expect(blocks.rivalsOf(blockOf(1))).toEqual([])
  })

  it('count every report, and the delay of those that have one', () => {
    const block = blockOf(1)
    for (const delay of [0, 1, 30, null, 10_000_000]) addReport(block, delay)
    expect(block.reports).toBe(5)
    expect(block.bins).toHaveLength(histogramBins)
    expect([...block.bins].flatMap((count, bin) => (count > 0 ? [[bin, count]] : []))).toEqual([
      [0, 2],
      [5, 1],
      [histogramBins - 1, 1],
    ])
  })

  it('that the store has a result of are partial: their delays are not at hand', () => {
    expect(blockOf(1)).toMatchObject({ partial: false, lastResult: undefined })
    const stored = createWatchedBlock(one, { ...blockAt(1), timestampMs: 0 }, 1, { canonical: true, nodes: 3 })
    expect(stored).toMatchObject({ partial: true, lastResult: { canonical: true, nodes: 3, reports: 0 } })
  })
})
