/** Follows the headers of one chain, forks included, and concludes what there is to say of each block, once. */
import type { ChainRules, Outlook, Recover, Signature } from './engine.ts'
import type { EngineName, Facts } from './facts.ts'
import type { Header } from './header.ts'
import { finalizedAt } from './finality.ts'
import { toHex } from './hex.ts'
import type { Hex } from './hex.ts'
import { identify } from './identify.ts'
import type { AnyEngine } from './identify.ts'
import { keccak, recoverAddress } from './signature.ts'

export interface ChainOptions extends ChainRules {
  /** Blocks whose facts and state are kept; the oldest are forgotten first. 1,024 unless told. */
  readonly keep?: number
}

export interface Chain {
  /** The facts of a block. One that was concluded before costs no signature again, from whichever node it comes. */
  add(header: Header): Facts
  /** The same in steps of a millisecond at most, a signature each, for who has other things to do meanwhile. */
  addInSteps(header: Header): Generator<void, Facts>
  facts(hash: Hex): Facts | undefined
  /** What a block leaves behind; undefined where it is not kept, or nothing can be said of what follows it. */
  outlook(hash: Hex): Outlook | undefined
  /** Blocks that are kept. */
  readonly size: number
}

interface Kept {
  readonly facts: Facts
  readonly engine: AnyEngine | undefined
  readonly state: unknown
  /** keccak of `extraData`: where copies differ in it, such as in their commit seals, a block is looked at again. */
  readonly extraData: Hex
}

const defaultKeep = 1024

/** Engines whose state one continues from the other: GoQuorum goes from IBFT 1 to QBFT at a block, Besu from IBFT 2. */
const carriesOver = (from: EngineName, to: EngineName): boolean =>
  from === to || (to === 'qbft' && (from === 'ibft1' || from === 'ibft2'))

/** Chains leave proof of authority, or begin with it; what else changes is made up, to pass with a set of its own. */
const mayFollow = (from: EngineName, to: EngineName): boolean =>
  from === 'plain' || to === 'plain' || carriesOver(from, to)

/** Recovers the signatures of a block, one a step; what is asked for afterwards is known. */
function* recoverAll(signatures: readonly Signature[]): Generator<void, Recover> {
  const recovered = new Map<Uint8Array, Hex | undefined>()
  for (const { hash, signature } of signatures) {
    yield
    recovered.set(signature, recoverAddress(hash, signature))
  }
  return (hash, signature) => (recovered.has(signature) ? recovered.get(signature) : recoverAddress(hash, signature))
}

export const createChain = ({ keep = defaultKeep, ...rules }: ChainOptions = {}): Chain => {
  const blocks = new Map<Hex, Kept>()

  const remember = (hash: Hex, kept: Kept): void => {
    blocks.delete(hash)
    blocks.set(hash, kept)
    for (const oldest of blocks.keys()) {
      if (blocks.size <= keep) break
      blocks.delete(oldest)
    }
  }

  function* conclude(header: Header): Generator<void, Kept> {
    const { number, parentHash } = header
    const extraData = toHex(keccak(header.extraData))
    const found = identify(header)
    const common = { number, parentHash }
    if (found === undefined) {
      // Of a header that has no engine's form nothing can be computed, not even its hash.
      const facts: Facts = { ...common, engine: 'plain', hash: header.hash, hashMatches: false }
      return { facts, engine: found, state: undefined, extraData }
    }
    const { engine, layout, hash, hashMatches } = found
    const identified = { ...common, engine: engine.name, hash: toHex(hash), hashMatches }
    if (!hashMatches) return { facts: identified, engine, state: undefined, extraData }
    const block = { header, layout, hash }
    const recover = yield* recoverAll(engine.signatures(block))
    const known = blocks.get(parentHash)
    const parent = known?.facts.number === number - 1 ? known : undefined
    if (parent && !mayFollow(parent.facts.engine, engine.name))
      return { facts: { ...identified, fault: 'engine-changed' }, engine, state: undefined, extraData }
    const parentState = parent && carriesOver(parent.facts.engine, engine.name) ? parent.state : undefined
    const concluded = engine.conclude({ ...block, recover }, parentState, rules)
    const facts: Facts = {
      ...identified,
      ...(parent && parent.facts.engine !== engine.name && { engineBefore: parent.facts.engine }),
      ...concluded.facts,
    }
    const finalized = finalizedAt(facts, (of) => blocks.get(of)?.facts)
    return {
      facts: finalized === undefined ? facts : { ...facts, finalized },
      engine,
      state: concluded.state,
      extraData,
    }
  }

  function* addInSteps(header: Header): Generator<void, Facts> {
    const known = blocks.get(header.hash)
    if (known !== undefined && known.extraData === toHex(keccak(header.extraData))) return known.facts
    const kept = yield* conclude(header)
    // A forged header must not take the place of the real one, nor a copy with bad seals that of a good one.
    const isBetter = kept.facts.hashMatches && (known?.state === undefined || kept.state !== undefined)
    if (isBetter) remember(header.hash, kept)
    return kept.facts
  }

  return {
    addInSteps,
    add: (header) => {
      const steps = addInSteps(header)
      for (;;) {
        const step = steps.next()
        if (step.done === true) return step.value
      }
    },
    outlook: (hash) => {
      const kept = blocks.get(hash)
      if (kept?.engine === undefined || kept.state === undefined) return undefined
      return kept.engine.outlook(kept.state, kept.facts, rules)
    },
    facts: (hash) => blocks.get(hash)?.facts,
    get size() {
      return blocks.size
    },
  }
}
