/**
 * What an export looks like. CSV has a header line, RFC 4180 quoting and nothing for null (an empty text is `""`); NDJSON
 * one object a line. Times are Unix milliseconds, what blocks are joined by is `0x` and 16 digits.
 */
import type { CellValue } from './batch.ts'
import type { Table } from './table.ts'

/** Rows of any table; names may stand in place of keys. */
export type ExportRow = Readonly<Record<string, CellValue>>

const hex = (value: bigint): string => `0x${value.toString(16).padStart(16, '0')}`

const csvValue = (value: CellValue): string => {
  if (value === null) return ''
  if (typeof value === 'bigint') return hex(value)
  if (typeof value !== 'string') return String(value)
  return value === '' || /[",\r\n]/u.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}

/** Lines of a file as text; the header comes by itself. */
export interface ExportEncoder {
  readonly header: string
  encode(rows: readonly ExportRow[]): string
}

export const createExportEncoder = (format: 'csv' | 'ndjson', table: Table): ExportEncoder => {
  const names = Object.keys(table.columns)
  if (format === 'csv')
    return {
      header: `${names.join(',')}\r\n`,
      encode: (rows) => rows.map((row) => `${names.map((name) => csvValue(row[name] ?? null)).join(',')}\r\n`).join(''),
    }
  return {
    header: '',
    encode: (rows) =>
      rows
        .map((row) => {
          const pairs = names.map((name) => {
            const value = row[name] ?? null
            return [name, typeof value === 'bigint' ? hex(value) : value]
          })
          return `${JSON.stringify(Object.fromEntries(pairs))}\n`
        })
        .join(''),
  }
}
