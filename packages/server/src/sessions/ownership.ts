/**
 * Which session owns an id. Where an id logs in that is owned already, the owner has to show that it is alive; the newcomer
 * waits to take over.
 */
import type { SessionRecord } from './session-record.ts'

/** A login that waits for an older session of its id to show that it is alive. */
export interface Takeover {
  readonly challenger: SessionRecord
  readonly owner: SessionRecord
  /** Monotonic milliseconds. */
  readonly deadline: number
}

export interface Ownership {
  readonly size: number
  /** Takeovers that wait. */
  readonly waiting: number
  ownerOf(key: string): SessionRecord | undefined
  isContested(key: string): boolean
  take(record: SessionRecord): void
  /** Frees the id where the record owns it. */
  release(record: SessionRecord): void
  /** Takes a record to another key, where nobody owns or contests either. */
  rename(record: SessionRecord, key: string): boolean
  contest(challenger: SessionRecord, owner: SessionRecord, deadline: number): void
  /** The owner has answered, or is gone: its challenger, who is refused or takes the id. */
  settle(owner: SessionRecord): SessionRecord | undefined
  challengerGone(challenger: SessionRecord): void
  /** Takeovers whose owner has not answered in time. */
  overdue(now: number): readonly Takeover[]
  all(): Iterable<SessionRecord>
}

const none: readonly Takeover[] = []

export const createOwnership = (): Ownership => {
  const owners = new Map<string, SessionRecord>()
  const takeovers = new Map<string, Takeover>()
  return {
    get size() {
      return owners.size
    },
    get waiting() {
      return takeovers.size
    },
    ownerOf: (key) => owners.get(key),
    isContested: (key) => takeovers.has(key),
    take: (record) => void owners.set(record.key, record),
    release(record) {
      if (owners.get(record.key) === record) owners.delete(record.key)
    },
    rename(record, key) {
      if (owners.has(key) || takeovers.has(key) || takeovers.has(record.key)) return false
      if (owners.get(record.key) === record) owners.delete(record.key)
      record.key = key
      owners.set(key, record)
      return true
    },
    contest: (challenger, owner, deadline) => void takeovers.set(challenger.key, { challenger, owner, deadline }),
    settle(owner) {
      const takeover = takeovers.get(owner.key)
      if (takeover?.owner !== owner) return undefined
      takeovers.delete(owner.key)
      return takeover.challenger
    },
    challengerGone(challenger) {
      if (takeovers.get(challenger.key)?.challenger === challenger) takeovers.delete(challenger.key)
    },
    overdue: (now) => (takeovers.size === 0 ? none : [...takeovers.values()].filter((one) => now >= one.deadline)),
    all: () => owners.values(),
  }
}
