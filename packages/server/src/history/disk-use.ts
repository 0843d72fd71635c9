import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '@netstats/sdk'

export interface DiskUse {
  readonly files: number
  readonly bytes: number
}

/** All files below a folder; those that go meanwhile are left out. */
export const folderUse = async (folder: string): Promise<DiskUse> => {
  let files = 0
  let bytes = 0
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const found = await stat(join(entry.parentPath, entry.name)).catch(() => undefined)
    if (found === undefined) continue
    files++
    bytes += found.size
  }
  return { files, bytes }
}

interface WatchOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** The newest that was seen; looks at once and then every minute. */
export const watchDiskUse = (
  look: (() => Promise<DiskUse>) | undefined,
  { clock, signal }: WatchOptions,
): (() => DiskUse | undefined) => {
  let seen: DiskUse | undefined
  if (look !== undefined) {
    void (async () => {
      for await (const _ of clock.every(60_000, { signal })) seen = await look().catch(() => seen)
    })()
  }
  return () => seen
}
