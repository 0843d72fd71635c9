/**
 * The lives of a spool. Every opening of a spool is a new life, so what a copy of the folder, or a folder that was put
 * back, appends is of another life than what the original appends, whatever sequences both give out:
 *
 *     life    a        b            c (now)
 *     ───┼────────┼────────┼──────────────▶ sequence
 *      a.from   b.from   c.from
 *
 * A sequence and the life it was given out in name an observation for good.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Sequence } from '@netstats/sdk'
import type { Life } from '@netstats/sdk'

/** Of more the oldest is forgotten: what it appended and is still here counts as the next one's. */
const mostLives = 64

export const newLife = (): string => randomBytes(8).toString('hex')

/** What was appended before there were lives. */
export const firstLife = '0'.repeat(16)

/**
 * The lives of a spool that is opened, or whose machine has been put to sleep or back: a new one begins, and those before
 * it have ended before `from`.
 */
export const beginLife = (lives: readonly Life[], from: Sequence): readonly Life[] => {
  // One in which nothing was appended leaves nothing that could be taken for another's.
  const lived = lives.filter((life) => life.from < from)
  return [...lived, { life: newLife(), from }].slice(-mostLives)
}

/** Sequences of a life begin beyond those of earlier ones, and beyond what a copy may have given out until now. */
export const firstOf = (now: number, next: Sequence): Sequence => {
  const byClock = Math.floor(now * 1000)
  // A clock in the far future must not use up the numbers.
  return byClock < 2 ** 52 ? Math.max(1, next, byClock) : Math.max(1, next)
}

/**
 * What a stream has left after it was shown to have parted from another branch within a life: its own, and that of other
 * copies that have the same there. So they find the same name for it, each by itself.
 */
export const branchLife = (life: string, through: Sequence, row: string): string =>
  createHash('sha256').update(`${life} ${through} ${row}`).digest('hex').slice(0, 16)

/** All lives of a stream: those of the spool, and those in which the stream has branched off. */
export const mergeLives = (lives: readonly Life[], branches: readonly Life[]): readonly Life[] => {
  if (branches.length === 0) return lives
  const others = branches.filter((branch) => lives.every(({ from }) => from !== branch.from))
  return [...lives, ...others].toSorted((a, b) => a.from - b.from).slice(-mostLives)
}

/** NTP slews; a wall clock that runs ahead faster than this was set, or the machine was stopped meanwhile. */
const leapMs = 5000

/**
 * Sees the wall clock leap ahead of the monotonic one. That is what a machine sees that was restored with its memory,
 * once its clock is set: what it appends from then on must not be taken for what it appended the first time.
 */
export const createLeapWatch = (clock: { now(): number; monotonic(): number }): (() => boolean) => {
  let offset = clock.now() - clock.monotonic()
  return () => {
    const moved = clock.now() - clock.monotonic() - offset
    offset += moved
    return moved >= leapMs
  }
}

export const livesText = (lives: readonly Life[]): string => lives.map(({ life, from }) => `${life} ${from}`).join('\n')

/** What is no life is left out: a spool always begins a new one. */
export const readLives = (text: string): readonly Life[] =>
  text.split('\n').flatMap((line) => {
    const [life = '', from = ''] = line.split(' ')
    return /^[0-9a-f]{16}$/.test(life) && Number.isSafeInteger(Number(from)) ? [{ life, from: Number(from) }] : []
  })
