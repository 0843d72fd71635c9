/** Groups of alarms that a receiver is notified of together, and when each is to be looked at. */
import type { AlarmRecord } from '@netstats/protocol/feed'
import { groupOf } from './route.ts'
import type { RouteOptions } from './route.ts'

export interface Group {
  readonly key: string
  readonly receiver: string
  /** Ids of alarms. */
  readonly members: Set<string>
  /** When what is pending is told; null: nothing is. */
  flushAt: number | null
  flushedAt: number | null
  /** Not before it there is anything to do; repeats and escalations count too. */
  dueAt: number
}

export interface Groups {
  /** The group of an alarm on a route, with the alarm in it. */
  join(receiver: string, path: string, route: RouteOptions, alarm: AlarmRecord): Group
  of(key: string | null): Group | undefined
  leave(key: string | null, id: string): void
  /** Those with something to do, in an order that does not depend on the past. */
  due(at: number): readonly Group[]
  all(): IterableIterator<Group>
  restore(key: string, times: Pick<Group, 'flushAt' | 'flushedAt'>): void
}

export const createGroups = (): Groups => {
  const groups = new Map<string, Group>()
  return {
    join(receiver, path, route, alarm) {
      const key = `${receiver}/${path}/${groupOf(route, alarm)}`
      let group = groups.get(key)
      if (group === undefined) {
        group = { key, receiver, members: new Set(), flushAt: null, flushedAt: null, dueAt: Number.POSITIVE_INFINITY }
        groups.set(key, group)
      }
      group.members.add(alarm.id)
      return group
    },
    of: (key) => (key === null ? undefined : groups.get(key)),
    leave(key, id) {
      const group = key === null ? undefined : groups.get(key)
      group?.members.delete(id)
      if (group?.members.size === 0) groups.delete(group.key)
    },
    due: (at) =>
      Array.from(groups.values())
        .filter(({ dueAt }) => dueAt <= at)
        .toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    all: () => groups.values(),
    restore(key, { flushAt, flushedAt }) {
      const group = groups.get(key)
      if (group !== undefined) Object.assign(group, { flushAt, flushedAt, dueAt: flushAt ?? group.dueAt })
    },
  }
}
