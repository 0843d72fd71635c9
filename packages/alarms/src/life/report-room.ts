import type { EngineLimits } from './alarm-engine.ts'
import { newEntry } from './entry.ts'
import { keyOf } from './identity.ts'
import type { Life } from './life.ts'
import type { Lifecycle } from './lifecycle.ts'

/** The alarm about a node that reports too much is open for so long after the last report that found no room. */
const overflowAfterMs = 10 * 60_000

export interface ReportRoomParts {
  readonly life: Life
  readonly lifecycle: Lifecycle
  readonly limits: EngineLimits
  readonly lose: () => void
}

/** How much of what nodes report is taken. */
export const createReportRoom = ({ life, lifecycle, limits, lose }: ReportRoomParts) => ({
  hasRoom: (network: string, node: string): boolean => {
    if (life.count('reported') >= limits.reported) return false
    let own = 0
    for (const { kind } of life.about({ network, node })) if (kind === 'reported') own++
    return own < limits.perNode
  },

  /** One alarm about all that finds no room: it has no label `alarm`, so nothing that a node reports is this one. */
  overflow: (network: string, node: string): void => {
    lose()
    const identity = { kind: 'reported', network, node, rule: 'reports-too-many', labels: {} } as const
    const key = keyOf(identity, '')
    const known = life.entries.get(key)
    if (known === undefined && life.count('reported') >= limits.reported) return
    const entry = known ?? newEntry(identity, '', key, life.at())
    entry.goneAt = life.at()
    entry.clearAfter = overflowAfterMs
    entry.message = 'The node reports more alarms than are taken of one node: some are not shown'
    entry.advice = 'Look what reports them, and why so many.'
    if (known !== undefined) return life.touch(known.key)
    life.add(entry)
    lifecycle.raise(entry, null)
  },
})
