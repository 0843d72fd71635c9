/**
 * Whose observations a server has under which sequences: sections 5 and 5a of the specification. Pure.
 *
 * A life is the time from one opening of a spool to the next; what it appends, nobody else appends under its name. So two
 * copies of a spool share the lives from before they parted, and the server knows for each life how far it has it:
 *
 *     the folder       ─ a ───────┬─ b ─────────▶      hello: a from 1, b from 900
 *     a copy of it     ─ a ──┬─ c ──────▶              hello: a from 1, c from 700
 *     at the server      a through 820, c through 760, …
 */
import { crc32 } from 'node:zlib'
import type { Hello, Life, Sequence } from './messages.ts'

/** CRC-32 of a line as it is sent: whether two spools have the same under a sequence shows by it. */
export const markOf = (line: string): number => crc32(line)

/** How far a server has a life that another one took over from. */
export interface LeftLife {
  readonly life: string
  readonly through: Sequence
  /** Of the last line of it; undefined where that is not known. */
  readonly mark: number | undefined
}

/** How far a stream is, and by whom. */
export interface Place {
  readonly through: Sequence
  /** Of the line with this sequence; undefined where that is not known. */
  readonly mark: number | undefined
  /** Lines of the stream through here that this branch of the spool had, as the agent counts them; 0 where that is not known. */
  readonly count: number
  /** That of the last line. */
  readonly life: string
  /** By how far they are known. */
  readonly left: readonly LeftLife[]
  /** Lives that are not known any more had no higher sequence. */
  readonly forgotten: Sequence
}

/** What was appended before there were lives. */
const firstLife = '0'.repeat(16)
/** So many lives that were left are kept of a stream. */
const mostLeft = 16

export const noPlace: Place = { through: 0, mark: undefined, count: 0, life: firstLife, left: [], forgotten: 0 }

/** The life that gave out a sequence, as a hello says. */
export const lifeAt = (lives: readonly Life[], sequence: Sequence): string =>
  (lives.findLast(({ from }) => from <= sequence) ?? lives[0])?.life ?? firstLife

/** Whether a life begins within `(after, last]` beside what comes first: no batch has observations of two. */
export const isOfOneLife = (lives: readonly Life[], first: Sequence, last: Sequence): boolean =>
  first === last || lifeAt(lives, first) === lifeAt(lives, last)

export type Resumption = Pick<Hello, 'lives' | 'after'>

export interface Resumed {
  /**
   * `goes-on`: the server has been told nothing that this spool does not have. `parted`: another branch of the spool has
   * told it things since; what both have is known. `unknown`: it knows none of these lives.
   */
  readonly how: 'goes-on' | 'parted' | 'unknown'
  readonly place: Place
  /** Last line of a life of the agent that the server has: the agent can tell by its mark whether it has the same. */
  readonly seen: Pick<Place, 'through' | 'mark'> | undefined
  /** It cannot be known whether the server has what is after `place.through`, and not beyond this one. */
  readonly doubt: Sequence | undefined
}

/** Where a spool goes on at a server that is at `at` with the stream of its id. */
export const resumeAt = (at: Place, resumption: Resumption): Resumed => {
  const { lives } = resumption
  const i = lives.findLastIndex(({ life }) => life === at.life || at.left.some((one) => one.life === life))
  const known = lives[i]?.life === at.life ? at : at.left.find((one) => one.life === lives[i]?.life)
  const next = lives[i + 1]
  const end = next === undefined ? Infinity : next.from - 1
  if (known === at && at.through <= end) {
    return orDoubt(resumption, { how: 'goes-on', place: at, seen: seenIn(at) })
  }
  const left = leave(at)
  if (known === undefined) {
    const place = { ...left, through: 0, mark: undefined, count: 0, life: lifeAt(lives, 1) }
    return orDoubt(resumption, { how: 'unknown', place, seen: undefined })
  }
  // The other branch went on with it: what this one has of it is what both have.
  if (known.through > end) {
    const life = lifeAt(lives, end + 1)
    const place = { ...left, through: end, mark: undefined, count: 0, life }
    return orDoubt(resumption, { how: 'parted', place, seen: undefined })
  }
  const life = lives[i]?.life ?? at.life
  const { through, mark } = known
  const place = {
    through,
    mark,
    count: 0,
    life,
    left: left.left.filter((one) => one.life !== life),
    forgotten: left.forgotten,
  }
  return orDoubt(resumption, { how: 'parted', place, seen: seenIn(place) })
}

const seenIn = ({ through, mark }: Place): Resumed['seen'] => ({ through, mark })

/** Lives that were forgotten may be some of those that the agent has had since the one that is known. */
const isDoubted = ({ through, forgotten }: Place, lives: readonly Life[], after: Sequence): boolean =>
  after <= forgotten && lives.some(({ from }) => from > through && from <= forgotten)

/**
 * The place stays what it is, however often the agent comes and does not hear of the doubt: what it has is not known by
 * having been doubted. Once it has released what is in doubt, it goes on beyond.
 */
const orDoubt = (resumption: Resumption, resumed: Omit<Resumed, 'doubt'>): Resumed => {
  const { place } = resumed
  const { lives, after } = resumption
  const isTold = after === place.forgotten
  if (isTold || !isDoubted(place, lives, after)) return { ...resumed, doubt: undefined }
  return { how: 'parted', place, seen: undefined, doubt: place.forgotten }
}

/** The life that is now joins those that were left. */
const leave = ({ life, through, mark, left, forgotten }: Place): Pick<Place, 'left' | 'forgotten'> => {
  const before = left.find((one) => one.life === life)
  // Nothing is known of it.
  if (through === 0) return { left, forgotten }
  const now = before !== undefined && before.through >= through ? before : { life, through, mark }
  const all = [...left.filter((one) => one.life !== life), now].toSorted((a, b) => a.through - b.through)
  // The lowest goes first: what comes back to a server that has forgotten it is from a time long ago.
  const gone = all.slice(0, -mostLeft)
  return { left: all.slice(-mostLeft), forgotten: Math.max(forgotten, gone.at(-1)?.through ?? 0) }
}

/** The stream has come to `through`; `count`: lines of it through there. */
export const advance = (
  at: Place,
  lives: readonly Life[],
  { through, mark, count }: { readonly through: Sequence; readonly mark: number | undefined; readonly count: number },
): Place => {
  const life = lifeAt(lives, through)
  const { left, forgotten } = life === at.life ? at : leave(at)
  return { through, mark, count, life, left, forgotten }
}

/** The agent has released what is before its `after`, and this server has never had it. How many observations at least. */
export const skipTo = (
  at: Place,
  { lives, after, acknowledged }: Pick<Hello, 'lives' | 'after' | 'acknowledged'>,
): { readonly place: Place; readonly missed: number } => {
  // What was in doubt the server may have had, or the agent has told that it gave it up.
  const missed = isDoubted(at, lives, after) ? 0 : Math.max(1, acknowledged - at.count)
  return { place: advance(at, lives, { through: after, mark: undefined, count: acknowledged }), missed }
}

/** As one text, for anyone who keeps it. */
export const lineageText = ({ life, left, forgotten }: Place): string =>
  [`${life} ${forgotten}`, ...left.map((one) => `${one.life} ${one.through} ${one.mark ?? ''}`)].join('\n')

/** What is none is as if nothing had been kept. */
export const readLineage = (text: string | null): Pick<Place, 'life' | 'left' | 'forgotten'> => {
  const [[life = '', forgotten] = [], ...left] = (text ?? '').split('\n').map((line) => line.split(' '))
  if (!/^[0-9a-f]{16}$/.test(life)) return { life: firstLife, left: [], forgotten: 0 }
  return {
    life,
    forgotten: Number(forgotten) || 0,
    left: left.map(([one = '', through, mark = '']) => ({
      life: one,
      through: Number(through) || 0,
      mark: mark === '' ? undefined : Number(mark),
    })),
  }
}
