/**
 * Blocks with what became of them. A block of several rows is given once: as it was first, and what that row leaves out as
 * a later one tells it.
 */
import { histogramBins } from '../metrics.ts'
import { tables } from '../tables.ts'
import type { StoredBlock } from '../store.ts'
import type { QueryContext } from '../query.ts'
import { columnNames, createParams, quoted, rowsFrom } from './sql.ts'
import type { Params } from './sql.ts'

const resultColumns = ['canonical', 'blockTimeMs', 'nodes', 'p50Ms', 'p95Ms', 'p99Ms'] as const
const binColumns = Array.from({ length: histogramBins }, (_, bin) => `delay_h${bin}`)

/** Facts a row may leave out; all rows that have one agree on it. Who saw it first is only the first row's to say. */
const completed = (name: string): string => {
  const column = quoted(name)
  const isFact = name !== 'arrivedAt' && name !== 'firstNode'
  const { nullable } = tables.block.columns[name as keyof typeof tables.block.columns]
  return nullable && isFact ? `COALESCE(${column}, min(${column}) OVER (PARTITION BY "hash64")) AS ${column}` : column
}

export interface StoredBlocksQuery {
  readonly network: number
  /** Heights to read, inclusive. */
  readonly from: number
  readonly to: number
  /** Nothing later than it is known; all is where there is none. */
  readonly at?: number
  /** Conditions on the columns of a `StoredBlock`, and on `siblings`, the number of blocks of the height. */
  readonly where?: (params: Params) => readonly string[]
  readonly limit?: number
}

/** Newest first by height, then by hash. */
export const storedBlocks = async (
  context: QueryContext,
  { network, from, to, at, where, limit }: StoredBlocksQuery,
): Promise<readonly StoredBlock[]> => {
  const params = createParams()
  const known = (): string =>
    [
      `"network" = ${params.int(network)}`,
      `"number" >= ${params.int(from)}`,
      `"number" <= ${params.int(to)}`,
      ...(at === undefined ? [] : [`"at" <= ${params.int(at)}`]),
    ].join(' AND ')
  const blockColumns = columnNames(tables.block).map(quoted)
  const ofResult = [...resultColumns, ...binColumns].map(quoted)
  const text = `
    WITH heard AS (
      SELECT ${columnNames(tables.block).map(completed).join(', ')}, row_number() OVER (PARTITION BY "hash64" ORDER BY "at") AS "place"
      FROM ${context.from(tables.block)} AS r WHERE ${known()}
    ), earliest AS (
      SELECT heard.*, count(*) OVER (PARTITION BY "number") AS "siblings" FROM heard WHERE "place" = 1
    ), results AS (
      SELECT "hash64" AS "of", ${ofResult.join(', ')},
        row_number() OVER (PARTITION BY "hash64" ORDER BY "at" DESC, "seq" DESC) AS "newness"
      FROM ${context.from(tables.blockResult)} AS r WHERE ${known()}
    )
    SELECT ${[...blockColumns, ...ofResult].join(', ')}
    FROM earliest LEFT JOIN results ON results."of" = earliest."hash64" AND results."newness" = 1
    WHERE ${['1 = 1', ...(where?.(params) ?? [])].join(' AND ')}
    ORDER BY "number" DESC, "hash"${limit === undefined ? '' : ` LIMIT ${params.int(limit)}`}`
  const result = await context.run(text, params.values)
  const [canonical, blockTimeMs, nodes, p50Ms, p95Ms, p99Ms] = resultColumns.map((name) => result.values(name))
  const bins = binColumns.map((name) => result.numbers(name))
  return rowsFrom('block', result).map((block, row) => ({
    ...block,
    canonical: canonical?.[row] as boolean | null,
    blockTimeMs: blockTimeMs?.[row] as number | null,
    nodes: (nodes?.[row] as number | null) ?? 0,
    p50Ms: p50Ms?.[row] as number | null,
    p95Ms: p95Ms?.[row] as number | null,
    p99Ms: p99Ms?.[row] as number | null,
    delays: bins.map((counts) => counts[row] || 0),
  }))
}
