import type { NodeColumn } from '@netstats/protocol/feed'

export interface Sort {
  readonly column: NodeColumn
  readonly descending: boolean
}

/** `behind` ascending, `-behind` descending; undefined for what is no column. */
export function readSort(text: string | null, columns: ReadonlySet<string>): Sort | undefined {
  if (!text) return undefined
  const descending = text.startsWith('-')
  const column = descending ? text.slice(1) : text
  return columns.has(column) ? { column: column as NodeColumn, descending } : undefined
}

export const writeSort = ({ column, descending }: Sort): string => `${descending ? '-' : ''}${column}`
