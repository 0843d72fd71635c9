/** Whole files are dropped when all their rows are past their retention: that alone gives the disk its space back at once. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { tiers } from '../table.ts'
import type { ExpiringTier } from '../table.ts'
import type { PruneReport, Retention } from '../store-admin.ts'
import type { Engine } from './engine.ts'
import { unlessFull } from './failure.ts'
import type { CallOptions } from './method.ts'
import { periodOfName, tierOfName } from './periods.ts'
import type { StoreFile } from './store-file.ts'

/** How long queries that read a file may still finish: longer than they may take, so that only exports are ended. */
const usualGraceMs = 15_000

const expired = (engine: Engine, retention: Retention, now: number): readonly StoreFile[] =>
  tiers
    .filter((tier): tier is ExpiringTier => tier !== 'kept')
    .flatMap((tier) => engine.files.holding(tier).filter((file) => (file.to as number) <= now - retention[tier]))

/** What is gone, and would be by now in any case, is not missed any more. */
const forgetExpired = ({ files, writing, options }: Engine, retention: Retention, now: number): Promise<void> =>
  writing.run(async () => {
    const { roster } = files
    const usable = new Set(files.all().map(({ name }) => name))
    for (const { name, state } of roster.all()) {
      const tier = tierOfName(name)
      const to = periodOfName(name)?.to
      if (tier === undefined || to === undefined || to > now - retention[tier]) continue
      const isGone = !usable.has(name) && !existsSync(join(options.directory, name))
      if (isGone && state !== 'leaving') roster.forget(name)
    }
    // Where there is no room, the next batch brings it.
    await roster.save().catch(unlessFull)
  })

export const prune = async (
  engine: Engine,
  {
    retention,
    now,
    graceMs = usualGraceMs,
  }: { readonly retention: Retention; readonly now: number; readonly graceMs?: number },
  { signal, onProgress }: CallOptions,
): Promise<PruneReport> => {
  const files = expired(engine, retention, now)
  const removed: string[] = []
  let bytes = 0
  for (const file of files) {
    // A backup under way is not broken off for the sake of space: the file goes next time.
    if (signal.aborted || file.leaving || engine.readers.isKept(file)) continue
    // No new query begins to read it, and no batch to write to it; those that do still have their time.
    file.leaving = true
    try {
      await engine.readers.drain(file, graceMs)
      if (signal.aborted) {
        file.leaving = false
        break
      }
      bytes += await engine.writing.run(() => engine.files.remove(file))
    } catch (error) {
      file.leaving = false
      throw error
    }
    removed.push(file.name)
    onProgress({ done: removed.length, all: files.length, what: file.name })
  }
  if (!signal.aborted) await forgetExpired(engine, retention, now)
  return { files: removed, bytes }
}
