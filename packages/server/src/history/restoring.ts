/**
 * Restores the core as soon as there is a store, whenever that is, and again where the store fails on the way.
 *
 *     the store opens ──► restore ──► all is back
 *                 ▲          └─ a network is left: again, with back-off, a few times; then it starts over
 *                 └─ the store is gone: wait for it
 */
import { createBackoff } from '@netstats/sdk'
import type { Clock } from '@netstats/sdk'
import type { Store } from '@netstats/store'
import { restoreCore } from './time-travel/mod.ts'
import type { RestoreOptions } from './time-travel/restore.ts'

export interface RestoringOptions extends Pick<RestoreOptions, 'core' | 'names' | 'restored' | 'log' | 'signal'> {
  /** Undefined while it cannot be used. */
  readonly store: () => Store | undefined
  /** Resolves when the store has been opened for the first time; gives the time of the newest row it had then. */
  readonly opened: Promise<number | null>
  readonly clock: Clock
}

const maxTries = 5

/** Resolves when nothing is left to restore, or the signal has fired. */
export const restoreWhenOpen = async (options: RestoringOptions): Promise<void> => {
  const { core, names, restored, log, signal, clock } = options
  const settled = new Set<string>()
  const backoff = createBackoff({ clock, firstMs: 1000, maxMs: 30_000 })
  const ended = Promise.withResolvers<undefined>()
  const end = (): void => ended.resolve(undefined)
  signal.addEventListener('abort', end, { once: true })
  const newestAt = await Promise.race([options.opened, ended.promise])
  signal.removeEventListener('abort', end)
  if (newestAt === undefined || newestAt === null) return
  for (let tries = 0; !signal.aborted; ) {
    const store = options.store()
    if (store !== undefined) {
      const { left } = await restoreCore({
        core,
        store,
        names,
        newestAt,
        restored,
        settled,
        log,
        signal,
        now: () => clock.now(),
        monotonic: () => clock.monotonic(),
      })
      if (left === 0 || signal.aborted) return
      if (++tries === maxTries)
        return log.warn({ networks: left }, 'not all networks could be restored; the others start over')
    }
    await clock.sleep(backoff.next(), { signal }).catch(() => undefined)
  }
}
