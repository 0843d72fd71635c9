/** One round of questions about a node's state. Each answer is optional except the block number. */
import { wei } from '@netstats/protocol'
import { fieldsOf, quantity, whole } from '@netstats/protocol/loose'
import type { NodeStats } from '@netstats/protocol'
import { call } from './rpc/messages.ts'
import type { Call } from './rpc/messages.ts'
import { readBlockNumber } from './node-client.ts'
import type { NodeClient } from './node-client.ts'
import type { OptionalMethods } from './optional-methods.ts'

const optionalCalls: readonly Call[] = [
  call('eth_syncing'),
  call('eth_gasPrice'),
  call('net_peerCount'),
  call('eth_mining'),
  call('eth_hashrate'),
  call('txpool_status'),
]
const pendingFallback = call('eth_getBlockTransactionCountByNumber', 'pending')

export interface StatsRound {
  readonly blockNumber: number
  readonly stats: Omit<NodeStats, 'uptime'>
  readonly pending: number | undefined
}

export const readStats = async (
  client: NodeClient,
  methods: OptionalMethods,
  options: { signal: AbortSignal },
): Promise<StatsRound> => {
  const wanted = optionalCalls.filter((one) => methods.wanted(one.method))
  const poolClosed = !wanted.some((one) => one.method === 'txpool_status')
  const fallback = poolClosed && methods.wanted(pendingFallback.method) ? [pendingFallback] : []
  const asked = [...wanted, ...fallback]
  const [number, ...replies] = await client.ask([call('eth_blockNumber'), ...asked], options)
  const blockNumber = readBlockNumber(number)
  const answers = new Map<string, unknown>()
  for (const [i, { method }] of asked.entries()) {
    const reply = replies[i]
    if (!reply) continue
    methods.learn(method, reply)
    if (reply.ok) answers.set(method, reply.result)
  }
  return { blockNumber, stats: toStats(answers), pending: toPending(answers) }
}

const toStats = (answers: ReadonlyMap<string, unknown>): Omit<NodeStats, 'uptime'> => {
  const syncing = readSyncing(answers.get('eth_syncing'))
  const mining = answers.get('eth_mining')
  const hashrate = quantity(answers.get('eth_hashrate'))
  const peers = whole(answers.get('net_peerCount'))
  const gasPrice = quantity(answers.get('eth_gasPrice'))
  return {
    active: true,
    ...(syncing === undefined ? {} : { syncing }),
    ...(typeof mining === 'boolean' ? { mining } : {}),
    ...(hashrate === undefined ? {} : { hashrate: Number(hashrate) }),
    ...(peers === undefined ? {} : { peers }),
    ...(gasPrice === undefined ? {} : { gasPrice: wei(gasPrice) }),
  }
}

/** False, or an object that tells how far it is. */
const readSyncing = (value: unknown): boolean | undefined => {
  if (typeof value === 'boolean') return value
  return fieldsOf(value) === undefined ? undefined : true
}

const toPending = (answers: ReadonlyMap<string, unknown>): number | undefined =>
  whole(fieldsOf(answers.get('txpool_status'))?.['pending']) ?? whole(answers.get(pendingFallback.method))
