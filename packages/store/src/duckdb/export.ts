/**
 * Rows as a file. CSV and NDJSON are read in short spans of time, one query each: a slow reader holds neither memory nor
 * a connection, and no file that has expired. Parquet has its totals at its end, so it is made whole in `tmp/` first.
 */
import { open, rm } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { StoreError } from '../store-errors.ts'
import { checkRange, invalidQuery } from '../checks.ts'
import { createExportEncoder } from '../export-format.ts'
import { tables } from '../tables.ts'
import type { ExportQuery, Range } from '../store.ts'
import type { ExportRow } from '../export-format.ts'
import type { Table } from '../table.ts'
import { exportStatement } from '../queries/mod.ts'
import type { ExportStatement } from '../queries/mod.ts'
import type { QueryContext, SqlColumns } from '../query.ts'
import { createContext } from './context.ts'
import { identifier, literal } from './ddl.ts'
import type { Engine } from './engine.ts'
import type { CallOptions } from './method.ts'

/** Rows that one query should give, and a piece holds. */
const spanRows = 20_000
const pieceRows = 1000
const firstSpanMs = 60_000
/** Longest export where the asker names no time, its reader's pauses included. */
const exportTimeoutMs = 15 * 60_000
const pieceBytes = 256 * 1024

const check = ({ table, range, network, node }: ExportQuery): Table => {
  checkRange(range)
  if (!Object.hasOwn(tables, table)) throw invalidQuery('There is no such table.')
  for (const key of [network, node]) {
    if (key !== undefined && !Number.isSafeInteger(key)) throw invalidQuery('A key is a whole number.')
  }
  return tables[table]
}

const rowsOf = (result: SqlColumns, table: Table): ExportRow[] => {
  const columns = Object.keys(table.columns).map((name) => [name, result.values(name)] as const)
  return Array.from({ length: result.rows }, (_, row) =>
    Object.fromEntries(columns.map(([name, values]) => [name, values[row] ?? null])),
  )
}

async function* lines(
  { readers, files, options }: Engine,
  table: Table,
  query: ExportQuery & { readonly format: 'csv' | 'ndjson' },
  { signal, timeoutMs = exportTimeoutMs }: CallOptions,
): AsyncGenerator<Uint8Array> {
  const encoder = createExportEncoder(query.format, table)
  const text = new TextEncoder()
  if (encoder.header !== '') yield text.encode(encoder.header)
  const until = performance.now() + timeoutMs
  const ask = <T>(use: (context: QueryContext) => Promise<T>): Promise<T> => {
    const left = until - performance.now()
    if (left <= 0) {
      throw new StoreError('STORE_QUERY_TIMEOUT', `The export took longer than ${timeoutMs} ms.`, { retryable: true })
    }
    return readers.read((session) => use(createContext(files, session)), {
      signal,
      timeoutMs: Math.min(options.timeoutMs, left),
    })
  }
  const pieces = function* (rows: readonly ExportRow[]): Generator<Uint8Array> {
    for (let i = 0; i < rows.length; i += pieceRows) yield text.encode(encoder.encode(rows.slice(i, i + pieceRows)))
  }
  const give = async (range: Range): Promise<ExportRow[]> =>
    ask(async (context) => {
      const { text, params } = exportStatement(context, { ...query, range })
      return rowsOf(await context.run(text, params), table)
    })
  const { time } = table
  if (time === null) {
    yield* pieces(await give(query.range))
    return
  }
  const bounds = await ask(async (context) => {
    const { text, params } = exportStatement(context, { ...query, names: false })
    const column = identifier(time)
    const result = await context.run(
      `SELECT min(${column}) AS "from", max(${column}) AS "to" FROM (${text}) AS s`,
      params,
    )
    return { from: result.values('from')[0] as number | null, to: result.values('to')[0] as number | null }
  })
  if (bounds.from === null || bounds.to === null) return
  let span = firstSpanMs
  for (let from = bounds.from; from <= bounds.to; ) {
    const range: Range = { from, to: Math.min(bounds.to + 1, from + span) }
    const count = await ask(async (context) => {
      const { text, params } = exportStatement(context, { ...query, range, names: false })
      const result = await context.run(`SELECT count(*) AS n FROM (${text}) AS s`, params)
      return result.values('n')[0] as number
    })
    if (count > spanRows && span > 1) {
      span = Math.max(1, Math.floor(Math.min(span / 2, (span * spanRows) / count)))
      continue
    }
    if (count > 0) yield* pieces(await give(range))
    from = range.to
    if (count < spanRows / 4) span *= 4
  }
}

/** COPY takes no parameters. All of an export's are whole numbers, and checked. */
const withoutParams = ({ text, params }: ExportStatement): string =>
  text.replaceAll(/\$(\d+)/g, (_, place: string) => {
    const value = params[Number(place) - 1]
    if (!Number.isSafeInteger(value)) throw invalidQuery('An export is asked for by whole numbers.')
    return String(value)
  })

async function* parquet(
  { readers, files, options }: Engine,
  query: ExportQuery,
  { signal, timeoutMs = exportTimeoutMs }: CallOptions,
): AsyncGenerator<Uint8Array> {
  const path = join(options.directory, 'tmp', `export-${randomUUID()}.parquet`)
  try {
    await readers.read(
      async (session) => {
        const source = withoutParams(exportStatement(createContext(files, session), query))
        await session.run(`COPY (${source}) TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`)
      },
      { signal, timeoutMs },
    )
    const file = await open(path)
    try {
      for (;;) {
        const { bytesRead, buffer } = await file.read(new Uint8Array(pieceBytes), 0, pieceBytes)
        if (bytesRead === 0) return
        yield buffer.slice(0, bytesRead)
      }
    } finally {
      await file.close()
    }
  } finally {
    await rm(path, { force: true })
  }
}

export async function* exportRows(
  engine: Engine,
  query: ExportQuery,
  options: CallOptions,
): AsyncGenerator<Uint8Array> {
  const table = check(query)
  const { format } = query
  if (format === 'parquet') yield* parquet(engine, query, options)
  else yield* lines(engine, table, { ...query, format }, options)
}
