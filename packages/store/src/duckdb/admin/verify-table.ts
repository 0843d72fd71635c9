/** Whether the rows of a table are what they can be: one pass reads every value of every row. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { histogramBins, histogramMetrics, networkMetrics, nodeMetrics } from '../../metrics.ts'
import type { Finding } from '../../store-admin.ts'
import type { Table } from '../../table.ts'
import type { TableName } from '../../tables.ts'
import { identifier } from '../ddl.ts'
import { query } from '../statement.ts'
import type { FileSnapshot } from './snapshot.ts'

interface TableUnderCheck {
  readonly one: FileSnapshot
  readonly main: FileSnapshot
  readonly key: TableName
  readonly table: Table
}

interface CheckedTable {
  readonly rows: number
  readonly findings: readonly Finding[]
}

export const checkTable = async (
  connection: DuckDBConnection,
  { one, main, key, table }: TableUnderCheck,
): Promise<CheckedTable> => {
  const findings: Finding[] = []
  const { file } = one
  const say = (severity: Finding['severity'], message: string): void =>
    void findings.push({ severity, where: `${file.name} ${table.name}`, message })
  const from = one.rowsOf(table.name)
  const strange = [...outside(table, file), ...implausible(key, table)]
  const counts = strange.map(({ condition }, i) => `count(*) FILTER (WHERE ${condition}) AS s${i}`)
  // The hash needs each value, so each is read.
  const all = `bit_xor(hash(${Object.keys(table.columns).map(identifier).join(', ')})) AS h`
  const found = await query(connection, `SELECT ${['count(*) AS n', all, ...counts].join(', ')} FROM ${from}`)
  strange.forEach(({ severity, message }, i) => {
    const rows = Number(found.values(`s${i}`)[0])
    if (rows > 0) say(severity, `${rows} rows ${message}`)
  })
  for (const [column, dictionary] of Object.entries(dictionaries)) {
    if (!Object.hasOwn(table.columns, column) || table.time === null) continue
    const name = identifier(column)
    const keys = await query(
      connection,
      `SELECT count(*) AS n, min(k) AS k FROM (SELECT DISTINCT ${name} AS k FROM ${from} WHERE ${name} IS NOT NULL) AS used WHERE k NOT IN (SELECT "key" FROM ${main.rowsOf(dictionary)})`,
    )
    const unknown = Number(keys.values('n')[0])
    if (unknown > 0)
      say('error', `${unknown} keys in ${column} stand for nothing, such as ${String(keys.values('k')[0])}`)
  }
  return { rows: Number(found.values('n')[0]), findings }
}

/** Columns that hold keys, and the dictionaries of those. */
const dictionaries: Readonly<Record<string, string>> = {
  network: 'network',
  node: 'node',
  firstNode: 'node',
  metric: 'metric_name',
}

interface Condition {
  readonly condition: string
  readonly severity: Finding['severity']
  readonly message: string
}

const outside = ({ time }: Table, { from, to }: FileSnapshot['file']): readonly Condition[] =>
  time === null || from === null || to === null
    ? []
    : [
        {
          condition: `${identifier(time)} < ${from} OR ${identifier(time)} >= ${to}`,
          severity: 'error',
          message: 'are of another time than the file is for',
        },
      ]

const slotMs: Readonly<Record<string, number>> = { seconds: 10_000, minutes: 60_000, hours: 3_600_000 }

/** Sums are added up in another order than the store does: they may differ in their last digits. */
const average = (n: string, sum: string, min: string, max: string): string =>
  `${min} > ${max} OR ${sum} < ${n} * ${min} - 1e-6 * abs(${sum}) OR ${sum} > ${n} * ${max} + 1e-6 * abs(${sum})`

const implausible = (key: TableName, { tier, columns }: Table): readonly Condition[] => {
  const slot = slotMs[tier]
  if (slot === undefined) return []
  const rollup: Condition = { condition: `"bucket" % ${slot} <> 0`, severity: 'error', message: 'begin within a slot' }
  const metrics = key.startsWith('network') ? networkMetrics : key.startsWith('node') ? nodeMetrics : []
  const sums = metrics.map((metric) => {
    const [n, sum, min, max] = ['n', 'sum', 'min', 'max'].map((part) => identifier(`${metric}_${part}`)) as [
      string,
      string,
      string,
      string,
    ]
    return `(${n} = 0) <> (${sum} IS NULL) OR (${n} > 0 AND (${average(n, sum, min, max)}))`
  })
  if ('sum' in columns) sums.push(`"n" = 0 OR ${average('"n"', '"sum"', '"min"', '"max"')}`)
  const histograms = key.startsWith('network')
    ? histogramMetrics.map((metric) => {
        const bins = Array.from({ length: histogramBins }, (_, bin) => `${identifier(`${metric}_h${bin}`)}::BIGINT`)
        return `${bins.join(' + ')} <> ${identifier(`${metric}_n`)}`
      })
    : []
  const bad = (conditions: readonly string[], message: string): readonly Condition[] =>
    conditions.length === 0
      ? []
      : [{ condition: conditions.map((one) => `(${one})`).join(' OR '), severity: 'error', message }]
  return [
    rollup,
    ...bad(sums, 'have a sum that their count, least and greatest value do not allow'),
    ...bad(histograms, 'have a histogram that does not add up to their count'),
  ]
}

/** Keys and names of the dictionaries are there once. */
export const checkDictionaries = async (
  connection: DuckDBConnection,
  main: FileSnapshot,
): Promise<readonly Finding[]> => {
  const findings: Finding[] = []
  for (const [table, columns] of uniques) {
    const text = `SELECT count(*) AS n FROM (SELECT 1 FROM ${main.rowsOf(table)} GROUP BY ${columns} HAVING count(*) > 1) AS twice`
    const twice = Number((await query(connection, text)).values('n')[0])
    const what = columns.replaceAll('"', '')
    if (twice > 0) {
      findings.push({
        severity: 'error',
        where: `${main.file.name} ${table}`,
        message: `${twice} of ${what} are there twice`,
      })
    }
  }
  const orphans = `SELECT count(*) AS n FROM ${main.rowsOf('node')} WHERE "network" NOT IN (SELECT "key" FROM ${main.rowsOf('network')})`
  const lost = Number((await query(connection, orphans)).values('n')[0])
  if (lost > 0)
    findings.push({ severity: 'error', where: `${main.file.name} node`, message: `${lost} nodes are of no network` })
  return findings
}

const uniques = [
  ['network', '"key"'],
  ['network', '"name"'],
  ['node', '"key"'],
  ['node', '"network", "id"'],
  ['metric_name', '"key"'],
  ['metric_name', '"name"'],
] as const
