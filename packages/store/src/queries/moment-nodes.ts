/** What each node of a network had last said by a moment. */
import { momentHeadMs, momentSampleMs } from '../moment-rules.ts'
import { tables } from '../tables.ts'
import type { MomentQuery, NodeMoment, Range } from '../store.ts'
import type { QueryContext } from '../query.ts'
import { columnList, createParams, inRange, numberAt, quoted, rowsFrom } from './sql.ts'
import type { Row } from './sql.ts'

type Sample = NodeMoment['sample']
const switches = ['active', 'syncing', 'mining'] as const satisfies readonly (keyof Sample)[]
const amounts = [
  'hashrate',
  'peers',
  'gasPrice',
  'reportedUptime',
  'latencyMs',
  'roundTripMs',
  'pending',
  'processingMs',
] as const satisfies readonly (keyof Sample)[]
const nothing = Object.fromEntries([...switches, ...amounts].map((name) => [name, null])) as unknown as Sample

interface Known<R> {
  readonly at: number
  readonly of: R
}
type ByNode<R> = ReadonlyMap<number, R>

/** The newest row of each node, by time and then by `seq`. Kept for ever, so all of them are looked through. */
const newestRows = async <T extends 'nodeInfo' | 'nodeState'>(
  context: QueryContext,
  table: T,
  { network, at }: MomentQuery,
): Promise<ByNode<Row<T>>> => {
  const params = createParams()
  const from = context.from(tables[table])
  const known = (): string => `"network" = ${params.int(network)} AND "at" <= ${params.int(at)}`
  const columns = columnList(tables[table])
  // Only the few rows of the newest time are sorted.
  const text = `
    WITH newest AS (SELECT "node" AS "of", max("at") AS "last" FROM ${from} AS r WHERE ${known()} GROUP BY "node")
    SELECT DISTINCT ON ("node") ${columns}
    FROM ${from} AS r JOIN newest ON newest."of" = "node" AND newest."last" = "at" WHERE ${known()}
    ORDER BY "node", "seq" DESC`
  const rows = rowsFrom(table, await context.run(text, params.values))
  return new Map(rows.map((row) => [(row as Row<'nodeInfo' | 'nodeState'>).node, row]))
}

/** Rows of the last minute mostly have it all; only nodes they do not tell all of are looked for in older ones. */
const recentMs = 60_000

const samplesWithin = async (
  context: QueryContext,
  network: number,
  range: Range,
  exceptComplete?: Range,
): Promise<ByNode<Known<Sample>>> => {
  const params = createParams()
  const within = (one: Range): string => `"network" = ${params.int(network)} AND ${inRange('at', one, params)}`
  const columns = [
    ...switches.map((name) => `${context.newest(`CAST(${quoted(name)} AS INTEGER)`, '"at"')} AS ${quoted(name)}`),
    ...amounts.map((name) => `${context.newest(quoted(name), '"at"')} AS ${quoted(name)}`),
  ]
  const complete = (one: Range): string => `
    AND "node" NOT IN (SELECT "node" FROM ${context.from(tables.nodeSample, one)} AS c WHERE ${within(one)} GROUP BY "node"
      HAVING ${[...switches, ...amounts].map((name) => `count(${quoted(name)}) > 0`).join(' AND ')})`
  const text = `
    SELECT "node", max("at") AS "last", ${columns.join(', ')} FROM ${context.from(tables.nodeSample, range)} AS r
    WHERE ${within(range)}${exceptComplete ? complete(exceptComplete) : ''} GROUP BY "node"`
  const result = await context.run(text, params.values)
  const last = result.numbers('last')
  const said = switches.map((name) => [name, result.numbers(name)] as const)
  const counted = amounts.map((name) => [name, result.numbers(name)] as const)
  return new Map(
    Array.from(result.numbers('node'), (node, row) => {
      const sample: Record<string, number | boolean | null> = {}
      for (const [name, values] of said) {
        const value = numberAt(values, row)
        sample[name] = value === null ? null : value === 1
      }
      for (const [name, values] of counted) sample[name] = numberAt(values, row)
      return [node, { at: last[row] as number, of: sample as unknown as Sample }]
    }),
  )
}

/** What the newer rows say, and where they say nothing what the older ones say. */
const merged = (newer: Sample, older: Sample): Sample => ({
  ...older,
  ...(Object.fromEntries(Object.entries(newer).filter(([, value]) => value !== null)) as Partial<Sample>),
})

const samples = async (context: QueryContext, { network, at }: MomentQuery): Promise<ByNode<Known<Sample>>> => {
  const oldest = Math.max(0, at - momentSampleMs + 1)
  const middle = Math.max(oldest, at - recentMs + 1)
  const recent = { from: middle, to: at + 1 }
  const found = new Map(await samplesWithin(context, network, recent))
  for (const [node, older] of await samplesWithin(context, network, { from: oldest, to: middle }, recent)) {
    const newer = found.get(node)
    found.set(node, newer ? { at: newer.at, of: merged(newer.of, older.of) } : older)
  }
  return found
}

const heads = async (
  context: QueryContext,
  { network, at }: MomentQuery,
  newestBlockAt: number,
): Promise<ByNode<NonNullable<NodeMoment['block']>>> => {
  const range = { from: Math.max(0, newestBlockAt - momentHeadMs + 1), to: at + 1 }
  const params = createParams()
  const from = context.from(tables.blockSeen, range)
  const known = (): string => `"network" = ${params.int(network)} AND ${inRange('at', range, params)}`
  // A greatest time is cheap to find; rows come back by a join with it, the higher block first where two came at once.
  const text = `
    WITH newest AS (SELECT "node" AS "of", max("at") AS "last" FROM ${from} AS r WHERE ${known()} GROUP BY "node")
    SELECT DISTINCT ON ("node") "node", "at", "number", "hash64", "delayMs"
    FROM ${from} AS r JOIN newest ON newest."of" = "node" AND newest."last" = "at" WHERE ${known()}
    ORDER BY "node", "number" DESC`
  const result = await context.run(text, params.values)
  const last = result.numbers('at')
  const number = result.numbers('number')
  const hash64 = result.bigints('hash64')
  const delayMs = result.numbers('delayMs')
  return new Map(
    Array.from(result.numbers('node'), (node, row) => [
      node,
      {
        at: last[row] as number,
        number: number[row] as number,
        hash64: hash64[row] as bigint,
        delayMs: numberAt(delayMs, row),
      },
    ]),
  )
}

const namedNodes = async (context: QueryContext, { network, at }: MomentQuery): Promise<Iterable<number>> => {
  const params = createParams()
  const text = `
    SELECT "key" FROM ${context.from(tables.node)} AS r
    WHERE "network" = ${params.int(network)} AND "firstSeenAt" <= ${params.int(at)}`
  return (await context.run(text, params.values)).numbers('key')
}

/** By their keys. */
export const nodeMoments = async (
  context: QueryContext,
  query: MomentQuery,
  newestBlockAt: number,
): Promise<readonly NodeMoment[]> => {
  const info = await newestRows(context, 'nodeInfo', query)
  const state = await newestRows(context, 'nodeState', query)
  const sample = await samples(context, query)
  const head = await heads(context, query, newestBlockAt)
  const keys = [
    ...(await namedNodes(context, query)),
    ...info.keys(),
    ...state.keys(),
    ...sample.keys(),
    ...head.keys(),
  ]
  return [...new Set(keys)]
    .sort((a, b) => a - b)
    .map((node) => {
      const parts = [info.get(node), state.get(node), sample.get(node), head.get(node)]
      const lastSeenAt = Math.max(...parts.map((part) => part?.at ?? Number.NEGATIVE_INFINITY))
      return {
        node,
        info: info.get(node) ?? null,
        state: state.get(node) ?? null,
        lastSeenAt: Number.isFinite(lastSeenAt) ? lastSeenAt : null,
        sample: sample.get(node)?.of ?? nothing,
        block: head.get(node) ?? null,
      }
    })
}
