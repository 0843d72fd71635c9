/** What a node tells of its peers, its pool, its finality and its chain's forks, to those it tells it. Pure but for the question. */
import { fieldsOf, filled, quantity, whole } from '@netstats/protocol/loose'
import { call } from './rpc/messages.ts'
import type { NodeClient } from './node-client.ts'
import type { OptionalMethods } from './optional-methods.ts'

export interface Peer {
  /** `enode://…`, or what else the client knows the peer by. */
  readonly id: string
  readonly client: string | undefined
  readonly direction: 'in' | 'out' | undefined
}

export interface Details {
  /** Absent where the node does not tell. */
  readonly peers?: readonly Peer[]
  readonly pool?: { readonly pending: number; readonly queued: number }
  readonly finalized?: number
  readonly safe?: number
  readonly config?: ChainConfig
}

/** Of `eth_config` (EIP-7910): the fork in force and the one that comes. */
export interface ChainConfig {
  readonly chainId?: string
  readonly forkId?: string
  /** Unix seconds. */
  readonly since?: number
  readonly next?: { readonly forkId?: string; readonly at?: number }
}

/** Peers of a node that are read; those beyond are counted by the node itself. */
export const mostPeers = 500

const questions = [
  call('admin_peers'),
  call('txpool_status'),
  call('eth_config'),
  call('eth_getBlockByNumber', 'finalized', false),
  call('eth_getBlockByNumber', 'safe', false),
] as const
const [admin, pool, config, finalized, safe] = questions

/** `tags`: whether the chain may know finalized and safe blocks. Those without either answer with an error, or nothing. */
export const readDetails = async (
  client: NodeClient,
  methods: OptionalMethods,
  { signal, tags }: { readonly signal: AbortSignal; readonly tags: boolean },
): Promise<Details> => {
  const asked = questions.filter((one) => (one === finalized || one === safe ? tags : methods.wanted(one.method)))
  if (asked.length === 0) return {}
  const replies = await client.ask(asked, { signal })
  const answers = new Map<unknown, unknown>()
  for (const [i, one] of asked.entries()) {
    const reply = replies[i]
    if (!reply) continue
    // The same method gives blocks by number, which every node has.
    if (one !== finalized && one !== safe) methods.learn(one.method, reply)
    if (reply.ok) answers.set(one, reply.result)
  }
  return {
    ...given('peers', peersOf(answers.get(admin))),
    ...given('pool', poolOf(answers.get(pool))),
    ...given('config', configOf(answers.get(config))),
    ...given('finalized', whole(fieldsOf(answers.get(finalized))?.['number'])),
    ...given('safe', whole(fieldsOf(answers.get(safe))?.['number'])),
  }
}

const given = <K extends string, T>(name: K, value: T | undefined): { readonly [N in K]?: T } =>
  (value === undefined ? {} : { [name]: value }) as { readonly [N in K]?: T }

const peersOf = (answer: unknown): readonly Peer[] | undefined =>
  Array.isArray(answer) ? answer.slice(0, mostPeers).flatMap((one) => peerOf(one) ?? []) : undefined

const peerOf = (value: unknown): Peer | undefined => {
  const peer = fieldsOf(value)
  const id = filled(peer?.['enode'], 400) ?? filled(peer?.['id'], 400)
  if (peer === undefined || id === undefined) return undefined
  const network = fieldsOf(peer['network'])
  const inbound = network?.['inbound'] ?? peer['inbound'] ?? peer['isInbound']
  return {
    id,
    client: filled(peer['name'], 200) ?? filled(peer['clientId'], 200),
    direction: typeof inbound === 'boolean' ? (inbound ? 'in' : 'out') : undefined,
  }
}

const poolOf = (answer: unknown): Details['pool'] => {
  const status = fieldsOf(answer)
  const pending = whole(status?.['pending'])
  return pending === undefined ? undefined : { pending, queued: whole(status?.['queued']) ?? 0 }
}

const configOf = (answer: unknown): ChainConfig | undefined => {
  const told = fieldsOf(answer)
  const current = fieldsOf(told?.['current'])
  if (current === undefined) return undefined
  const next = fieldsOf(told?.['next'])
  return {
    ...given('chainId', quantity(current['chainId'])?.toString()),
    ...given('forkId', filled(current['forkId'], 20)),
    ...given('since', whole(current['activationTime'])),
    ...given(
      'next',
      next && { ...given('forkId', filled(next['forkId'], 20)), ...given('at', whole(next['activationTime'])) },
    ),
  }
}

/** The program of a client's name, `Geth` of `Geth/v1.16.1-stable/linux-amd64`, in lower case. */
export const programOf = (client: string | undefined): string =>
  (client === undefined ? '' : (client.split('/')[0] ?? '')).trim().toLowerCase().slice(0, 50) || 'unknown'
