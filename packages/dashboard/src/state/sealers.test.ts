import { describe, expect, it } from 'vitest'
import { blockRow } from './fixtures.ts'
import { arrangeSealers, maxLanes } from './sealers.ts'

const address = (n: number): string => `0x${n.toString(16).padStart(40, '0')}`
const sealed = (...by: number[]) => by.map((n, i) => blockRow({ number: 100 + i, miner: address(n) }))

describe('sealers', () => {
  it('stand in lanes in order of address, not of work', () => {
    const { lanes } = arrangeSealers(sealed(9, 3, 9, 9, 5))
    expect(lanes).toEqual([
      { address: address(3), number: 1, blocks: 1 },
      { address: address(5), number: 2, blocks: 1 },
      { address: address(9), number: 3, blocks: 3 },
    ])
  })

  it('get one lane together from the ninth on, the busiest keep their own', () => {
    const busy = Array.from({ length: 7 }, (_, i) => [i + 10, i + 10]).flat()
    const sealers = arrangeSealers(sealed(...busy, 1, 2, 3))
    expect(sealers.lanes).toHaveLength(maxLanes)
    expect(sealers.lanes.at(-1)).toEqual({ address: undefined, number: 8, blocks: 3 })
    expect(sealers.laneOf(address(2)).number).toBe(8)
    expect(sealers.laneOf(address(12)).number).toBe(3)
  })

  it('have a lane for a fork but no work counted for it', () => {
    const blocks = [blockRow({ miner: address(1) }), blockRow({ miner: address(2), canonical: false })]
    expect(arrangeSealers(blocks).lanes.map((l) => l.blocks)).toEqual([1, 0])
  })

  it('have no lane for nobody beside somebody', () => {
    const sealers = arrangeSealers(sealed(0, 4))
    expect(sealers.lanes.map((l) => l.address)).toEqual([address(4)])
    expect(sealers.laneOf(address(0)).number).toBe(0)
  })

  it('are unknown where every block names nobody', () => {
    expect(arrangeSealers(sealed(0, 0)).unknown).toBe(true)
    expect(arrangeSealers(sealed(0, 1)).unknown).toBe(false)
    expect(arrangeSealers([]).unknown).toBe(false)
  })
})
