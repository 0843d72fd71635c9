import { describe, expect, it } from 'vitest'
import { lineage } from './block.ts'
import { compareWithTruth, playDrawn } from './check.ts'
import { simulatedEngines } from './model.ts'
import type { SimNode } from './model.ts'
import { createNetwork } from './network.ts'
import type { Network } from './network.ts'

describe.each(simulatedEngines)('a network of %s', (engine) => {
  it('makes a block a period while all is well, each by the one whose turn it is', () => {
    const network = createNetwork({ engine, validators: 4, seed: 1, period: 5 })
    network.runUntil(network.options.start + 120_000)
    const head = network.nodes[0]?.head
    expect(head?.number).toBeGreaterThanOrEqual(22)
    expect(network.made.every(({ truth }) => truth === undefined || truth.sealer === truth.expected)).toBe(true)
    expect(compareWithTruth(network)).toEqual([])
  })

  it('is concluded rightly from its headers alone, whatever happens to it', () => {
    for (let seed = 0; seed < 4; seed++) expect(compareWithTruth(playDrawn(engine, seed))).toEqual([])
  })
})

describe('a network of four', () => {
  const seconds = (network: Network, count: number): void => network.runUntil(network.now() + count * 1000)
  const height = (network: Network): number => Math.max(...network.nodes.map(({ head }) => head.number))

  it.each(['clique', 'ibft1', 'ibft2', 'qbft'] as const)(
    'of %s goes on with one away, and stands still with two',
    (engine) => {
      const network = createNetwork({ engine, validators: 4, seed: 3, period: 2 })
      seconds(network, 20)
      network.stop(0)
      const withThree = height(network)
      seconds(network, 120)
      expect(height(network)).toBeGreaterThan(withThree + 20)
      network.stop(1)
      // Blocks on their way arrive, and a signer of Clique whose turn it is seals once more.
      seconds(network, 20)
      const withTwo = height(network)
      seconds(network, 300)
      expect(height(network)).toBe(withTwo)
      network.start(1)
      seconds(network, 1200)
      expect(height(network)).toBeGreaterThan(withTwo + 5)
      expect(compareWithTruth(network)).toEqual([])
    },
  )

  it.each(['clique', 'qbft'] as const)('of %s takes in a fifth by votes, and lets one go', (engine) => {
    const network = createNetwork({ engine, validators: 4, candidates: 1, seed: 5, period: 2 })
    const [first, , , , candidate] = network.nodes
    const vote = (on: SimNode | undefined, type: 'add' | 'drop'): void =>
      network.nodes.forEach(({ index }) => network.vote(index, on && { recipient: on.key.address, type }))
    vote(candidate, 'add')
    seconds(network, 60)
    expect(network.nodes[1]?.head.validators).toContain(candidate?.key.address)
    vote(first, 'drop')
    seconds(network, 60)
    expect(network.nodes[1]?.head.validators).not.toContain(first?.key.address)
    expect(compareWithTruth(network)).toEqual([])
  })

  it('of clique goes two ways while it is cut, and is one again when it is healed', () => {
    const network = createNetwork({ engine: 'clique', validators: 5, seed: 8, period: 2 })
    seconds(network, 20)
    network.partition([
      [0, 1],
      [2, 3, 4],
    ])
    seconds(network, 60)
    expect(network.nodes[0]?.head.hash).not.toBe(network.nodes[2]?.head.hash)
    network.heal()
    seconds(network, 30)
    // The newest blocks may still be on their way.
    const settled = Math.min(...network.nodes.map(({ head }) => head.number)) - 3
    const blocks = network.nodes.map(({ head }) => lineage(head).find(({ number }) => number === settled)?.hash)
    expect(new Set(blocks).size).toBe(1)
    expect(compareWithTruth(network)).toEqual([])
  })

  it('of aura signs its steps while there is nothing to seal, and nobody has missed one', () => {
    const network = createNetwork({ engine: 'aura', validators: 4, seed: 9, period: 3, emptySteps: true })
    seconds(network, 120)
    const signed = network.made.flatMap(({ truth }) => truth?.emptySteps ?? [])
    expect(signed.length).toBeGreaterThan(20)
    expect(network.made.every(({ truth }) => (truth?.missed.length ?? 0) === 0)).toBe(true)
    expect(compareWithTruth(network)).toEqual([])
    network.stop(1)
    seconds(network, 60)
    const missed = network.made.flatMap(({ truth }) => truth?.missed ?? [])
    expect(new Set(missed.map(({ validator }) => validator))).toEqual(new Set([network.nodes[1]?.key.address]))
    expect(compareWithTruth(network)).toEqual([])
  })

  it('of aura is found out when one seals twice in its step', () => {
    const network = createNetwork({ engine: 'aura', validators: 4, seed: 9, period: 3 })
    seconds(network, 20)
    network.sealTwice(2)
    seconds(network, 30)
    expect(network.frauds.map(({ validator }) => validator)).toEqual([network.nodes[2]?.key.address])
    expect(compareWithTruth(network)).toEqual([])
  })
})
