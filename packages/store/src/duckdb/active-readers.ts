/** Who reads which files at the moment, and waiting until they have left. */
import { StoreError } from '../store-errors.ts'
import type { StoreFile } from './store-file.ts'

export interface ActiveReader {
  readonly files: ReadonlySet<StoreFile>
  /** Makes the one who reads leave soon. */
  end(error: StoreError): void
}

export interface ActiveReaders {
  enter(reader: ActiveReader): void
  /** Its files count it no more by now. */
  leave(reader: ActiveReader): void
  /** Resolves when nobody reads the file any more; those that still do after the grace are ended. */
  drain(file: StoreFile, graceMs: number): Promise<void>
  /** Ends all, and resolves when the last one has left. */
  close(error: StoreError): Promise<void>
}

export const createActiveReaders = (): ActiveReaders => {
  const active = new Set<ActiveReader>()
  const watchers = new Set<() => void>()

  /** Looked at now, and whenever somebody leaves. */
  const until = async (isSo: () => boolean): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const watcher = (): void => {
      if (isSo()) resolve()
    }
    watchers.add(watcher)
    watcher()
    await promise
    watchers.delete(watcher)
  }

  return {
    enter: (reader) => void active.add(reader),
    leave(reader) {
      active.delete(reader)
      for (const watcher of watchers) watcher()
    },
    async drain(file, graceMs) {
      if (file.readers === 0) return
      const late = setTimeout(() => {
        for (const one of active) {
          if (!one.files.has(file)) continue
          one.end(new StoreError('STORE_QUERY_CANCELLED', `${file.name} was taken away.`, { retryable: true }))
        }
      }, graceMs)
      await until(() => file.readers === 0)
      clearTimeout(late)
    },
    async close(error) {
      for (const one of active) one.end(error)
      await until(() => active.size === 0)
    },
  }
}
