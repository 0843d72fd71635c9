import type { SimBlock, SimVote } from '../block.ts'
import type { SimNode } from '../model.ts'

/** What a node puts to the vote in its block: the first of its wishes that would change something and is not cast yet. */
export const wishOf = (node: SimNode, parent: SimBlock): SimVote | undefined =>
  node.wishes.find(
    ({ recipient, type }) =>
      (type === 'add') !== parent.validators.includes(recipient) &&
      parent.ballots.get(recipient)?.get(node.key.address) === undefined,
  )
