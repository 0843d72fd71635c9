import { describe, expect, it } from 'vitest'
import { blockRow } from '../testing/rows.ts'
import {
  arrangeSealers,
  keptHeights,
  type KnownSealer,
  learnSealers,
  maxKnown,
  maxLanes,
  readSealers,
  toneOf,
} from './sealers.ts'

const address = (n: number): string => `0x${n.toString(16).padStart(40, '0')}`
const sealed = (...by: number[]) => by.map((n, i) => blockRow({ number: 100 + i, miner: address(n) }))

describe('sealers', () => {
  it('stand in lanes in order of address, not of work', () => {
    const { lanes } = arrangeSealers(sealed(9, 3, 9, 9, 5))
    expect(lanes).toEqual([
      { address: address(3), number: 1, row: 0, blocks: 1 },
      { address: address(5), number: 2, row: 1, blocks: 1 },
      { address: address(9), number: 3, row: 2, blocks: 3 },
    ])
  })

  it('get one lane together only where there are very many', () => {
    const many = Array.from({ length: 30 }, (_, i) => i + 1)
    const sealers = arrangeSealers(sealed(...many))
    expect(sealers.lanes).toHaveLength(maxLanes)
    expect(sealers.lanes.at(-1)).toEqual({ address: undefined, number: maxLanes, row: maxLanes - 1, blocks: 7 })
    expect(sealers.laneOf(address(29)).row).toBe(maxLanes - 1)
    expect(arrangeSealers(sealed(...many.slice(0, 21))).lanes.every((lane) => lane.address !== undefined)).toBe(true)
  })

  it('keep their numbers, and their lanes when they fall silent', () => {
    const known = learnSealers([], sealed(1, 2, 3))
    const sealers = arrangeSealers(sealed(3, 5, 1), known)
    expect(sealers.lanes.map((lane) => [Number(lane.address), lane.number, lane.blocks, lane.silentSince])).toEqual([
      [1, 1, 1, undefined],
      [2, 2, 0, 101],
      [3, 3, 1, undefined],
      [5, 4, 1, undefined],
    ])
    expect(sealers.laneOf(address(5)).row).toBe(3)
    // A moment in the past shows who sealed then.
    expect(arrangeSealers(sealed(3, 1), known, false).lanes.map((lane) => lane.number)).toEqual([1, 3])
  })

  it('have a tone, again and again the same eight', () => {
    expect([0, 1, 8, 9, 17].map(toneOf)).toEqual([0, 1, 8, 1, 1])
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

const blockBy = (from: number, ...by: number[]) => by.map((n, i) => blockRow({ number: from + i, miner: address(n) }))
const numbers = (known: readonly KnownSealer[]) => Object.fromEntries(known.map((k) => [Number(k.address), k.number]))

describe('who has sealed', () => {
  it('has a number by address at first, and keeps it when others come and go', () => {
    let known = learnSealers([], blockBy(100, 9, 3, 5))
    expect(numbers(known)).toEqual({ 3: 1, 5: 2, 9: 3 })
    known = learnSealers(known, blockBy(200, 9, 5, 4))
    expect(numbers(known)).toEqual({ 3: 1, 5: 2, 9: 3, 4: 4 })
    expect(known.find((one) => one.number === 1)?.last).toBe(101)
  })

  it('is forgotten after a day of silence, and all others keep their numbers', () => {
    let known = learnSealers([], blockBy(100, 1, 2))
    known = learnSealers(known, blockBy(99 + keptHeights, 2, 2))
    expect(numbers(known)).toEqual({ 1: 1, 2: 2 })
    known = learnSealers(known, blockBy(103 + keptHeights, 2, 3))
    expect(numbers(known)).toEqual({ 2: 2, 3: 3 })
  })

  it('begins again with a chain that does', () => {
    const known = learnSealers([], blockBy(50_000, 7, 8))
    expect(numbers(learnSealers(known, blockBy(0, 8, 9)))).toEqual({ 8: 1, 9: 2 })
    // A reorganisation is no new chain.
    expect(numbers(learnSealers(known, blockBy(49_900, 8, 9)))).toEqual({ 7: 1, 8: 2, 9: 3 })
  })

  it('counts nobody, and no block that lost', () => {
    expect(learnSealers([], [...blockBy(1, 0), blockRow({ miner: null }), blockRow({ canonical: false })])).toEqual([])
    expect(learnSealers([], [])).toEqual([])
  })

  it('is bounded, and the same list where nothing is new', () => {
    const many = learnSealers([], blockBy(1, ...Array.from({ length: 200 }, (_, i) => i + 1)))
    expect(many).toHaveLength(maxKnown)
    expect(learnSealers(many, blockBy(200, 200))).toBe(many)
  })

  it('is read back from what storage holds, whatever that is', () => {
    const known = learnSealers([], blockBy(100, 1, 2))
    expect(readSealers(JSON.stringify(known))).toEqual(known)
    for (const text of [null, '', '{', '7', '[null,1,{"address":1},{"address":"a","number":0,"last":1}]'])
      expect(readSealers(text)).toEqual([])
  })
})
