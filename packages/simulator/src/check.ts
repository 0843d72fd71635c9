/** Compares what the library concludes from the headers of a network with what really happened in it. */
import { compareBlocks, createChain, parseHeader } from '@netstats/consensus'
import type { Facts } from '@netstats/consensus'
import { createRandom } from '@netstats/protocol/testing/random'
import { lineage } from './block.ts'
import type { SimBlock } from './block.ts'
import type { SimulatedEngine } from './model.ts'
import { createNetwork } from './network.ts'
import type { Network } from './network.ts'
import { drawScript } from './script/draw.ts'
import { playScript } from './script/play.ts'

export interface Difference {
  readonly number: number
  readonly hash: string
  readonly of: string
  readonly concluded: unknown
  readonly happened: unknown
}

/** A script drawn by a seed, played to its end on a network drawn by it. */
export const playDrawn = (engine: SimulatedEngine, seed: number): Network => {
  const random = createRandom(seed)
  const hasPolicies = engine === 'ibft1' || engine === 'qbft'
  const validators = random.between(2, 7)
  const period = random.between(1, 5)
  const network = createNetwork({
    engine,
    validators,
    candidates: random.int(2),
    seed,
    period,
    epoch: random.between(5, 40),
    policy: hasPolicies && random.chance(0.2) ? 'sticky' : 'round-robin',
    peersEach: random.chance(0.3) ? random.between(2, 3) : 0,
    transactionsPerSecond: random.chance(0.3) ? 1 : 0,
    emptyBlockPeriod: random.chance(0.1) ? period + random.between(1, 10) : period,
    emptySteps: random.chance(0.5),
  })
  const seconds = random.between(30, 120)
  playScript(network, drawScript(random, network, seconds))
  network.runUntil(network.options.start + seconds * 1500)
  return network
}

/** Every block the network made, side chains too, in the order in which they were made. Empty where all is right. */
export const compareWithTruth = (network: Network): readonly Difference[] => {
  const { epoch, policy } = network.options
  const aura = network.nodes.slice(0, network.options.validators).map(({ key }) => key.address)
  const isAura = network.options.engine === 'aura'
  const chain = createChain({ epoch, policy, keep: 100_000, ...(isAura && { validatorsAt: () => aura }) })
  const differences: Difference[] = []
  const facts = new Map<string, Facts>()
  for (const block of network.made) {
    const concluded = chain.add(parseHeader(block.header))
    facts.set(block.hash, concluded)
    differences.push(...compareBlock(network, block, concluded))
  }
  return [...differences, ...compareFrauds(network, facts)]
}

const compareBlock = (network: Network, block: SimBlock, facts: Facts): readonly Difference[] => {
  const { truth } = block
  const happened: Record<string, unknown> = {
    engine: network.options.engine,
    hash: block.hash,
    hashMatches: true,
    fault: undefined,
    ...(truth && {
      sealer: truth.sealer,
      validators: truth.validators,
      expected: truth.expected,
      missed: truth.missed.map(({ validator, step }) => ({ validator, step })),
      vote: truth.vote,
      step: truth.step,
      emptySteps: truth.emptySteps,
      commitSealers: truth.commitSealers?.toSorted(),
      barred: truth.barred,
      finalized: finalBelow(block, network.options.engine)?.hash,
    }),
  }
  const concluded: Record<string, unknown> = {
    ...facts,
    missed: facts.missed?.map(({ validator, step }) => ({ validator, step })),
    commitSealers: facts.commitSealers?.toSorted(),
    barred: facts.displaced?.barred === true ? facts.displaced.validator : undefined,
    finalized: facts.finalized?.hash,
  }
  if (network.options.engine === 'ibft1') {
    // The header has no round: what is concluded holds modulo the validators.
    const round = (truth?.round ?? 0) % (truth?.validators.length ?? 1)
    happened['roundModN'] = truth && round
    happened['missed'] = truth?.missed.slice(0, round).map(({ validator, step }) => ({ validator, step }))
  } else happened['round'] = truth?.round
  return Object.keys(happened)
    .filter((of) => JSON.stringify(happened[of]) !== JSON.stringify(concluded[of]))
    .map((of) => ({
      number: block.number,
      hash: block.hash,
      of,
      concluded: concluded[of],
      happened: happened[of],
    }))
}

/** The newest block that is final where the chain ends with `head`: by the seals it has, or by who built on it. */
const finalBelow = (head: SimBlock, engine: SimulatedEngine): SimBlock | undefined => {
  const builders = new Set<string>()
  for (const block of lineage(head)) {
    const { truth, validators } = block
    const set = truth?.validators ?? validators
    const isFinal =
      engine === 'clique' || engine === 'aura'
        ? 2 * set.filter((one) => builders.has(one)).length > set.length
        : 3 * (truth?.commitSealers?.length ?? 0) >= 2 * set.length
    if (isFinal) return block
    if (truth !== undefined) builders.add(truth.sealer)
  }
  return undefined
}

/** What is claimed for certain of any two blocks, and what was done on purpose. */
const compareFrauds = (network: Network, facts: ReadonlyMap<string, Facts>): readonly Difference[] => {
  const claimed = new Set<string>()
  const all = [...facts.values()]
  for (const [index, a] of all.entries())
    for (const b of all.slice(index + 1))
      if (compareBlocks(a, b).some(({ strength }) => strength === 'certain'))
        claimed.add([a.hash, b.hash].toSorted().join())
  const done = new Set(
    network.options.engine === 'clique' || network.options.engine === 'ibft1'
      ? []
      : network.frauds.map(({ blocks: [a, b] }) => [a.hash, b.hash].toSorted().join()),
  )
  const odd = [...claimed.symmetricDifference(done)]
  return odd.map((pair) => ({
    number: -1,
    hash: pair,
    of: 'equivocation',
    concluded: claimed.has(pair),
    happened: done.has(pair),
  }))
}
