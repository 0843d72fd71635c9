/** Numbers in rows that wait: those of names and those of the rows themselves. A store that opens may have others. */
import type { Renumbering } from './keys.ts'
import type { Chunk } from './pending.ts'

type Rows = Pick<Chunk, 'tables'>

interface Seqs {
  readonly rows: number
  readonly values: Float64Array
}

const seqsOf = (chunk: Rows, column = 'seq'): readonly Seqs[] =>
  Object.values(chunk.tables).flatMap(({ rows, columns }) => {
    const values = columns[column]?.values
    return values instanceof Float64Array ? [{ rows, values }] : []
  })

export const lowestSeq = (chunk: Rows): number => {
  let low = Infinity
  for (const { rows, values } of seqsOf(chunk)) for (let i = 0; i < rows; i++) low = Math.min(low, values[i] as number)
  return low
}

export const shiftSeq = (chunk: Rows, by: number): void => {
  for (const column of ['seq', 'since'])
    for (const { rows, values } of seqsOf(chunk, column))
      for (let i = 0; i < rows; i++) values[i] = (values[i] as number) + by
}

/** Columns that hold numbers of names, and which. */
const keyColumns = { network: 'network', node: 'node', firstNode: 'node', metric: 'metric' } as const

export const move = (chunk: Rows, moves: Renumbering): void => {
  for (const { rows, columns } of Object.values(chunk.tables)) {
    for (const [name, sort] of Object.entries(keyColumns)) {
      const values = columns[name]?.values
      if (!(values instanceof Uint32Array)) continue
      for (let i = 0; i < rows; i++) values[i] = moves[sort][values[i] as number] as number
    }
  }
}
