import { tables } from '../tables.ts'
import type { StoredResumePoint } from '../store.ts'
import type { StoreQuery } from '../query.ts'
import { columnList, rowsFrom } from './sql.ts'

export const resumePoints: StoreQuery<undefined, readonly StoredResumePoint[]> = async (context) => {
  const text = `SELECT ${columnList(tables.resumePoint)} FROM ${context.from(tables.resumePoint)} AS r ORDER BY "stream"`
  return rowsFrom('resumePoint', await context.run(text))
}
