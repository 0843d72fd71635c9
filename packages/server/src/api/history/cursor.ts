/**
 * Where a page ends, as text that goes to the client and comes back. It carries a check over the list, the filter and
 * itself: one that was changed, or belongs to another list, is refused. It is no secret and gives no right to anything.
 */
import { createHash } from 'node:crypto'

const version = 1
export const cursorPattern = /^[A-Za-z0-9_-]{16,600}$/

export type CursorPart = number | string
/** What a cursor belongs to: the list, the network, the filter. */
export type CursorScope = readonly unknown[]

const checkOf = (scope: CursorScope, parts: readonly CursorPart[]): string =>
  createHash('sha256')
    .update(JSON.stringify([version, scope, parts]))
    .digest('base64url')
    .slice(0, 12)

export const writeCursor = (scope: CursorScope, parts: readonly CursorPart[]): string =>
  Buffer.from(JSON.stringify([version, checkOf(scope, parts), ...parts])).toString('base64url')

/** The parts that were written for this scope; undefined where it is anything else. */
export const readCursor = (scope: CursorScope, text: string): readonly CursorPart[] | undefined => {
  const bytes = Buffer.from(text, 'base64url')
  // Base64 has several spellings of the same bytes; only ours is a cursor.
  if (bytes.toString('base64url') !== text) return undefined
  const given = tryJson(bytes.toString())
  if (!Array.isArray(given)) return undefined
  const [cursorVersion, check, ...parts] = given as unknown[]
  if (cursorVersion !== version || !parts.every(isPart)) return undefined
  return check === checkOf(scope, parts) ? parts : undefined
}

const isPart = (value: unknown): value is CursorPart => typeof value === 'number' || typeof value === 'string'

const tryJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
