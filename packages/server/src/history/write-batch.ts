/** Writes a batch that waits: first its new names get their keys, then its rows go in with them. */
import type { Store } from '@netstats/store'
import type { NameIds } from './name-ids.ts'
import type { RowBatch } from './row-buffer.ts'

/** How many names of each sort were new. */
export interface WrittenNames {
  readonly network: number
  readonly node: number
  readonly metricName: number
}

export const writeBatch = async (
  store: Pick<Store, 'nameKeys' | 'write'>,
  names: NameIds,
  batch: RowBatch,
): Promise<WrittenNames> => {
  const fresh = names.withoutKey()
  if (fresh !== undefined) fresh.stored(await store.nameKeys(fresh.names))
  await store.write(names.withKeys(batch.tables), batch.storeId)
  const { networks = [], nodes = [], metrics = [] } = fresh?.names ?? {}
  return { network: networks.length, node: nodes.length, metricName: metrics.length }
}
