/** What a new head means, and what of the chain below it is to be told. */
import type { Block, HeadEvent, UnixMs } from '@netstats/protocol'
import type { ChainView } from './chain-view.ts'
import { withSealers } from './clique-sealer.ts'
import { completeChain } from './complete-chain.ts'
import type { NodeClient } from './node-client.ts'
import type { OptionalMethods } from './optional-methods.ts'
import { RpcError } from './rpc/errors.ts'

export interface HeadsOptions {
  readonly client: NodeClient
  readonly view: ChainView
  readonly methods: OptionalMethods
  /** Most blocks fetched at once to close a gap. */
  readonly backfill: number
  readonly isSyncing: () => boolean
  /** The endpoint has asked for fewer calls lately. */
  readonly isLimited: () => boolean
  readonly count: (name: string, labels?: Readonly<Record<string, string>>, by?: number) => void
  /** Looks in a row that found a lower head than ours; kept from one connection to the next. */
  readonly lower: { looks: number }
  /** Makes sure that a head which does not continue ours belongs to the same network. */
  readonly checkIdentity: (options: { signal: AbortSignal }) => Promise<void>
  readonly onBlock: (block: Block, at: UnixMs, options: { signal: AbortSignal }) => Promise<void>
  readonly onReorg: (event: HeadEvent, at: UnixMs, options: { signal: AbortSignal }) => Promise<void>
}

/** A head as it was found: told by the node, or by asking it. */
export interface Found {
  readonly block: Block
  readonly at: UnixMs
  readonly polled: boolean
}

const maxEventRefs = 1000
/** A gap of so many blocks is closed by one request. */
const smallGap = 10
/**
 * Behind a balancer the next answer may come from a node that is behind. Only a head that stays back for so many looks
 * is one that went back.
 */
const looksUntilLower = 10

/** Takes a head; true where it is a new one. */
export const takeHead = async (found: Found, options: HeadsOptions, signal: AbortSignal): Promise<boolean> => {
  const { view } = options
  const { block } = found
  if (view.head()?.hash === block.hash) {
    options.lower.looks = 0
    return false
  }
  if (await isBehind(found, options, signal)) return false
  options.lower.looks = 0

  const head = await sealed(found, options, signal)
  const place = view.place(block)
  // What lies below it may be long in coming, or be refused: then it is told first.
  const gap = block.number - (view.head()?.number ?? block.number)
  const early = place === 'unknown' && (gap > smallGap || options.isLimited())
  if (early) await tell(head, found, options, signal)
  const linked = place === 'unknown' ? await linkedChain(head, options, signal) : [head]
  const skipped = (linked[0]?.number ?? 0) - (view.head()?.number ?? Infinity) - 1
  if (skipped > 0) options.count('blocks_skipped', {}, skipped)

  const { fresh, removed, added } = view.adopt(linked)
  if (removed.length > 0) {
    options.count('reorgs')
    const event = { type: 'reorg', added: added.slice(-maxEventRefs), removed: removed.slice(-maxEventRefs) }
    await options.onReorg(event, found.at, { signal })
  }
  for (const one of fresh) {
    if (one.historical || !early) await tell(one, found, options, signal)
  }
  return true
}

const tell = async (block: Block, { at, polled }: Found, options: HeadsOptions, signal: AbortSignal): Promise<void> => {
  options.count('blocks', { how: block.historical ? 'backfilled' : polled ? 'polled' : 'live' })
  await options.onBlock(polled && !block.historical ? { ...block, polled } : block, at, { signal })
}

/**
 * Whether the head is one that another node behind the same address has left behind already. What is not simply higher
 * may also be a fork, a chain wound back, or another chain behind the same endpoint.
 */
const isBehind = async (found: Found, options: HeadsOptions, signal: AbortSignal): Promise<boolean> => {
  const { view, lower } = options
  const { block, polled } = found
  const old = view.head()
  if (old === undefined || block.number > old.number) return false
  const known = view.knows(block)
  if (!known) await options.checkIdentity({ signal })
  if (view.head() === undefined) return false
  // What the node itself tells and we have not seen is where it went; of what is below all we know nobody can say.
  if (!known && !polled && !view.isBelow(block.number)) return false
  options.count('heads_lower')
  return ++lower.looks < looksUntilLower
}

/** The head with who sealed it, where the node says; as it is where it refuses to. */
const sealed = async ({ block }: Found, options: HeadsOptions, signal: AbortSignal): Promise<Block> => {
  const [head = block] = await orElse([block], signal, () =>
    withSealers([block], options.client, options.methods, { signal }),
  )
  return head
}

/** The head and what leads to it; the head alone where that is refused. */
const linkedChain = async (head: Block, options: HeadsOptions, signal: AbortSignal): Promise<readonly Block[]> => {
  const { client, view, methods } = options
  const limit = options.isSyncing() ? 0 : options.backfill
  const chain = await orElse([head], signal, () => completeChain(head, view, client, { limit, signal }))
  const below = chain.slice(0, -1)
  const told = await orElse(below, signal, () => withSealers(below, client, methods, { signal }))
  return [...told, head]
}

const orElse = async <T>(other: T, signal: AbortSignal, ask: () => Promise<T>): Promise<T> => {
  try {
    return await ask()
  } catch (error) {
    if (signal.aborted || !(error instanceof RpcError)) throw error
    return other
  }
}
