/** Which engine made a block: the one whose form its header has, and by whose rule it hashes to what was reported. */
import { aura } from './aura/aura.ts'
import { ibft1 } from './bft/ibft1.ts'
import { ibft2 } from './bft/ibft2.ts'
import { qbft } from './bft/qbft.ts'
import { clique } from './clique/clique.ts'
import type { Engine } from './engine.ts'
import type { EngineName } from './facts.ts'
import type { Header } from './header.ts'
import { toHex } from './hex.ts'
import { plain } from './plain.ts'

// Each engine keeps its own layout and state, which only it looks into.
export type AnyEngine = Engine<unknown, unknown>

const engines: readonly AnyEngine[] = [aura, clique, ibft2, qbft, ibft1, plain] as readonly unknown[] as AnyEngine[]

export interface Identified {
  readonly engine: AnyEngine
  readonly layout: unknown
  readonly hash: Uint8Array
  readonly hashMatches: boolean
}

/** Name of the engine that made a header; undefined where it hashes by no engine's rule to what was reported. */
export const engineOf = (header: Header): EngineName | undefined => {
  const found = identify(header)
  return found?.hashMatches === true ? found.engine.name : undefined
}

/** The engine of a header; of one that hashes to something else, the first whose form it has. */
export const identify = (header: Header): Identified | undefined => {
  let first: Identified | undefined
  for (const engine of engines) {
    const layout = engine.read(header)
    if (layout === undefined) continue
    const hash = engine.hash(header, layout)
    const found = { engine, layout, hash, hashMatches: toHex(hash) === header.hash }
    if (found.hashMatches) return found
    first ??= found
  }
  return first
}
