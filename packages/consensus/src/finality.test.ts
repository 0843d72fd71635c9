import { describe, expect, it } from 'vitest'
import { createChain } from './chain.ts'
import type { BlockRef, EngineName, Facts } from './facts.ts'
import { finalizedAt } from './finality.ts'
import { parseHeader } from './header.ts'
import type { Hex } from './hex.ts'
import { readVectors } from './test-support/vectors.ts'

const set: readonly Hex[] = ['0xaa', '0xbb', '0xcc', '0xdd', '0xee']

interface Sealed {
  readonly hash: Hex
  readonly parent: Hex
  readonly number: number
  readonly sealer: Hex
  readonly more?: Partial<Facts>
}

/** What is final after each block, as blocks are added. */
const follow = (engine: EngineName) => {
  const blocks = new Map<Hex, Facts>()
  return ({ hash, parent, number, sealer, more }: Sealed): BlockRef | undefined => {
    const facts: Facts = {
      engine,
      number,
      parentHash: parent,
      hash,
      hashMatches: true,
      sealer,
      validators: set,
      ...more,
    }
    const finalized = finalizedAt(facts, (of) => blocks.get(of))
    blocks.set(hash, { ...facts, ...(finalized && { finalized }) })
    return finalized
  }
}

/** A chain from its sealers, a letter each. */
const chainOf = (
  add: ReturnType<typeof follow>,
  sealers: string,
  { name = 'b', parent = '0x0', from = 1 }: { name?: string; parent?: Hex; from?: number } = {},
): readonly (number | undefined)[] => {
  let below = parent
  return Array.from(sealers, (letter, index) => {
    const hash: Hex = `0x${name}${from + index}`
    const final = add({ hash, parent: below, number: from + index, sealer: `0x${letter}${letter}` })
    below = hash
    return final?.number
  })
}

describe.each(['clique', 'aura'] as const)('a block of %s', (engine) => {
  it('is final once more than half of its validators have built on it, each counted once', () => {
    expect(chainOf(follow(engine), 'abcdea')).toEqual([undefined, undefined, undefined, 1, 2, 3])
    expect(chainOf(follow(engine), 'abababab')).toEqual(Array(8).fill(undefined))
    expect(chainOf(follow(engine), 'ababcba')).toEqual([undefined, undefined, undefined, undefined, 2, 2, 4])
  })

  it('is not final for a signer that is none of its validators, nor where those are not known', () => {
    expect(chainOf(follow(engine), 'abzzcz').at(-1)).toBeUndefined()
    const add = follow(engine)
    add({ hash: '0xb1', parent: '0x0', number: 1, sealer: '0xaa', more: { validators: undefined as never } })
    expect(chainOf(add, 'bcd', { parent: '0xb1', from: 2 })).toEqual([undefined, undefined, undefined])
  })

  it('is final on its own branch alone: a reorganisation claims nothing', () => {
    const add = follow(engine)
    chainOf(add, 'abc')
    expect(chainOf(add, 'de', { name: 'f', parent: '0xb1', from: 2 })).toEqual([undefined, undefined])
    expect(chainOf(add, 'a', { name: 'f', parent: '0xf3', from: 4 })).toEqual([1])
    expect(chainOf(add, 'd', { parent: '0xb3', from: 4 })).toEqual([1])
  })
})

describe('a block of QBFT', () => {
  it('is final with a quorum of seals, and not with fewer', () => {
    const add = follow('qbft')
    const block = (number: number, seals: number) =>
      add({
        hash: `0xb${number}`,
        parent: `0xb${number - 1}`,
        number,
        sealer: '0xaa',
        more: { quorum: 4, commitSealers: set.slice(0, seals) },
      })?.number
    expect([block(1, 4), block(2, 3), block(3, 4)]).toEqual([1, 1, 3])
  })
})

describe('a chain that goes on with another engine', () => {
  it('says so, and claims nothing of what headers do not tell any more', () => {
    const chain = createChain()
    const vectors = readVectors('clique-net-18420').slice(0, 12)
    const [last] = vectors.map(({ header }) => chain.add(parseHeader(header))).slice(-1)
    expect(last?.finalized?.number).toBe(8)
    const header = {
      ...vectors.at(-1)?.header,
      parentHash: last?.hash,
      number: '0xc',
      difficulty: '0x0',
      mixHash: `0x${'12'.repeat(32)}`,
      extraData: '0x',
    }
    const { hash } = chain.add(parseHeader(header))
    const facts = chain.add(parseHeader({ ...header, hash }))
    expect(facts).toMatchObject({ engine: 'plain', engineBefore: 'clique', hashMatches: true })
    expect(facts).not.toHaveProperty('finalized')
  })
})
