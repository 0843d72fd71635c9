import type { QueueGroup } from '../queue-model.ts'

interface Group extends QueueGroup {
  readonly name: string
  sessions: number
}

export interface Groups {
  join(name: string): QueueGroup
  leave(group: QueueGroup | undefined): void
}

/** One group for all sessions of a network, as long as there are any. */
export const createGroups = (): Groups => {
  const groups = new Map<string, Group>()
  return {
    join(name) {
      let group = groups.get(name)
      if (group === undefined) groups.set(name, (group = { name, sessions: 0, items: 0, bytes: 0 }))
      group.sessions++
      return group
    },
    leave(left) {
      const group = left as Group | undefined
      if (group !== undefined && --group.sessions === 0) groups.delete(group.name)
    },
  }
}
