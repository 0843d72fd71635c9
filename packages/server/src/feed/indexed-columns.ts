/** Columns of the node table as filters name them and the feed rounds them. */
import { columnDefinition, nodeColumnNames } from '@netstats/protocol/feed'
import type { NodeColumn, NodeRow } from '@netstats/protocol/feed'

export const searchedColumns = nodeColumnNames.filter((column) => columnDefinition(column).searched === true)
const roundedColumns = nodeColumnNames.filter((column) => columnDefinition(column).round !== undefined)

const byName = new Map<string, NodeColumn>(
  nodeColumnNames.flatMap((column) => {
    const names = columnDefinition(column).names ?? []
    return [[column.toLowerCase(), column] as const, ...names.map((name) => [name, column] as const)]
  }),
)

/** The column that a filter or a query names, whatever the case. */
export const columnNamed = (name: string): NodeColumn | undefined => byName.get(name.toLowerCase())

/** A column's value as the feed reports it. */
export const rounded = <C extends NodeColumn>(column: C, value: NodeRow[C]): NodeRow[C] => {
  const { round } = columnDefinition(column)
  return round !== undefined && typeof value === 'number' ? (round(value) as NodeRow[C]) : value
}

/** A row as the feed reports it. */
export const roundedRow = (row: NodeRow): NodeRow => {
  const out: Record<string, unknown> = { ...row }
  for (const column of roundedColumns) out[column] = rounded(column, row[column])
  return out as unknown as NodeRow
}
