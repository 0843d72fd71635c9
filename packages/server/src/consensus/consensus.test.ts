import { createNetwork, simulatedEngines } from '@netstats/simulator'
import type { SimBlock, SimulatedEngine } from '@netstats/simulator'
import { describe, expect, it } from 'vitest'
import { createRig, headerOf, networkKey } from './testing/rig.ts'

const chainOf = (head: SimBlock): readonly SimBlock[] => {
  const blocks: SimBlock[] = []
  for (let one: SimBlock | undefined = head; one !== undefined; one = one.parent) blocks.unshift(one)
  return blocks
}
const byNumber = (blocks: readonly SimBlock[]): ReadonlyMap<number, SimBlock> =>
  new Map(blocks.map((block) => [block.number, block]))

/** A network of four of which one is away for a while, and its chain as the first node has it. */
const play = (engine: SimulatedEngine) => {
  const network = createNetwork({ engine, validators: 4, seed: 11, period: 3 })
  const { start } = network.options
  network.runUntil(start + 25_000)
  network.stop(2)
  network.runUntil(start + 45_000)
  network.start(2)
  network.runUntil(start + 75_000)
  const chain = chainOf(network.nodes[0]?.head as SimBlock)
  const validators = network.nodes.map(({ key }) => key.address)
  // The order of AuRa is told: headers do not have it.
  const told = engine === 'aura' ? { [networkKey]: { validators } } : {}
  return { network, chain, validators, told }
}

/** What is to be concluded of a chain, from the newest block down. */
const truthOf = (chain: readonly SimBlock[]) =>
  chain.toReversed().map(({ number, hash, truth }) => ({
    number,
    hash,
    sealer: truth?.sealer ?? null,
    missed: (truth?.missed ?? []).map(({ validator }) => validator),
  }))

const concluded = (rig: ReturnType<typeof createRig>) =>
  rig.blocks().map(({ number, hash, sealer, missed }) => ({
    number,
    hash,
    sealer,
    missed: missed.map(({ validator }) => validator),
  }))

describe.each(simulatedEngines)('a network of %s', (engine) => {
  it('is followed block by block, however many nodes tell of each', () => {
    const { chain, told, validators } = play(engine)
    const rig = createRig(told)
    const nodes = ['a', 'b', 'c']
    for (const node of nodes) rig.connect(node)
    for (const block of chain)
      for (const node of nodes) {
        rig.block(node, block)
        rig.header(node, headerOf(block))
      }
    expect(concluded(rig)).toEqual(truthOf(chain))
    const status = rig.status()
    expect(status).toMatchObject({
      state: 'following',
      engine,
      periodMs: 3000,
      head: { number: chain.at(-1)?.number, hash: chain.at(-1)?.hash },
      headers: { taken: chain.length, repeated: 2 * chain.length, mismatched: 0, faulty: 0 },
      live: 4,
      quorum: 3,
      faultMargin: 1,
      equivocations: [],
      unfit: [],
    })
    expect(status.validators.map(({ address }) => address).toSorted()).toEqual(validators.toSorted())
    const away = status.validators.find(({ address }) => address === validators[2])
    const others = status.validators.filter((one) => one !== away)
    expect((away?.missed ?? 0) + (away?.missedProvisional ?? 0)).toBeGreaterThan(0)
    expect(others.every(({ missed }) => missed <= (away?.missed ?? 0))).toBe(true)
    expect(status.due).toHaveLength(2)
    expect(rig.consensus.wantedHeaders().size).toBe(0)
  })

  it('says who is due as it turns out to be while all is well', () => {
    const network = createNetwork({ engine, validators: 4, seed: 4, period: 3 })
    network.runUntil(network.options.start + 32_000)
    const chain = chainOf(network.nodes[0]?.head as SimBlock)
    const validators = network.nodes.map(({ key }) => key.address)
    const rig = createRig(engine === 'aura' ? { [networkKey]: { validators } } : {})
    rig.connect('a')
    const due: (readonly string[])[] = []
    for (const block of chain) {
      rig.block('a', block)
      rig.header('a', headerOf(block))
      due.push(rig.status().due)
    }
    for (const [index, named] of due.entries()) {
      const [next, after] = [chain[index + 1]?.truth?.sealer, chain[index + 2]?.truth?.sealer]
      // Steps of AuRa before its first block are none of its own.
      if (index < 6 || next === undefined || after === undefined) continue
      expect(named).toEqual([next, after])
    }
  })
})

describe('headers of a network', () => {
  it.each(['clique', 'qbft'] as const)('of %s are asked for from where a node begins to tell', (engine) => {
    const { chain, told } = play(engine)
    const rig = createRig(told)
    rig.connect('a')
    const middle = Math.floor(chain.length / 2)
    for (const block of chain.slice(middle)) {
      rig.block('a', block)
      rig.header('a', headerOf(block))
    }
    expect(rig.status()).toMatchObject({ state: 'catching-up', head: null })
    expect(rig.answer('a', byNumber(chain))).toEqual(Array.from({ length: chain.length - 1 }, (_, number) => number))
    expect(rig.status().state).toBe('following')
    expect(concluded(rig)).toEqual(truthOf(chain))
  })

  it('may come in any order', () => {
    const { chain } = play('qbft')
    const rig = createRig()
    rig.connect('a')
    for (const block of chain) rig.block('a', block)
    // In threes, the last of them first.
    for (let from = 0; from < chain.length; from += 3)
      for (const block of chain.slice(from, from + 3).toReversed()) rig.header('a', headerOf(block))
    rig.answer('a', byNumber(chain))
    expect(concluded(rig)).toEqual(truthOf(chain))
  })

  it('that do not come are given up after a while, and the chain goes on behind them', () => {
    const { chain } = play('qbft')
    const rig = createRig()
    rig.connect('a')
    for (const block of chain) {
      rig.block('a', block)
      if (block.number < 10 || block.number > 12) rig.header('a', headerOf(block))
    }
    for (let second = 0; second < 30; second++) rig.answer('a', new Map())
    expect(rig.status()).toMatchObject({ state: 'following', window: { from: 13, to: chain.at(-1)?.number } })
  })

  it('of another branch take the place of what was left, and nothing is counted twice', () => {
    const network = createNetwork({ engine: 'clique', validators: 5, seed: 8, period: 2 })
    const { start } = network.options
    network.runUntil(start + 20_000)
    network.partition([
      [0, 1],
      [2, 3, 4],
    ])
    network.runUntil(start + 60_000)
    const rig = createRig()
    rig.connect('a')
    const tell = (blocks: readonly SimBlock[]): void => {
      for (const block of blocks) {
        rig.block('a', block)
        rig.header('a', headerOf(block))
      }
    }
    const small = chainOf(network.nodes[0]?.head as SimBlock)
    tell(small)
    expect(concluded(rig)).toEqual(truthOf(small))
    network.heal()
    network.runUntil(start + 90_000)
    const whole = chainOf(network.nodes[0]?.head as SimBlock)
    tell(whole)
    rig.pass(5000)
    expect(concluded(rig)).toEqual(truthOf(whole))
    expect(rig.status().equivocations.filter(({ strength }) => strength !== 'weak')).toEqual([])
  })

  it('show a validator that sealed twice, with both blocks', () => {
    const network = createNetwork({ engine: 'qbft', validators: 4, seed: 9, period: 3 })
    const { start } = network.options
    network.runUntil(start + 20_000)
    network.sealTwice(2)
    network.runUntil(start + 50_000)
    const rig = createRig()
    rig.connect('a')
    for (const block of network.made) {
      rig.block('a', block)
      rig.header('a', headerOf(block))
    }
    const [fraud] = network.frauds
    const found = rig.status().equivocations.filter(({ type }) => type === 'double-proposal')
    expect(found).toMatchObject([{ strength: 'certain', validators: [fraud?.validator] }])
    expect(found[0]?.blocks.toSorted()).toEqual(fraud?.blocks.map(({ hash }) => hash).toSorted())
  })

  it('are worked on a few milliseconds at a time', () => {
    const network = createNetwork({ engine: 'qbft', validators: 21, seed: 2, period: 3 })
    network.runUntil(network.options.start + 7000)
    const rig = createRig()
    rig.connect('a')
    for (const block of network.made) {
      rig.block('a', block)
      rig.header('a', headerOf(block))
    }
    // Fourteen signatures a block: no slice holds one whole.
    expect(rig.slices.length).toBeGreaterThan(network.made.length)
  })
})
