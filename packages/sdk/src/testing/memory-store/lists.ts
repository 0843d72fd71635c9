import { checkPage, checkRange } from '../../store/checks.ts'
import type { AlarmsQuery, ListQuery, LogsQuery, Page, Range } from '../../store/store.ts'
import { groupBy, lastOf, newestFirst, newestOf, within } from './data.ts'
import type { Data, Row } from './data.ts'

const page = <R extends { readonly at: number; readonly seq: number }>(
  rows: readonly R[],
  { range, limit, after }: Page & { readonly range: Range },
): readonly R[] => {
  checkRange(range)
  checkPage({ limit, ...(after ? { after } : {}) })
  return rows
    .filter(within(range))
    .filter((row) => after === undefined || row.at < after.at || (row.at === after.at && row.seq < after.seq))
    .toSorted(newestFirst)
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
      .filter((row) => query.text === undefined || row.message.toLowerCase().includes(query.text.toLowerCase())),
    query,
  )

export const alarms = (data: Data, query: AlarmsQuery): readonly Row<'alarm'>[] => {
  const steps = data.alarm.filter((row) => row.network === query.network)
  const newest = [...groupBy(steps, (row) => row.alarm).values()].map((list) => newestOf(list) as Row<'alarm'>)
  return page(
    (query.open === true ? newest.filter((row) => row.step !== 'cleared') : steps)
      .filter(ofNetwork(query))
      .filter((row) => query.type === undefined || row.type === query.type),
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
