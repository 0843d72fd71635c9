/** What is asked of the file of alarms. */
import type { AlarmStep } from '@netstats/alarms'
import type { AlarmRecord, AlarmState, PerceivedSeverity } from '@netstats/protocol/feed'
import type { AlarmFile } from './database.ts'
import { translating } from './errors.ts'

export interface AlarmQuery {
  /** Only those that are not cleared, or only those that are. */
  readonly open?: boolean | undefined
  readonly network?: string | undefined
  readonly node?: string | undefined
  readonly rule?: string | undefined
  readonly severity?: PerceivedSeverity | undefined
  readonly state?: AlarmState | undefined
  /** Id of an alarm: its symptoms; `none`: those that are no symptom of another one. */
  readonly parent?: string | undefined
  /** When they were raised: from then on, and before. Unix milliseconds. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** Id of an alarm: those raised before it. */
  readonly before?: string | undefined
  readonly limit: number
}

export interface AlarmReading {
  /** Newest first. */
  readonly list: (query: AlarmQuery) => readonly AlarmRecord[]
  readonly find: (id: string) => AlarmRecord | undefined
  /** Of one alarm, oldest first; of more than the limit the newest. */
  readonly stepsOf: (id: string, limit: number) => readonly AlarmStep[]
  /** Alarms in the file, open ones included. */
  readonly count: () => number
}

type Value = string | number

const conditionsOf = (query: AlarmQuery): readonly (readonly [sql: string, ...values: Value[]])[] => {
  const { open, before, parent, from, to } = query
  const conditions: [string, ...Value[]][] = []
  if (open !== undefined) conditions.push([open ? 'ends_at IS NULL' : 'ends_at IS NOT NULL'])
  if (before !== undefined) conditions.push(['n < (SELECT n FROM alarms WHERE id = ?)', before])
  if (parent !== undefined) conditions.push(parent === 'none' ? ['parent IS NULL'] : ['parent = ?', parent])
  if (from !== undefined) conditions.push(['starts_at >= ?', from])
  if (to !== undefined) conditions.push(['starts_at < ?', to])
  for (const column of ['network', 'node', 'rule', 'severity', 'state'] as const) {
    const value = query[column]
    if (value !== undefined) conditions.push([`${column} = ?`, value])
  }
  return conditions
}

const recordOf = (row: Record<string, unknown> | undefined): AlarmRecord =>
  JSON.parse(String(row?.['record'])) as AlarmRecord

export const createReading = ({ db, path }: AlarmFile): AlarmReading => {
  const find = db.prepare('SELECT record FROM alarms WHERE id = ?')
  const steps = db.prepare('SELECT at, name, record FROM steps WHERE alarm = ? ORDER BY step DESC LIMIT ?')
  const count = db.prepare('SELECT count(*) AS count FROM alarms')
  return {
    list: (query) =>
      translating(path, () => {
        const conditions = conditionsOf(query)
        const where = conditions.map(([sql]) => sql).join(' AND ')
        const values = conditions.flatMap(([, ...values]) => values)
        const sql = `SELECT record FROM alarms ${where === '' ? '' : `WHERE ${where}`} ORDER BY n DESC LIMIT ?`
        return db
          .prepare(sql)
          .all(...values, query.limit)
          .map(recordOf)
      }),
    find: (id) =>
      translating(path, () => {
        const row = find.get(id)
        return row && recordOf(row)
      }),
    stepsOf: (id, limit) =>
      translating(path, () =>
        steps
          .all(id, limit)
          .map((row) => ({
            name: String(row['name']) as AlarmStep['name'],
            at: Number(row['at']),
            alarm: recordOf(row),
          }))
          .toReversed(),
      ),
    count: () => translating(path, () => Number(count.get()?.['count'])),
  }
}
