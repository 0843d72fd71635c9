/** A batch is checked once, where it comes in: behind that, its columns are what the tables say. */
import { StoreError } from '../store-errors.ts'
import { tables } from '../tables.ts'
import type { Column, Table } from '../table.ts'
import type { ColumnData, StoreBatch, TableBatch } from '../batch.ts'
import type { TableName } from '../tables.ts'

const invalid = (message: string): StoreError =>
  new StoreError('STORE_QUERY_INVALID', `The batch is not valid: ${message}.`)

const fits = ({ type }: Column, values: ColumnData['values']): boolean => {
  switch (type) {
    case 'time':
    case 'count':
    case 'f64':
      return values instanceof Float64Array
    case 'u32':
      return values instanceof Uint32Array
    case 'u8':
    case 'bool':
      return values instanceof Uint8Array
    case 'hash64':
      return values instanceof BigUint64Array
    case 'text':
      return Array.isArray(values)
  }
}

/** The rows of a column alone, in arrays of their own that may be moved away. */
const ownColumn = (where: string, column: Column, data: ColumnData | undefined, rows: number): ColumnData => {
  if (data === undefined) throw invalid(`${where} is missing`)
  const { values, nulls } = data
  if (!fits(column, values)) throw invalid(`${where} has values of another type than ${column.type}`)
  if (values.length < rows) throw invalid(`${where} has ${values.length} values for ${rows} rows`)
  if (nulls !== undefined && (!(nulls instanceof Uint8Array) || nulls.length < rows)) {
    throw invalid(`the nulls of ${where} are fewer than its ${rows} rows`)
  }
  if (!column.nullable && nulls?.subarray(0, rows).includes(1)) throw invalid(`${where} cannot be null`)
  if (column.type === 'time' || column.type === 'count') {
    for (let row = 0; row < rows; row++) {
      if (!Number.isSafeInteger(values[row]) && nulls?.[row] !== 1) {
        throw invalid(`${where} has ${String(values[row])}, which is no whole number`)
      }
    }
  }
  if (column.type === 'text') {
    for (let row = 0; row < rows; row++) {
      if (typeof values[row] !== 'string' && nulls?.[row] !== 1) throw invalid(`${where} has a value that is no text`)
    }
  }
  return { values: values.slice(0, rows), ...(nulls === undefined ? {} : { nulls: nulls.slice(0, rows) }) }
}

const ownTable = (key: string, batch: TableBatch): TableBatch => {
  if (!Object.hasOwn(tables, key)) throw invalid(`there is no table ${key}`)
  const table: Table = tables[key as TableName]
  const { rows, columns } = batch
  if (!Number.isSafeInteger(rows) || rows < 0) throw invalid(`${key} has ${rows} rows`)
  const unknown = Object.keys(columns).find((name) => !Object.hasOwn(table.columns, name))
  if (unknown !== undefined) throw invalid(`${key} has no column ${unknown}`)
  return {
    rows,
    columns: Object.fromEntries(
      Object.entries(table.columns).map(([name, column]) => [
        name,
        ownColumn(`${key}.${name}`, column, columns[name], rows),
      ]),
    ),
  }
}

/** A checked copy of a batch without its empty tables, and the buffers that can go with it to another thread. */
export const copyBatch = (batch: StoreBatch): { readonly batch: StoreBatch; readonly buffers: ArrayBuffer[] } => {
  const buffers: ArrayBuffer[] = []
  const own = Object.fromEntries(
    Object.entries(batch)
      .map(([key, table]) => [key, ownTable(key, table)] as const)
      .filter(([, { rows }]) => rows > 0),
  )
  for (const { columns } of Object.values(own)) {
    for (const { values, nulls } of Object.values(columns)) {
      if (ArrayBuffer.isView(values)) buffers.push(values.buffer as ArrayBuffer)
      if (nulls !== undefined) buffers.push(nulls.buffer as ArrayBuffer)
    }
  }
  return { batch: own, buffers }
}
