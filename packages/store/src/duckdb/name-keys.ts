/** Keys of names: those that are stored, and the next ones for those that are not. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { createTableBuilder } from '../batch.ts'
import { invalidQuery } from '../checks.ts'
import type { NameKeys, Names } from '../store.ts'
import type { SqlValue } from '../query.ts'
import { tables } from '../tables.ts'
import type { Table } from '../table.ts'
import type { Engine } from './engine.ts'
import { query } from './statement.ts'
import { tableIn } from './store-file.ts'

/** Names that one statement looks for. */
const atOnce = 1000

interface Dictionary {
  /** Keys by name; those of nodes by network and id. */
  readonly keys: Map<string, number>
  next: number
}

const nodeName = (network: number, id: string): string => `${network} ${id}`

const lookUp = async (
  connection: DuckDBConnection,
  { files: { main } }: Engine,
  table: Table,
  column: string,
  names: readonly string[],
): Promise<Dictionary> => {
  const from = tableIn(main, table.name)
  const keys = new Map<string, number>()
  const isNode = table === tables.node
  for (let i = 0; i < names.length; i += atOnce) {
    const some: readonly SqlValue[] = names.slice(i, i + atOnce)
    const places = some.map((_, place) => `$${place + 1}`).join()
    const found = await query(connection, `SELECT * FROM ${from} WHERE "${column}" IN (${places})`, some)
    const [texts, numbers] = [found.values(column), found.values('key')]
    const networks = isNode ? found.values('network') : []
    texts.forEach((text, row) =>
      keys.set(isNode ? nodeName(Number(networks[row]), String(text)) : String(text), Number(numbers[row])),
    )
  }
  const last = await query(connection, `SELECT coalesce(max("key"), 0) AS k FROM ${from}`)
  return { keys, next: Number(last.values('k')[0]) + 1 }
}

/** The key of a name, and whether it is new. */
const take = (dictionary: Dictionary, name: string): { readonly key: number; readonly isNew: boolean } => {
  const known = dictionary.keys.get(name)
  if (known !== undefined) return { key: known, isNew: false }
  const key = dictionary.next++
  dictionary.keys.set(name, key)
  return { key, isNew: true }
}

interface Given {
  readonly names: Names
  readonly now: number
}

/** Batches wait meanwhile, so that two callers cannot give a name two keys. */
export const nameKeys = (engine: Engine, { names, now }: Given): Promise<NameKeys> =>
  engine.writing.run(async () => {
    const connection = await engine.connect()
    try {
      const networkNames = [...names.networks.map(({ name }) => name), ...names.nodes.map(({ network }) => network)]
      const networks = await lookUp(connection, engine, tables.network, 'name', [...new Set(networkNames)])
      const nodes = await lookUp(connection, engine, tables.node, 'id', [...new Set(names.nodes.map(({ id }) => id))])
      const metrics = await lookUp(connection, engine, tables.metricName, 'name', [...new Set(names.metrics)])
      const rows = {
        network: createTableBuilder(tables.network),
        node: createTableBuilder(tables.node),
        metricName: createTableBuilder(tables.metricName),
      }
      const found = {
        networks: names.networks.map((network) => {
          const { key, isNew } = take(networks, network.name)
          if (isNew) rows.network.add({ ...network, key })
          return key
        }),
        nodes: names.nodes.map(({ network, id, firstSeenAt }) => {
          const of = networks.keys.get(network)
          if (of === undefined) throw invalidQuery(`There is no network ${network}.`)
          const { key, isNew } = take(nodes, nodeName(of, id))
          if (isNew) rows.node.add({ key, network: of, id, firstSeenAt })
          return key
        }),
        metrics: names.metrics.map((name) => {
          const { key, isNew } = take(metrics, name)
          if (isNew) rows.metricName.add({ key, name })
          return key
        }),
      }
      const batch = Object.fromEntries(
        Object.entries(rows).flatMap(([name, builder]) => (builder.rows === 0 ? [] : [[name, builder.take()]])),
      )
      if (Object.keys(batch).length > 0) await engine.writer.write(batch, now)
      return found
    } finally {
      connection.closeSync()
    }
  })
