/** Which rows of a batch go to which file. */
import { tables } from '../tables.ts'
import type { ExpiringTier, Table } from '../table.ts'
import type { StoreBatch, TableBatch } from '../batch.ts'
import type { TableName } from '../tables.ts'
import type { FileSet } from './file-set.ts'
import { replacing, shareOut } from './split.ts'
import type { Share } from './split.ts'
import type { StoreFile } from './store-file.ts'

const dayMs = 86_400_000

/** Rows of a table that go to one file. */
export interface Part {
  readonly key: TableName
  readonly table: Table
  /** Values whose rows are replaced. */
  readonly replaced?: readonly number[]
  readonly share: Pick<Share, 'rows' | 'places'>
}

export interface WritePlan {
  readonly parts: Map<StoreFile, Part[]>
  /** Times of the rows for files of a period. */
  readonly times: Map<StoreFile, { oldest: number; newest: number }>
  /** Rows that no file takes: past their retention, or more than a day ahead of the clock. */
  readonly dropped: number
}

export interface PlanContext {
  readonly files: Pick<FileSet, 'main' | 'takes'>
  readonly retention: { readonly [T in ExpiringTier]: number }
  readonly now: number
}

interface OwnPlan extends WritePlan {
  dropped: number
}

const add = ({ parts }: WritePlan, file: StoreFile, part: Part): void =>
  void parts.set(file, [...(parts.get(file) ?? []), part])

const planPeriods = async (
  { files, retention, now }: PlanContext,
  plan: OwnPlan,
  [key, table, rows]: readonly [TableName, Table, TableBatch],
): Promise<void> => {
  const tier = table.tier as ExpiringTier
  const since = now - retention[tier]
  const fileAt = async (at: number): Promise<StoreFile | undefined> =>
    at < since || at > now + dayMs ? undefined : await files.takes(tier, at)
  const { shares, dropped } = await shareOut(rows, table.time as string, fileAt)
  plan.dropped += dropped
  for (const [file, share] of shares) {
    add(plan, file, { key, table, share })
    const { oldest, newest } = plan.times.get(file) ?? share
    plan.times.set(file, { oldest: Math.min(oldest, share.oldest), newest: Math.max(newest, share.newest) })
  }
}

export const planWrite = async (context: PlanContext, batch: StoreBatch): Promise<WritePlan> => {
  const { main } = context.files
  const plan: OwnPlan = { parts: new Map(), times: new Map(), dropped: 0 }
  for (const [key, rows] of Object.entries(batch) as [TableName, TableBatch][]) {
    const table: Table = tables[key]
    if (table.replace !== undefined) {
      const { values, share } = replacing(rows, table.replace)
      add(plan, main, { key, table, share, replaced: values })
    } else if (table.tier === 'kept' || table.time === null)
      add(plan, main, { key, table, share: { rows: rows.rows, places: undefined } })
    else await planPeriods(context, plan, [key, table, rows])
  }
  return plan
}
