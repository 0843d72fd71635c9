/**
 * The files that are followed, each known by how it begins:
 *
 *     name ──▶ file ──▶ known from before? ── no ──▶ new: from its start (or its end, the first time of a pattern)
 *                            │ yes                   copy of one that is followed: left to that one
 *                            ▼
 *       tail, at its place ──▶ read ──▶ truncated? ──▶ the rest is read from the copy beside it, if there is one
 *                            │                        and the file itself again from its start
 *                            ▼
 *       no name leads to it, and nothing came for a minute ──▶ closed and forgotten
 */
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { reasonOf } from '@netstats/sdk'
import type { Checkpointed, SourceContext } from '@netstats/sdk'
import { findBeside, namesOf, openFile } from './find-files.ts'
import type { OpenedFile } from './find-files.ts'
import type { LogFileConfig } from './config.ts'
import { beginsAs, hashOf, readHead, readPosition, writePosition } from './identity.ts'
import type { Position } from './identity.ts'
import { createTail } from './tail.ts'
import type { Tail } from './tail.ts'

/** Files that are followed at most; more are counted and left out. */
export const mostFiles = 200
/** A program may go on writing to its file for a while after it was renamed. */
const forgetAfterMs = 60_000
const patternKey = (pattern: string): string =>
  `pattern ${createHash('sha256').update(pattern).digest('hex').slice(0, 32)}`

export interface Followed extends AsyncDisposable {
  readonly tails: () => readonly Tail[]
  /** Looks which files there are; what is to be noted of it. */
  look(): Promise<readonly Checkpointed[]>
  /** A file is shorter, or begins otherwise: what is to be noted of it. Its rest is read from a copy, where there is one. */
  truncated(tail: Tail): Promise<readonly Checkpointed[]>
  /** Whether a copy still is one; what is in it by now is given by the other. What is to be noted of it. */
  checkCopy(tail: Tail): Promise<readonly Checkpointed[]>
  /** No name leads to the file any more, and it has been still for long enough. */
  isOver(tail: Tail): boolean
  close(tail: Tail): Promise<Checkpointed>
  /** Why the last look was not all well; undefined where it was. */
  readonly trouble: string | undefined
}

const note = (key: string, position: Position | undefined): Checkpointed => ({
  observations: [],
  checkpoint: { key, value: position === undefined ? undefined : writePosition(position) },
})

/** Whether a file begins as that of a tail, of which something is known. */
const isStartOf = (tail: Tail | undefined, head: Buffer): boolean =>
  tail !== undefined && tail.position.head > 0 && beginsAs(head, tail.position)
/** As far as both are written. */
const isSameStart = (a: Buffer, b: Buffer): boolean => {
  const length = Math.min(a.length, b.length)
  return length > 0 && a.subarray(0, length).equals(b.subarray(0, length))
}

// oxlint-disable-next-line max-lines-per-function -- which files there are, what is known of them and what becomes of them is one state
export const createFollowed = (
  { paths, from }: Pick<LogFileConfig, 'paths' | 'from'>,
  { clock, log, count, checkpoints }: Pick<SourceContext, 'clock' | 'log' | 'count' | 'checkpoints'>,
): Followed => {
  const noted = checkpoints()
  /** From an earlier run, and not found again yet. */
  const unclaimed = new Map<string, Position>()
  for (const [key, value] of noted) {
    const position = key.startsWith('pattern ') ? undefined : readPosition(value)
    if (position !== undefined) unclaimed.set(key, position)
  }
  const earlier: ReadonlyMap<string, Position> = new Map(unclaimed)
  const tails = new Map<string, Tail>()
  let isFirst = true
  let made = 0
  let trouble: string | undefined

  const newKey = (ino: number): string => `${ino.toString(36)}.${clock.now().toString(36)}.${++made}`
  const positionIn = ({ path, dev, ino, head }: OpenedFile, offset: number): Position => ({
    path,
    dev,
    ino,
    head: head.length,
    hash: hashOf(head),
    offset,
  })
  const follow = (key: string, file: OpenedFile, offset: number): Tail => {
    const tail = createTail(key, file.handle, positionIn(file, offset), clock.monotonic())
    tails.set(key, tail)
    return tail
  }
  const tailOf = ({ ino, dev }: Pick<OpenedFile, 'ino' | 'dev'>): Tail | undefined =>
    [...tails.values()].find(({ position }) => position.ino === ino && position.dev === dev)

  const openNamed = async (path: string): Promise<OpenedFile | undefined> => {
    try {
      return await openFile(path)
    } catch (error) {
      const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT'
      // A name without a pattern is meant to be there; one of a pattern was renamed meanwhile.
      if (!isGone || paths.includes(path)) trouble ??= `${path} cannot be read: ${reasonOf(error)}`
      return undefined
    }
  }

  /** Goes on with a file of an earlier run; false where it is none. */
  const resume = (file: OpenedFile, isSame: (position: Position) => boolean): boolean => {
    for (const [key, position] of unclaimed) {
      if (file.size < position.offset || !beginsAs(file.head, position) || !isSame(position)) continue
      unclaimed.delete(key)
      // What begins the same is a copy, and was given as far as that of them that was read the furthest.
      const others = [...earlier.values()].filter(
        (one) => one.head > 0 && one.offset <= file.size && beginsAs(file.head, one),
      )
      follow(key, file, Math.max(position.offset, ...others.map(({ offset }) => offset)))
      return true
    }
    return false
  }

  /** A file that no tail has: what is to be noted of it. */
  const take = (file: OpenedFile, isFresh: boolean): Checkpointed => {
    const known = [...tails.values()].find((one) => one.copyOf === undefined && isStartOf(one, file.head))
    const start = known !== undefined || (isFresh && from === 'end') ? file.size : 0
    const tail = follow(newKey(file.ino), file, start)
    tail.copyOf = known?.key
    return note(tail.key, tail.position)
  }

  const openAll = async (): Promise<readonly (OpenedFile & { readonly isFresh: boolean })[]> => {
    const opened: (OpenedFile & { readonly isFresh: boolean })[] = []
    for (const tail of tails.values()) tail.isNamed = false
    let leftOut = 0
    for (const pattern of paths) {
      const isFresh = isFirst && !noted.has(patternKey(pattern))
      for (const path of await namesOf(pattern)) {
        const found = await stat(path).catch(() => undefined)
        const tail = found && tailOf(found)
        if (tail !== undefined) {
          tail.isNamed = true
          if (tail.position.path !== path) tail.position = { ...tail.position, path }
          continue
        }
        const isTwice = opened.some(({ ino, dev }) => ino === found?.ino && dev === found.dev)
        if (isTwice) continue
        if (tails.size + opened.length >= mostFiles) {
          leftOut++
          continue
        }
        const file = await openNamed(path)
        if (file !== undefined) opened.push({ ...file, isFresh })
      }
    }
    if (leftOut > 0) {
      count('files_left_out', {}, leftOut)
      trouble ??= `${leftOut} files more than the ${mostFiles} that are followed`
    }
    return opened
  }

  /** What was followed before and goes by no name that is followed: its rest may lie beside the place where it was. */
  const findRest = async (): Promise<readonly Checkpointed[]> => {
    const notes: Checkpointed[] = []
    for (const [key, position] of unclaimed) {
      const file = await findBeside(position, (one) => tailOf(one) !== undefined)
      if (file === undefined) {
        log.info({ file: position.path }, 'a log file of before is not there any more')
        notes.push(note(key, undefined))
      } else follow(key, file, position.offset).isNamed = false
    }
    unclaimed.clear()
    return notes
  }

  /** Of files that begin the same, and were followed before, the longest is the one that is read. */
  const markCopies = (files: readonly OpenedFile[]): void => {
    const known = files.filter((file) => tailOf(file) !== undefined).toSorted((a, b) => b.size - a.size)
    for (const [i, file] of known.entries()) {
      const original = known
        .slice(0, i)
        .map(tailOf)
        .find((one) => one?.copyOf === undefined && isStartOf(one, file.head))
      const tail = tailOf(file)
      if (tail !== undefined && original !== undefined) tail.copyOf = original.key
    }
  }

  return {
    tails: () => [...tails.values()],
    async look() {
      trouble = undefined
      const opened = await openAll()
      // The file itself before a copy of it.
      const others = opened.filter((file) => !resume(file, ({ ino }) => ino === file.ino))
      const fresh = others.filter((file) => !resume(file, ({ head }) => head > 0))
      if (isFirst) markCopies(opened)
      const notes: Checkpointed[] = fresh.map((file) => take(file, file.isFresh))
      if (isFirst) {
        notes.push(...(await findRest()))
        for (const pattern of paths) {
          if (noted.has(patternKey(pattern))) continue
          notes.push({ observations: [], checkpoint: { key: patternKey(pattern), value: '' } })
        }
        isFirst = false
      }
      if (tails.size === 0) trouble ??= `no file is there of ${paths.join(', ')}`
      return notes
    },
    async truncated(tail) {
      count('truncations')
      const { position } = tail
      tails.delete(tail.key)
      const isTaken = ({ ino, dev }: OpenedFile): boolean => {
        const other = tailOf({ ino, dev })
        return (ino === position.ino && dev === position.dev) || (other !== undefined && other.copyOf !== tail.key)
      }
      const copy = await findBeside(position, isTaken)
      const notes: Checkpointed[] = []
      if (copy === undefined) {
        log.warn({ file: position.path }, 'a log file was truncated; what was not read of it is lost')
        notes.push(note(tail.key, undefined))
      } else {
        const before = tailOf(copy)
        if (before !== undefined) {
          tails.delete(before.key)
          await before.handle.close()
          notes.push(note(before.key, undefined))
        }
        const rest = follow(tail.key, copy, position.offset)
        rest.isNamed = before?.isNamed ?? false
        notes.push(note(rest.key, rest.position))
      }
      const head = Buffer.alloc(0)
      const again = follow(newKey(position.ino), { ...position, handle: tail.handle, size: 0, head }, 0)
      again.isNamed = tail.isNamed
      return [...notes, note(again.key, again.position)]
    },
    async checkCopy(tail) {
      const original = tails.get(tail.copyOf ?? '')
      const { size } = await tail.handle.stat()
      if (original === undefined || !isSameStart(await readHead(tail.handle), await readHead(original.handle))) {
        tail.copyOf = undefined
        return []
      }
      if (size <= tail.position.offset) return []
      tail.skipTo(size)
      return [note(tail.key, tail.position)]
    },
    isOver: (tail) => !tail.isNamed && clock.monotonic() - tail.grewAt >= forgetAfterMs,
    async close(tail) {
      tails.delete(tail.key)
      for (const one of tails.values()) if (one.copyOf === tail.key) one.copyOf = undefined
      await tail.handle.close()
      return note(tail.key, undefined)
    },
    get trouble() {
      return trouble
    },
    async [Symbol.asyncDispose]() {
      const open = [...tails.values()]
      tails.clear()
      await Promise.allSettled(open.map(({ handle }) => handle.close()))
    },
  }
}
