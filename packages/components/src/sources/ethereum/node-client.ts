/** The questions a source asks its node, with typed answers. Bounded batches; refusals of single calls are values. */
import type { Block, BlockNumber, Hash } from '@netstats/protocol'
import { RpcError } from './rpc/errors.ts'
import { call, isRateLimited } from './rpc/messages.ts'
import type { Call, Reply } from './rpc/messages.ts'
import type { RpcConnection } from './rpc/connection.ts'
import { readBlock } from './read-block.ts'
import { tryWhole } from './values.ts'

/** Blocks asked for at once: ten full blocks of a busy chain are about a megabyte. */
const blocksPerRequest = 10

type Options = { readonly signal: AbortSignal }

export interface NodeClient {
  readonly pushes: boolean
  readonly ended: Promise<RpcError>
  /** Throws where the node, or what stands before it, asks for fewer requests. */
  ask(calls: readonly Call[], options: Options): Promise<readonly Reply[]>
  /** Throws when the node does not say: without a block number it is of no use. */
  blockNumber(options: Options): Promise<number>
  latest(options: Options): Promise<Block | undefined>
  byHash(hash: Hash, options: Options): Promise<Block | undefined>
  /** In the order asked for; those it does not have, or garbles, are left out. */
  byNumbers(numbers: readonly BlockNumber[], options: Options): Promise<readonly Block[]>
  /** False where the node refuses. */
  subscribeHeads(options: Options): Promise<boolean>
}

export const createNodeClient = (connection: RpcConnection): NodeClient => {
  const ask: NodeClient['ask'] = async (calls, options) => {
    const replies = await connection.call(calls, options)
    const limited = replies.find(isRateLimited)
    if (limited && !limited.ok)
      throw new RpcError('RPC_RATE_LIMITED', `The node asks for fewer requests: ${limited.message}`)
    return replies
  }
  const askOne = async (one: Call, options: Options): Promise<unknown> => {
    const [reply] = await ask([one], options)
    return reply?.ok ? reply.result : undefined
  }
  return {
    pushes: connection.pushes,
    ended: connection.ended,
    ask,
    blockNumber: async (options) => {
      const [reply] = await ask([call('eth_blockNumber')], options)
      return readBlockNumber(reply)
    },
    latest: async (options) => readBlock(await askOne(call('eth_getBlockByNumber', 'latest', false), options)),
    byHash: async (hash, options) => readBlock(await askOne(call('eth_getBlockByHash', hash, false), options)),
    byNumbers: async (numbers, options) => {
      const blocks: Block[] = []
      for (let from = 0; from < numbers.length; from += blocksPerRequest) {
        const calls = numbers
          .slice(from, from + blocksPerRequest)
          .map((number) => call('eth_getBlockByNumber', `0x${number.toString(16)}`, false))
        for (const reply of await ask(calls, options)) {
          const block = reply.ok ? tryReadBlock(reply.result) : undefined
          if (block) blocks.push(block)
        }
      }
      return blocks
    },
    subscribeHeads: async (options) => {
      const [reply] = await ask([call('eth_subscribe', 'newHeads')], options)
      return reply?.ok === true && typeof reply.result === 'string'
    },
  }
}

/** Throws unless the reply says a block number: the one answer that makes a node count as alive. */
export const readBlockNumber = (reply: Reply | undefined): number => {
  const number = reply?.ok ? tryWhole(reply.result) : undefined
  if (number !== undefined) return number
  if (reply && !reply.ok)
    throw new RpcError('RPC_ERROR', `The node refused eth_blockNumber: ${reply.message || reply.code}`)
  throw new RpcError('RPC_ANSWER_INVALID', 'The node answered eth_blockNumber with something that is no number.')
}

const tryReadBlock = (value: unknown): Block | undefined => {
  try {
    return readBlock(value)
  } catch {
    return undefined
  }
}
