/** Gives the core back what it knew before a restart: before it is told anything, or while it is. */
import { unixMs } from '@netstats/protocol'
import type { Logger } from '@netstats/sdk'
import type { Store } from '@netstats/store'
import { defaultCoreOptions } from '../../shard/mod.ts'
import type { Core } from '../../shard/mod.ts'
import type { Recorder } from '../history-model.ts'
import { readImage } from './moments.ts'
import type { MomentKeys, StoredNetworkName } from './moments.ts'
import { inSlices } from './time-slices.ts'

export interface RestoreOptions {
  readonly core: Pick<Core, 'restore'>
  readonly store: Store
  /** Names as the catalog has them, and newer ones. */
  readonly names: MomentKeys
  /** Time of the newest row of the time before; null in a new store. */
  readonly newestAt: number | null
  /** Called for each network that came back. */
  readonly restored: Recorder['restored']
  /** Networks that need not be looked at again; those that are settled are added. */
  readonly settled?: Set<string>
  readonly log: Pick<Logger, 'info' | 'warn'>
  /** Wall clock, milliseconds. */
  readonly now: () => number
  /** Milliseconds that never step. */
  readonly monotonic: () => number
  /** Ends it between two pieces of work. */
  readonly signal: AbortSignal
}

export interface RestoreReport {
  readonly networks: number
  readonly nodes: number
  readonly ms: number
  /** Networks the store failed on, or that it did not come to. */
  readonly left: number
}

/** Reading a large network takes a second or two; on a machine that has other things to do, many times that. */
const timeoutMs = 60_000

/**
 * The largest first: they are what people look at. But before them chains that share a network id: nodes that come
 * before their names are back give the names again.
 */
const inOrder = (networks: MomentKeys['networks'], until: number): readonly string[] => {
  const all = [...networks].filter(([, { nodes, firstSeenAt }]) => nodes.size > 0 && firstSeenAt <= until)
  const idOf = ([name, { networkId }]: readonly [string, StoredNetworkName]): string => networkId ?? name
  const sharing = new Map<string, number>()
  for (const one of all) sharing.set(idOf(one), (sharing.get(idOf(one)) ?? 0) + 1)
  const isShared = (one: readonly [string, StoredNetworkName]): boolean => (sharing.get(idOf(one)) ?? 0) > 1
  return all
    .sort((a, b) => Number(isShared(b)) - Number(isShared(a)) || b[1].nodes.size - a[1].nodes.size)
    .map(([name]) => name)
}

export const restoreCore = async (options: RestoreOptions): Promise<RestoreReport> => {
  const { core, store, names, newestAt, log, now, monotonic, signal, settled = new Set() } = options
  if (newestAt === null) return { networks: 0, nodes: 0, ms: 0, left: 0 }
  const from = monotonic()
  const waiting = inOrder(names.networks, newestAt).filter((name) => !settled.has(name))
  const heights = defaultCoreOptions.windowHeights
  let networks = 0
  let nodes = 0
  let left = waiting.length

  const restore = async (network: string): Promise<void> => {
    const image = await readImage(store, names, network, newestAt, { heights, monotonic, signal, timeoutMs })
    if (image === undefined || image.nodes.length === 0) return
    const restored = await inSlices(core.restore(image, unixMs(Math.max(now(), newestAt))), { signal, monotonic })
    // From here on it is there: what fails below is not tried again.
    settled.add(network)
    if (restored.nodes === 0) {
      log.warn(
        { network },
        'a network starts over: there is no room for it, or its name is that of another chain by now',
      )
      return
    }
    networks++
    nodes += restored.nodes
    const told = { lost: restored.lost, until: newestAt }
    await inSlices(options.restored(network, told, now()), { signal, monotonic })
  }

  for (const network of waiting) {
    if (signal.aborted) break
    try {
      await restore(network)
      settled.add(network)
      left--
    } catch (error) {
      if (settled.has(network)) left--
      if (!signal.aborted) log.warn({ error, network }, 'a network could not be restored')
    }
  }
  const ms = Math.round(monotonic() - from)
  if (nodes > 0) log.info({ nodes, networks, ms }, `restored ${nodes} nodes of ${networks} networks in ${ms} ms`)
  return { networks, nodes, ms, left }
}
