/** Gives the core back what it knew before a restart, before it is told anything. */
import { unixMs } from '@netstats/protocol'
import type { Logger } from '@netstats/sdk'
import { maxLimit } from '@netstats/sdk/store'
import type { Store } from '@netstats/sdk/store'
import { defaultCoreOptions } from '../../shard/mod.ts'
import type { Core } from '../../shard/mod.ts'
import { inactivity } from '../journal.ts'
import type { RestoredNetwork } from '../model.ts'
import { readImage } from './moments.ts'
import type { MomentKeys } from './moments.ts'
import { inSlices } from './slices.ts'

export interface RestoreOptions {
  readonly core: Pick<Core, 'restore'>
  readonly store: Store
  /** Names as the catalog has them. */
  readonly keys: MomentKeys
  /** Time of the newest row; null in a new store. */
  readonly newestAt: number | null
  /** Told of each network that came back. */
  readonly restored?: (network: string, restored: RestoredNetwork, at: number) => void
  readonly log: Pick<Logger, 'info' | 'warn'>
  /** Wall clock, milliseconds. */
  readonly now: () => number
  /** Milliseconds that never step. */
  readonly monotonic: () => number
  /** The server starts with what it has by then; 10 s by default. */
  readonly budgetMs?: number
}

export interface RestoreReport {
  readonly networks: number
  readonly nodes: number
  readonly ms: number
  /** Networks that did not come back: time was over, or the store failed. */
  readonly left: number
}

export const restoreCore = async (options: RestoreOptions): Promise<RestoreReport> => {
  const { core, store, keys, newestAt, log, now, monotonic, budgetMs = 10_000 } = options
  const from = monotonic()
  const signal = AbortSignal.timeout(budgetMs)
  // The largest first: they are what people look at.
  const names = [...keys.networks]
    .filter(([, network]) => network.nodes.size > 0)
    .sort(([, a], [, b]) => b.nodes.size - a.nodes.size)
    .map(([name]) => name)
  let networks = 0
  let nodes = 0
  let tried = 0
  let failed = 0
  const heights = defaultCoreOptions.windowHeights

  const restore = async (network: string, at: number): Promise<void> => {
    const image = await readImage(store, keys, network, at, { heights, monotonic, signal, timeoutMs: budgetMs })
    if (image === undefined) return
    const alarmed = await alarmedOf(network, at)
    const restoredAt = unixMs(Math.max(now(), at))
    const restored = await inSlices(core.restore(image, restoredAt), { signal, monotonic })
    if (restored.nodes === 0) return
    networks++
    nodes += restored.nodes
    options.restored?.(network, { lost: restored.lost, alarmed }, now())
  }

  /** A server that stopped soon after its start may have told of an absence, and raised no alarm yet. */
  const alarmedOf = async (network: string, at: number): Promise<ReadonlySet<string>> => {
    const query = { network: keys.networks.get(network)?.key ?? 0, range: { from: 0, to: at + 1 }, limit: maxLimit }
    const open = await store.alarms({ ...query, open: true, type: inactivity }, { signal, timeoutMs: budgetMs })
    return new Set(open.map(({ node }) => (node === null ? '' : (keys.nodeOf(node)?.id ?? ''))))
  }

  for (const network of newestAt === null ? [] : names) {
    if (signal.aborted) break
    tried++
    try {
      await restore(network, newestAt ?? 0)
    } catch (error) {
      failed++
      if (!signal.aborted) log.warn({ error, network }, 'a network could not be restored; it begins anew')
    }
  }
  const left = newestAt === null ? 0 : names.length - tried + failed
  const ms = Math.round(monotonic() - from)
  if (signal.aborted && left > 0)
    log.warn({ networks: left, budgetMs }, 'not all networks could be restored in time; the others begin anew')
  if (newestAt !== null)
    log.info({ nodes, networks, ms }, `restored ${nodes} nodes of ${networks} networks in ${ms} ms`)
  return { networks, nodes, ms, left }
}
