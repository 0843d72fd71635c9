/** Whole tables of a network as files. */
import { z } from 'zod'
import { exportFormats, tables } from '@netstats/store'
import type { ExportFormat, TableName } from '@netstats/store'
import { Download } from '../download.ts'
import { endpoint, name, network } from '../endpoint.ts'
import type { Endpoint } from '../endpoint.ts'
import { Problem } from '../../net/problem.ts'
import { networkPast, problemOf } from './past.ts'
import { dayMs, rangeParameters } from './parameters.ts'
import { rangeOf } from './range.ts'

/** Longest time an export may take; then it breaks off. */
const exportMs = 6 * 3_600_000

export const exportTypes: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
}

/**
 * Tables whose rows belong to a network, and the names of metrics, which those are read by. Not how far deliveries are:
 * most of those rows name nothing, and anyone who knows the spool of an agent could go on in its place.
 */
const exported = (Object.keys(tables) as TableName[]).filter(
  (table) => table === 'metricName' || (table !== 'resumePoint' && 'network' in tables[table].columns),
) as [TableName, ...TableName[]]

export const exportEndpoint: Endpoint = endpoint({
  id: 'exportTable',
  role: 'viewer',
  summary: 'Rows of a table as a file, in order of time. What breaks off half-way ends the connection.',
  path: '/networks/{network}/export/{table}',
  params: z.object({ network, table: z.enum(exported).describe('Which rows.') }),
  query: z.strictObject({
    format: z
      .enum(exportFormats)
      .optional()
      .describe(
        '`csv` by default. CSV and NDJSON have names where Parquet has the keys of the tables `node` and `metricName`.',
      ),
    ...rangeParameters('a day before its end by default. Tables without a time are given whole.'),
    node: name.optional().describe('Only rows of this node; of tables that have nodes.'),
  }),
  response: z.string().meta({ format: 'binary' }),
  produces: Object.values(exportTypes).map((type) => type.replace(/;.*/, '')),
  history: 'export',
  async handle(context, { network, table }, { format = 'csv', node, ...asked }, options) {
    const past = networkPast(context, network, options)
    if (past instanceof Problem) return past
    const range = rangeOf(asked, context.now(), dayMs)
    if (range instanceof Problem) return range
    if (node !== undefined && !('node' in tables[table].columns)) {
      const message = `the table ${table} has no nodes`
      return new Problem('API_PARAMETER_INVALID', `node: ${message}`, { errors: [{ parameter: 'node', message }] })
    }
    const nodeKey = node === undefined ? undefined : past.nodeKey(node)
    if (nodeKey instanceof Problem) return nodeKey
    const file = (chunks: AsyncIterableIterator<Uint8Array>): Download =>
      new Download(exportTypes[format], fileNameOf(network, table, format), chunks)
    // Nobody reads what HEAD would make the store work out.
    if (options.headOnly) return file(none())

    const place = await context.gates.exports.enter(options.origin, options.signal)
    if (place === undefined) {
      return new Problem('API_EXPORT_BUSY', 'As many exports as there may be are under way; ask again in ten seconds.')
    }
    const chunks = past.store.export(
      {
        table,
        range,
        ...('network' in tables[table].columns ? { network: past.network } : {}),
        ...(nodeKey === undefined ? {} : { node: nodeKey }),
        format,
        names: format !== 'parquet',
      },
      { signal: options.signal, timeoutMs: exportMs },
    )
    const begun = await begin(chunks, place)
    return begun instanceof Problem ? begun : file(begun)
  },
})

const none = async function* (): AsyncGenerator<Uint8Array> {}

/** Waits for the first chunk, so that what fails before it is answered as a problem; gives the place back at the end. */
const begin = async (
  chunks: AsyncIterable<Uint8Array>,
  place: Disposable,
): Promise<AsyncIterableIterator<Uint8Array> | Problem> => {
  const reader = chunks[Symbol.asyncIterator]()
  try {
    const first = await reader.next()
    return rest(first, reader, place)
  } catch (error) {
    place[Symbol.dispose]()
    return problemOf(error)
  }
}

const rest = (
  first: IteratorResult<Uint8Array, unknown>,
  reader: AsyncIterator<Uint8Array>,
  place: Disposable,
): AsyncIterableIterator<Uint8Array> => {
  let ready: IteratorResult<Uint8Array, unknown> | undefined = first
  const end = async (): Promise<IteratorReturnResult<undefined>> => {
    place[Symbol.dispose]()
    await reader.return?.()
    return { done: true, value: undefined }
  }
  return {
    async next() {
      try {
        const one = ready ?? (await reader.next())
        ready = undefined
        if (one.done !== true) return one
        place[Symbol.dispose]()
        return { done: true, value: undefined }
      } catch (error) {
        place[Symbol.dispose]()
        throw error
      }
    },
    return: end,
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** Header values are plain ASCII without quotes. */
const fileNameOf = (network: string, table: string, format: ExportFormat): string =>
  `netstats-${network.replaceAll(/[^A-Za-z0-9._-]+/g, '_').slice(0, 60)}-${table}.${format}`
