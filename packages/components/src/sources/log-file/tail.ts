/** One file that is read to its end, again and again, while it is known to be the same. */
import type { FileHandle } from 'node:fs/promises'
import { createEntryJoiner } from './entries.ts'
import type { Entry } from './entries.ts'
import type { FormContext } from './forms/mod.ts'
import { beginsAs, readHead, withHead } from './identity.ts'
import type { Position } from './identity.ts'
import { createLineSplitter } from './lines.ts'
import type { Line } from './lines.ts'

export interface Piece {
  readonly entries: readonly Entry[]
  /** There may be more at once. */
  readonly more: boolean
}

export interface Tail {
  /** Under which its checkpoint is kept. */
  readonly key: string
  readonly handle: FileHandle
  /** Everything through its offset was given. */
  position: Position
  /** It is a copy of the file of another tail, which gives its lines. */
  copyOf: string | undefined
  /** The last look found it under a name that is followed. */
  isNamed: boolean
  /** Monotonic milliseconds when it last had something new. */
  grewAt: number
  /**
   * What is new, a piece at a time; `truncated` when it is not the file any more that it was, or is shorter than what was
   * read of it. Nothing of such a piece is given.
   */
  read(context: FormContext): Promise<Piece | 'truncated'>
  /** Leaves out what is before this place: another tail gives it. */
  skipTo(offset: number): void
  /** What waits for more lines. `rest`: also a line without an end, of a file that nobody writes to any more. */
  flush(context: FormContext, rest: boolean): readonly Entry[]
  readonly waits: boolean
}

const pieceBytes = 256 * 1024
const nothing: Piece = { entries: [], more: false }

export const createTail = (key: string, handle: FileHandle, position: Position, now: number): Tail => {
  let lines = createLineSplitter(position.offset)
  const joiner = createEntryJoiner()
  let readTo = position.offset
  let changedAt: number | undefined

  const join = (found: readonly Line[], context: FormContext): readonly Entry[] =>
    found.flatMap((line) => joiner.add(line, context) ?? [])

  const tail: Tail = {
    key,
    handle,
    position,
    copyOf: undefined,
    isNamed: true,
    grewAt: now,
    async read(context) {
      const before = await handle.stat()
      if (before.size < readTo) return 'truncated'
      if (before.size === readTo && before.mtimeMs === changedAt) return nothing
      const piece = Buffer.allocUnsafe(Math.min(before.size - readTo, pieceBytes))
      const { bytesRead } = piece.length === 0 ? { bytesRead: 0 } : await handle.read(piece, 0, piece.length, readTo)
      // Looked at after the piece was read: if it is the same file now, it was when it was read.
      const { size } = await handle.stat()
      const head = await readHead(handle)
      if (size < readTo + bytesRead || !beginsAs(head, tail.position)) return 'truncated'
      tail.position = withHead(tail.position, head)
      changedAt = before.mtimeMs
      readTo += bytesRead
      return { entries: join(lines.push(piece.subarray(0, bytesRead)), context), more: readTo < before.size }
    },
    skipTo(offset) {
      if (offset <= tail.position.offset) return
      tail.position = { ...tail.position, offset }
      lines = createLineSplitter(offset)
      readTo = offset
    },
    flush(context, rest) {
      const entries = join(rest ? lines.rest() : [], context)
      const open = joiner.flush()
      return open === undefined ? entries : [...entries, open]
    },
    get waits() {
      return joiner.waits
    },
  }
  return tail
}
