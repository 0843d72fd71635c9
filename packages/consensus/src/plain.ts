import type { Engine } from './engine.ts'
import { hashOf } from './header.ts'

/** Blocks that do not say who sealed them: only their hash is checked. */
export const plain: Engine<Record<string, never>, never> = {
  name: 'plain',
  read: (header) => (header.seal === undefined ? {} : undefined),
  hash: (header) => hashOf(header),
  conclude: () => ({ facts: {}, state: undefined }),
  signatures: () => [],
  outlook: () => ({ votes: [], due: [] }),
}
