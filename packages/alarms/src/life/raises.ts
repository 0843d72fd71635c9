/**
 * How often an alarm was raised of late. The third within an hour stays open until its condition has been gone for 20
 * minutes: no identity is raised more than five times in any hour.
 */
export const dampedFrom = 3
export const withinMs = 60 * 60_000
export const quietMs = 20 * 60_000

export interface Raises {
  /** When it was raised within the last hour. */
  readonly at: readonly number[]
  /** Start of the newest occurrence. */
  readonly startsAt: number
}

export interface RaiseMemory {
  readonly of: (key: string) => Raises | undefined
  /** True where it is raised often. */
  readonly note: (key: string, at: number, startsAt: number) => boolean
  /** Forgets what is older; gives the keys. */
  readonly forget: (now: number) => Iterable<string>
  readonly shift: (backMs: number) => void
  readonly restore: (key: string, raises: Raises) => void
  readonly all: () => Iterable<readonly [string, Raises]>
}

/** Bounded: of more alarms than that the one that was raised longest ago is forgotten, and may be raised again at once. */
export const createRaiseMemory = (limit: number): RaiseMemory => {
  // In the order of the newest raise.
  const memory = new Map<string, Raises>()
  const put = (key: string, raises: Raises): void => {
    memory.delete(key)
    memory.set(key, raises)
  }
  return {
    of: (key) => memory.get(key),
    note(key, at, startsAt) {
      const recent = [...(memory.get(key)?.at ?? []).filter((one) => at - one < withinMs), at]
      put(key, { at: recent, startsAt })
      return recent.length >= dampedFrom
    },
    forget(now) {
      const gone: string[] = []
      for (const [key, { at }] of memory) {
        if (memory.size <= limit && now - (at.at(-1) ?? 0) < withinMs) break
        memory.delete(key)
        gone.push(key)
      }
      return gone
    },
    shift(backMs) {
      for (const [key, { at, startsAt }] of memory) memory.set(key, { at: at.map((one) => one - backMs), startsAt })
    },
    restore: put,
    all: () => memory,
  }
}
