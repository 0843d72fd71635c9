/**
 * Whether a message of version 3 is of now (RFC 3414, 3.2, step 7), so that one that somebody recorded does not pass again.
 *
 *     inform   this engine's boots and time count: within 150 s of them
 *     trap     the sender's count: boots that are not less than those seen, and a time not more than 150 s behind
 *              where its clock must be by now
 *
 * To be asked only of what is authenticated: boots and time of anything else are anybody's.
 */
import { createHash } from 'node:crypto'
import { createBoundedMap } from '@netstats/sdk/limits'
import type { Clock } from '@netstats/sdk'

/** A place in the life of an engine: seconds since its last boot. */
export interface EngineTime {
  readonly boots: number
  readonly time: number
}

export interface Timeliness {
  /** Of this engine. */
  now(): EngineTime
  /** Of a message for this engine. */
  isTimely(said: EngineTime): boolean
  /** Of a message that is sent once: whether it is of now, and was not here before. Remembers it. */
  takes(engine: string, said: EngineTime, message: Uint8Array): boolean
}

const windowSeconds = 150
/** An engine that has come so far has to be given another id. */
const mostBoots = 2 ** 31 - 1
/** Of more the one that was silent for longest is forgotten. */
const mostEngines = 1000
/** A datagram that came twice within the window; of more the oldest is forgotten. */
const mostMessages = 4096
/** This engine has no folder to count its boots in: it counts one, at the beginning of 2020, and goes on over restarts. */
const bootedAt = Date.UTC(2020, 0, 1)

/** Tells messages apart. */
export const digestOf = (message: Uint8Array): string => createHash('sha256').update(message).digest('base64')

export const createTimeliness = (clock: Pick<Clock, 'now' | 'monotonic'>): Timeliness => {
  // A wall clock that is set must not make everybody late.
  const openedAt = (clock.now() - bootedAt) / 1000
  const seconds = (): number => clock.monotonic() / 1000
  const opened = seconds()
  const engines = createBoundedMap<string, EngineTime & { readonly at: number }>(mostEngines)
  const messages = createBoundedMap<string, number>(mostMessages)

  const now = (): EngineTime => ({ boots: 1, time: Math.max(0, Math.floor(openedAt + seconds() - opened)) })

  const isOfNow = (engine: string, { boots, time }: EngineTime): boolean => {
    const known = engines.get(engine)
    const isLater = known === undefined || boots > known.boots || (boots === known.boots && time > known.time)
    if (isLater) engines.touch(engine, { boots, time, at: seconds() })
    if (boots === mostBoots) return false
    if (known === undefined || isLater) return true
    return boots === known.boots && time >= known.time + seconds() - known.at - windowSeconds
  }
  const wasHere = (message: Uint8Array): boolean => {
    const id = digestOf(message)
    const at = messages.get(id)
    messages.touch(id, seconds())
    return at !== undefined && seconds() - at <= 2 * windowSeconds
  }

  return {
    now,
    isTimely({ boots, time }) {
      const own = now()
      return boots === own.boots && Math.abs(time - own.time) <= windowSeconds
    },
    takes: (engine, said, message) => isOfNow(engine, said) && !wasHere(message),
  }
}
