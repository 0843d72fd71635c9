/** What a store is asked by name, and who answers. */
import { StoreError } from '../store-errors.ts'
import type { StoreBatch } from '../batch.ts'
import { queries } from '../queries/mod.ts'
import type { QueryContext } from '../query.ts'
import { admin } from './admin/admin-methods.ts'
import { createContext } from './context.ts'
import type { Method, StreamMethod } from './method.ts'
import { exportRows } from './export.ts'
import { tidy } from './maintenance.ts'
import { nameKeys } from './name-keys.ts'
import { prune } from './prune.ts'

const ask =
  (query: (context: QueryContext, args: never) => Promise<unknown>): Method =>
  ({ readers, files, options }, args, { signal, timeoutMs = options.timeoutMs }) =>
    readers.read((session) => query(createContext(files, session), args), { signal, timeoutMs })

interface Batch {
  readonly batch: StoreBatch
  readonly now: number
  readonly id: string | undefined
}

const write: Method = (engine, { batch, now, id }: Batch) =>
  engine.writing.run(async () => {
    const dropped = await engine.writer.write(batch, now, id)
    // The caller has its answer before the files are tidied; the next batch waits for it.
    void engine.writing.run(() => tidy(engine)).catch(() => undefined)
    return dropped
  })

const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ...Object.entries(queries).map(([name, query]) => [name, ask(query as Parameters<typeof ask>[0])] as const),
  ...Object.entries(admin),
  ['write', write],
  ['nameKeys', nameKeys],
  ['prune', prune],
])

export const methodOf = (name: string): Method => {
  const method = methods.get(name)
  if (!method) throw new StoreError('STORE_FAILED', `The store has no method ${name}.`)
  return method
}

export const streams: ReadonlyMap<string, StreamMethod> = new Map<string, StreamMethod>([['export', exportRows]])
