import { checkLimit, checkPage, checkRange } from '../checks.ts'
import type { AlarmsQuery, LatestMetricsQuery, ListQuery, LogsQuery, Page, Range } from '../store.ts'
import { groupBy, lastOf, newestFirst, newestOf, within } from './data.ts'
import type { Data, Row } from './data.ts'

const page = <R extends { readonly at: number; readonly seq: number }>(
  rows: readonly R[],
  { range, limit, after, oldestFirst = false }: Page & { readonly range: Range; readonly oldestFirst?: boolean },
): readonly R[] => {
  checkRange(range)
  checkPage({ limit, ...(after ? { after } : {}) })
  return rows
    .filter(within(range))
    .toSorted((a, b) => (oldestFirst ? newestFirst(b, a) : newestFirst(a, b)))
    .filter((row) => {
      if (after === undefined) return true
      const beyond = row.at - after.at || row.seq - after.seq
      return oldestFirst ? beyond > 0 : beyond < 0
    })
    .slice(0, limit)
}

const ofNetwork =
  ({ network, node }: ListQuery) =>
  (row: { readonly network: number; readonly node?: number | null }): boolean =>
    row.network === network && (node === undefined || row.node === node)

export const logs = (data: Data, query: LogsQuery): readonly Row<'log'>[] =>
  page(
    data.log
      .filter(ofNetwork(query))
      .filter((row) => query.severity === undefined || row.severity <= query.severity)
      .filter((row) => query.source === undefined || row.source === query.source)
      .filter((row) => query.component === undefined || row.component === query.component)
      .filter(({ message, fields }) =>
        [message, fields ?? ''].some((one) => one.toLowerCase().includes((query.text ?? '').toLowerCase())),
      ),
    query,
  )

const alarmId = ({ origin, node, alarm }: Row<'alarm'>): string => JSON.stringify([origin, node, alarm])

export const alarms = (data: Data, query: AlarmsQuery): readonly Row<'alarm'>[] => {
  const steps = data.alarm.filter((row) => row.network === query.network)
  const newest = [...groupBy(steps, alarmId).values()].map((list) => newestOf(list) as Row<'alarm'>)
  return page(
    (query.open === true ? newest.filter((row) => row.step !== 'cleared') : steps)
      .filter(ofNetwork(query))
      .filter((row) => query.type === undefined || row.type === query.type)
      .filter((row) => query.origin === undefined || row.origin === query.origin),
    query,
  )
}

/** Reorganisations are of no node, so one that is asked for has none. */
export const reorgs = (data: Data, query: ListQuery): readonly Row<'reorg'>[] =>
  page(data.reorg.filter(ofNetwork(query)), query)
export const nodeInfos = (data: Data, query: ListQuery): readonly Row<'nodeInfo'>[] =>
  page(data.nodeInfo.filter(ofNetwork(query)), query)
export const nodeStates = (data: Data, query: ListQuery): readonly Row<'nodeState'>[] =>
  page(data.nodeState.filter(ofNetwork(query)), query)
export const gaps = (data: Data, query: ListQuery): readonly Row<'gap'>[] =>
  page(data.gap.filter(ofNetwork(query)), query)
export const sheds = (data: Data, query: Page & { readonly range: Range }): readonly Row<'shed'>[] =>
  page(data.shed, query)

export const latest = (data: Data, query: { readonly network: number } & Range): readonly Row<'nodeSample'>[] => {
  checkRange(query)
  const rows = data.nodeSample.filter((row) => row.network === query.network).filter(within(query))
  return [...groupBy(rows, (row) => row.node).values()]
    .map((list) => lastOf(list) as Row<'nodeSample'>)
    .toSorted((a, b) => a.node - b.node)
}

export const latestMetrics = (data: Data, query: LatestMetricsQuery): readonly Omit<Row<'metric'>, 'network'>[] => {
  checkRange(query)
  checkLimit(query.limit)
  const rows = data.metric
    .filter((row) => row.network === query.network && (query.node === undefined || row.node === query.node))
    .filter((row) => query.metrics === undefined || query.metrics.includes(row.metric))
    .filter(within(query))
  return [...groupBy(rows, (row) => `${row.node} ${row.metric}`).values()]
    .map((list) => list.toSorted((a, b) => b.at - a.at || b.value - a.value)[0] as Row<'metric'>)
    .toSorted((a, b) => a.node - b.node || a.metric - b.metric)
    .slice(0, query.limit)
    .map(({ at, node, metric, value }) => ({ at, node, metric, value }))
}
