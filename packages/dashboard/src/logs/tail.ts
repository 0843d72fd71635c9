/** Lines of a log as a page holds them: what was read in the history, what came live, and what waits while the page is paused. */
import type { LogLine } from '@netstats/protocol/feed'

export interface Tail {
  /** In the order they came, oldest first. */
  readonly lines: readonly LogLine[]
  /** Came while the page was paused. */
  readonly pending: readonly LogLine[]
  /** Of the newest live line; 0 before the first. */
  readonly lastId: number
}

export const emptyTail: Tail = { lines: [], pending: [], lastId: 0 }

/** Lines a page holds while it follows; older ones leave it. */
export const mostLines = 2000
/** Lines that wait while it is paused; older ones are left out. */
export const mostPending = 500

/** Keeps the last lines; the first of them says how many are gone. */
const lastOf = (lines: readonly LogLine[], most: number): readonly LogLine[] => {
  const gone = lines.length - most
  if (gone <= 0) return lines
  const [first, ...rest] = lines.slice(gone) as [LogLine, ...LogLine[]]
  const omitted = lines.slice(0, gone).reduce((sum, line) => sum + 1 + (line.omitted ?? 0), first.omitted ?? 0)
  return [{ ...first, omitted }, ...rest]
}

/** Takes what the live topic has now. Ids of another run of the server begin again: then its lines are all new. */
export const advance = (tail: Tail, live: readonly LogLine[], paused: boolean): Tail => {
  const newest = live.at(-1)?.id ?? tail.lastId
  const since = newest < tail.lastId ? 0 : tail.lastId
  const fresh = live.filter(({ id }) => id > since)
  if (fresh.length === 0) return tail
  if (paused) return { ...tail, pending: lastOf([...tail.pending, ...fresh], mostPending), lastId: newest }
  return { ...tail, lines: [...tail.lines, ...fresh].slice(-mostLines), lastId: newest }
}

/** The page goes on: what waited is shown. */
export const resume = (tail: Tail): Tail =>
  tail.pending.length === 0 ? tail : { ...tail, lines: [...tail.lines, ...tail.pending].slice(-mostLines), pending: [] }

export const pendingCount = ({ pending }: Tail): number =>
  pending.reduce((sum, { omitted = 0 }) => sum + 1 + omitted, 0)

/** Before which moment older lines are to be read: those of its last millisecond are read once more. */
export const joint = (lines: readonly LogLine[]): number | undefined =>
  lines.length === 0 ? undefined : lines.reduce((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY) + 1

/** Puts a page of the history, newest first, before the lines; those that are there already are left out. */
export const prepend = (lines: readonly LogLine[], page: readonly LogLine[]): readonly LogLine[] => {
  const at = (joint(lines) ?? 0) - 1
  const known = new Map<string, number>()
  for (const line of lines) if (line.at === at) known.set(keyOf(line), (known.get(keyOf(line)) ?? 0) + 1)
  const older = page.filter((line) => {
    const left = line.at === at ? (known.get(keyOf(line)) ?? 0) : 0
    if (left > 0) known.set(keyOf(line), left - 1)
    return left === 0
  })
  return [...older.toReversed(), ...lines]
}

/** Live lines may be cut, so the beginning has to do. */
const keyOf = ({ node, severity, source, component, message }: LogLine): string =>
  JSON.stringify([node, severity, source, component, message.slice(0, 2000)])
