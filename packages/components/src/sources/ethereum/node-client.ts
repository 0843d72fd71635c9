/** The questions a source asks its node, with typed answers. Bounded batches; refusals of single calls are values. */
import type { Block, BlockNumber, Hash } from '@netstats/protocol'
import { whole } from '@netstats/protocol/loose'
import { RpcError } from './rpc/errors.ts'
import { call } from './rpc/messages.ts'
import type { Call, Reply } from './rpc/messages.ts'
import type { RpcConnection } from './rpc/connection.ts'
import { BlockError, readBlock } from './read-block.ts'
import type { OnUnread } from './read-block.ts'

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
  /** Throws `BlockError` where the node does not give one that can be read. */
  latest(options: Options): Promise<Block | undefined>
  byHash(hash: Hash, options: Options): Promise<Block | undefined>
  /** In the order asked for; those it does not have, garbles, or takes others for are left out. */
  byNumbers(numbers: readonly BlockNumber[], options: Options): Promise<readonly Block[]>
  /** Blocks as the node gives them, in the order asked for; those it does not have or takes others for are left out. */
  rawByNumbers(numbers: readonly BlockNumber[], options: Options): Promise<readonly unknown[]>
  /** What the subscription is called; undefined where the node refuses. */
  subscribeHeads(options: Options): Promise<string | undefined>
  /** Says that its notices are wanted no longer; that the node knows nothing of it is fine. */
  unsubscribe(subscription: string, options: Options): Promise<void>
}

export interface NodeClientOptions {
  /** Hears of fields of blocks that were there and could not be used. */
  readonly onUnread?: OnUnread
  /** Given every block as the node gave it. */
  readonly onRaw?: (block: unknown) => void
}

export const createNodeClient = (
  connection: RpcConnection,
  { onUnread, onRaw }: NodeClientOptions = {},
): NodeClient => {
  const readRaw = (value: unknown): Block | undefined => {
    const block = readBlock(value, onUnread)
    if (block !== undefined) onRaw?.(value)
    return block
  }
  const ask: NodeClient['ask'] = (calls, options) => connection.call(calls, options)
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
    latest: async (options) => {
      const [reply] = await ask([call('eth_getBlockByNumber', 'latest', false)], options)
      if (reply?.ok) return readRaw(reply.result)
      throw new BlockError('answer', `The node refused to give its newest block: ${reply?.message ?? 'no answer'}`)
    },
    byHash: async (hash, options) => readRaw(await askOne(call('eth_getBlockByHash', hash, false), options)),
    byNumbers: async (numbers, options) => {
      const found = await findByNumbers(ask, numbers, options)
      for (const { raw } of found) onRaw?.(raw)
      return found.map(({ block }) => block)
    },
    rawByNumbers: async (numbers, options) => (await findByNumbers(ask, numbers, options)).map(({ raw }) => raw),
    subscribeHeads: async (options) => {
      const [reply] = await ask([call('eth_subscribe', 'newHeads')], options)
      return reply?.ok === true && typeof reply.result === 'string' ? reply.result : undefined
    },
    unsubscribe: async (subscription, options) => {
      await ask([call('eth_unsubscribe', subscription)], options)
    },
  }
}

const findByNumbers = async (
  ask: NodeClient['ask'],
  numbers: readonly BlockNumber[],
  options: Options,
): Promise<readonly { readonly block: Block; readonly raw: unknown }[]> => {
  const found: { readonly block: Block; readonly raw: unknown }[] = []
  for (let from = 0; from < numbers.length; from += blocksPerRequest) {
    const part = numbers.slice(from, from + blocksPerRequest)
    const calls = part.map((number) => call('eth_getBlockByNumber', `0x${number.toString(16)}`, false))
    for (const [i, reply] of (await ask(calls, options)).entries()) {
      if (!reply.ok) continue
      const block = tryReadBlock(reply.result)
      // Some gateways answer with their newest block, whatever is asked for.
      if (block && block.number === part[i]) found.push({ block, raw: reply.result })
    }
  }
  return found
}

/** Throws unless the reply says a block number: the one answer that makes a node count as alive. */
export const readBlockNumber = (reply: Reply | undefined): number => {
  const number = reply?.ok ? whole(reply.result) : undefined
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
