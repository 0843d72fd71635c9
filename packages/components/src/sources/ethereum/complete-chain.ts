import type { Block } from '@netstats/protocol'
import type { ChainView } from './chain-view.ts'
import type { NodeClient } from './node-client.ts'

/**
 * The blocks that lead from what is known to a new head, ascending, the head last. Heights never seen are asked for by
 * number, a fork by parent hash; at most `limit` blocks are fetched, beyond that older ones are left out.
 */
export const completeChain = async (
  head: Block,
  view: ChainView,
  client: Pick<NodeClient, 'byHash' | 'byNumbers'>,
  { limit, signal }: { limit: number; signal: AbortSignal },
): Promise<readonly Block[]> => {
  const chain = [head]
  let first = head
  const prepend = (block: Block): void => {
    chain.unshift(block)
    first = block
  }
  if (view.place(head) !== 'unknown') return chain

  const missed = await client.byNumbers(view.gapBelow(head, limit), { signal })
  for (const block of missed.toReversed()) {
    // The chain moved between two answers: what does not link is another fork's.
    if (block.hash !== first.parentHash) break
    prepend(block)
  }
  while (chain.length <= limit && view.place(first) === 'unknown') {
    const parent = await client.byHash(first.parentHash, { signal })
    if (!parent || parent.hash !== first.parentHash || parent.number !== first.number - 1) break
    prepend(parent)
  }
  return chain
}
