import type { Block } from '../kinds/mod.ts'
import { readBlock as readLoosely } from '../loose/read-block.ts'
import { fieldsOf } from '../loose/values.ts'
import { malformed } from './errors.ts'

/** Most blocks taken from one history message; what is above is counted as skipped. */
const maxHistory = 1000

/** Transactions are counted and their hashes not kept, because nothing behind the codec needs them. */
const options = { hashes: false } as const

/** A block of any client, and its fields that cannot be used; or `BLOCK_MALFORMED` with the field that makes it none. */
export const readBlock = (
  value: unknown,
  path: string,
): { readonly block: Block; readonly unread: readonly string[] } => {
  const fields = fieldsOf(value)
  if (fields === undefined) throw malformed('BLOCK_MALFORMED', path, 'expected an object')
  const reading = readLoosely(fields, options)
  if (reading.block) return reading
  throw malformed('BLOCK_MALFORMED', `${path}.${reading.fault}`, 'missing or unreadable')
}

/** Blocks of a history answer, ascending whatever the client's order, marked as history, and how many were no blocks. */
export const readHistory = (value: unknown): { readonly blocks: readonly Block[]; readonly skipped: number } => {
  if (!Array.isArray(value)) throw malformed('HISTORY_MALFORMED', 'history', 'expected a list of blocks')
  const entries: readonly unknown[] = value
  const blocks: Block[] = []
  for (const entry of entries.slice(0, maxHistory)) {
    const block = tryBlock(entry)
    if (block !== undefined) blocks.push({ ...block, historical: true })
  }
  blocks.sort((a, b) => a.number - b.number)
  return { blocks, skipped: entries.length - blocks.length }
}

/** The block, or nothing where it is none: in lists one bad entry does not spoil the others. */
export const tryBlock = (value: unknown): Block | undefined => {
  const fields = fieldsOf(value)
  return fields === undefined ? undefined : readLoosely(fields, options).block
}
