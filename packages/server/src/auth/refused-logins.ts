/**
 * Refused logins, for people: a list of the last ones with what to do, and a line of the log for the first of a name, a reason
 * and an address, then after pauses that grow. Bounded in names, in those of one address, and in lines.
 */
import type { Logger } from '@netstats/sdk'
import { createTokenBucket, originOf, takeTokens } from '@netstats/sdk/limits'
import type { Rate } from '@netstats/sdk/limits'
import { cureOf } from '../bus/refusal-cures.ts'
import type { Told } from '../bus/refusal-cures.ts'
import { plain } from './plain.ts'

/** One refusal, or several of the same at once. */
export interface RefusalNote {
  /** As the peer calls itself; empty where it has not said. */
  readonly name: string
  readonly address: string
  readonly reason: Told
  /** What it wanted to speak. */
  readonly via: 'ethstats' | 'netstats' | 'http' | 'login'
  readonly count: number
  /** Unix milliseconds, of the last. */
  readonly at: number
}

export interface RefusedLogin {
  readonly name: string
  readonly address: string
  readonly reason: Told
  readonly via: RefusalNote['via']
  readonly cure: string
  readonly firstAt: number
  readonly lastAt: number
  readonly count: number
}

export interface RefusedLogins {
  note(refusal: RefusalNote): void
  /** The last one first. */
  list(): readonly RefusedLogin[]
}

interface Entry {
  readonly entry: { -readonly [K in keyof RefusedLogin]: RefusedLogin[K] }
  /** What no line has said yet. */
  untold: number
  pauseMs: number
  dueAt: number
}

const maxEntries = 500
/** Names of one address; more of them stand together without a name. */
const maxOfOrigin = 25
const firstPauseMs = 60_000
const longestPauseMs = 6 * 3_600_000
const lines: Rate = { burst: 30, perSecond: 0.5 }

interface Options {
  readonly log: Pick<Logger, 'warn'>
  readonly entries?: number
}

export const createRefusedLogins = ({ log, entries: most = maxEntries }: Options): RefusedLogins => {
  const entries = new Map<string, Entry>()
  const ofOrigin = new Map<string, number>()
  const bucket = createTokenBucket(lines, 0)
  let unsaid = 0

  const count = (address: string, by: number): void => {
    const origin = originOf(address)
    const now = (ofOrigin.get(origin) ?? 0) + by
    if (now > 0) ofOrigin.set(origin, now)
    else ofOrigin.delete(origin)
  }

  const drop = (key: string, { entry }: Entry): void => {
    entries.delete(key)
    count(entry.address, -1)
  }

  const add = (key: string, { name, address, reason, via, at }: RefusalNote): Entry => {
    for (const [oldest, gone] of entries) {
      if (entries.size < most) break
      drop(oldest, gone)
    }
    const cure = cureOf(reason, via)
    const entry = { name, address, reason, via, cure, firstAt: at, lastAt: at, count: 0 }
    count(address, 1)
    const added = { entry, untold: 0, pauseMs: firstPauseMs, dueAt: at }
    entries.set(key, added)
    return added
  }

  const say = ({ entry, untold }: Entry, at: number): void => {
    if (!takeTokens(bucket, lines, at)) {
      unsaid += untold
      return
    }
    const { name, address, reason, via, cure } = entry
    const others = unsaid === 0 ? {} : { othersUntold: unsaid }
    unsaid = 0
    log.warn({ node: name, address, via, reason, times: untold, ...others, cure }, 'a login was refused')
  }

  return {
    note(given) {
      const address = plain(given.address, 64)
      const named = { ...given, address, name: plain(given.name) }
      const keyOf = (name: string): string => `${given.reason}\n${given.via}\n${address}\n${name}`
      const isNew = !entries.has(keyOf(named.name))
      const isTooMany = isNew && (ofOrigin.get(originOf(address)) ?? 0) >= maxOfOrigin
      const note = isTooMany ? { ...named, name: '' } : named
      const key = keyOf(note.name)
      const known = entries.get(key) ?? add(key, note)
      const { entry } = known
      // The last one stands at the end: who was refused longest ago makes room.
      entries.delete(key)
      entries.set(key, known)
      entry.count += note.count
      entry.lastAt = Math.max(entry.lastAt, note.at)
      known.untold += note.count
      if (note.at < known.dueAt) return
      say(known, note.at)
      const wasQuiet = note.at - known.dueAt > longestPauseMs
      known.pauseMs = wasQuiet ? firstPauseMs : known.pauseMs
      known.dueAt = note.at + known.pauseMs
      known.pauseMs = Math.min(known.pauseMs * 2, longestPauseMs)
      known.untold = 0
    },
    list: () => Array.from(entries.values(), ({ entry }) => ({ ...entry })).toReversed(),
  }
}
