import type { Range } from '../store.ts'
import type { Table } from '../table.ts'
import type { QueryContext } from '../query.ts'
import { emptyRelation } from './ddl.ts'
import type { FileSet } from './file-set.ts'
import type { Session } from './readers.ts'
import { relationIn } from './store-file.ts'

/** What SQL is put to: the tables of all files as one. */
export const createContext = (files: FileSet, session: Session): QueryContext => ({
  from(table: Table, range?: Range) {
    if (table.tier === 'kept') return relationIn(files.main, table.name)
    const holding = files.holding(table.tier, range)
    if (holding.length === 0) return emptyRelation(table)
    const parts = holding.map((file) => {
      session.use(file)
      return relationIn(file, table.name)
    })
    return parts.length === 1
      ? (parts[0] as string)
      : `(${parts.map((part) => `SELECT * FROM ${part}`).join(' UNION ALL ')})`
  },
  run: (text, params) => session.run(text, params),
  newest: (value, by) => `arg_max(${value}, ${by})`,
  oldest(tier) {
    const times = files
      .holding(tier)
      .map((file) => file.state.oldest)
      .filter((time) => time !== null)
    return times.length === 0 ? null : Math.min(...times)
  },
  newestAt: files.main.state.newest,
  seq: files.main.state.seq ?? 0,
  batches: files.main.state.ids ?? [],
})
