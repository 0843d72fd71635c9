/**
 * What tells one log file from another. Names move from file to file when logs are rotated, inodes are given again, and a
 * copy has another one; but how a log begins, with a time in it, is its own.
 */
import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'

/** Bytes at the start of a file that it is known by. */
export const headBytes = 1024

/** A file and the place in it up to which everything is given. */
export interface Position {
  readonly path: string
  readonly dev: number
  readonly ino: number
  /** How many bytes of its start `hash` is of; 0 for a file that was empty. */
  readonly head: number
  readonly hash: string
  readonly offset: number
}

/** What a file has at its start. */
export const readHead = async (handle: FileHandle): Promise<Buffer> => {
  const bytes = Buffer.alloc(headBytes)
  const { bytesRead } = await handle.read(bytes, 0, headBytes, 0)
  return bytes.subarray(0, bytesRead)
}

export const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex').slice(0, 32)

/** Whether a file that begins so begins as the one of the position did. */
export const beginsAs = (head: Buffer, { head: length, hash }: Pick<Position, 'head' | 'hash'>): boolean =>
  head.length >= length && hashOf(head.subarray(0, length)) === hash

/** What is known of a file is kept, where it is longer than before. */
export const withHead = (position: Position, head: Buffer): Position =>
  head.length > position.head ? { ...position, head: head.length, hash: hashOf(head) } : position

export const writePosition = ({ path, dev, ino, head, hash, offset }: Position): string =>
  JSON.stringify([offset, dev, ino, head, hash, path])

/** Undefined for what is no position: notes of another version, or damage. */
export const readPosition = (text: string): Position | undefined => {
  try {
    const [offset, dev, ino, head, hash, path] = JSON.parse(text) as readonly unknown[]
    const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
    if (!isCount(offset) || !isCount(dev) || !isCount(ino) || !isCount(head) || head > headBytes) return undefined
    if (typeof hash !== 'string' || typeof path !== 'string') return undefined
    return { path, dev, ino, head, hash, offset }
  } catch {
    return undefined
  }
}
