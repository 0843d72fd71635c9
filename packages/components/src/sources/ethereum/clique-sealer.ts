import type { Block } from '@netstats/protocol'
import { address } from '@netstats/protocol/loose'
import { call } from './rpc/messages.ts'
import type { NodeClient } from './node-client.ts'
import type { OptionalMethods } from './optional-methods.ts'

const method = 'clique_getSigner'
const blocksPerRequest = 50
/** 32 bytes of vanity, 65 of signature, and validators between them at the end of an epoch. */
const leastExtraData = '0x'.length + 2 * (32 + 65)

/**
 * Blocks of Clique name nobody as their miner, or whom the sealer votes for: who sealed is in the signature. A node whose
 * `clique` interface is open tells; where it is not the blocks stay as they are.
 */
export const withSealers = async (
  blocks: readonly Block[],
  client: Pick<NodeClient, 'ask'>,
  methods: OptionalMethods,
  options: { signal: AbortSignal },
): Promise<readonly Block[]> => {
  const sealed = blocks.filter(isClique)
  const sealers = new Map<Block, NonNullable<Block['miner']>>()
  for (let from = 0; from < sealed.length && methods.wanted(method); from += blocksPerRequest) {
    const part = sealed.slice(from, from + blocksPerRequest)
    const replies = await client.ask(
      part.map((one) => call(method, one.hash)),
      options,
    )
    for (const [i, block] of part.entries()) {
      const reply = replies[i]
      if (!reply) continue
      methods.learn(method, reply)
      const sealer = reply.ok ? address(reply.result) : undefined
      if (sealer) sealers.set(block, sealer)
    }
  }
  if (sealers.size === 0) return blocks
  return blocks.map((one) => {
    const miner = sealers.get(one)
    return miner === undefined ? one : { ...one, miner }
  })
}

/** Other engines have no difficulty of 1 or 2, or say who they are in the mix hash. */
const isClique = ({ number, difficulty, extraData = '', mixHash }: Block): boolean =>
  number > 0 &&
  (difficulty === 1n || difficulty === 2n) &&
  extraData.length >= leastExtraData &&
  mixHash !== undefined &&
  BigInt(mixHash) === 0n
