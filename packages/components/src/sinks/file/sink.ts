import type { Sink, SinkContext } from '@netstats/sdk'
import { reasonOf } from '@netstats/sdk'
import type { FileConfig } from './config.ts'
import { tidy } from './rotation.ts'
import { createFileWriter } from './writer.ts'

/** Lines are added, the file is synced, and only then is a batch delivered. Files put aside are compressed meanwhile. */
export const openFileSink = (config: FileConfig, context: SinkContext): Promise<Sink> => {
  const { file: path, maxBytes, maxAge } = config
  const { clock, log, status } = context
  const closed = new AbortController()
  let tidying: Promise<void> | undefined
  let writing: Promise<void> | undefined
  let closing: Promise<void> | undefined

  const tidyUp = (): void => {
    tidying ??= tidy(path, config, { signal: closed.signal })
      .catch((error: unknown) => {
        if (closed.signal.aborted) return
        log.warn({ file: path, error: reasonOf(error) }, 'files put aside stay as they are for now')
      })
      .finally(() => (tidying = undefined))
  }
  const writer = createFileWriter({
    path,
    maxBytes,
    maxAge,
    clock,
    beforeAside: async () => tidying,
    opened: tidyUp,
  })

  return Promise.resolve({
    async deliver(batch, { signal }) {
      if (signal.aborted || closed.signal.aborted) return { status: 'retry', reason: 'called off' }
      try {
        await (writing = writer.write(batch))
      } catch (error) {
        await writer.letGo().catch(() => undefined)
        return { status: 'retry', reason: `cannot write ${path}: ${reasonOf(error)}` }
      }
      status.ok()
      return { status: 'delivered' }
    },
    [Symbol.asyncDispose]: () =>
      (closing ??= (async () => {
        closed.abort()
        await writing?.catch(() => undefined)
        await tidying
        await writer.letGo()
      })()),
  })
}
