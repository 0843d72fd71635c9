/** What the server answers about alarms beside the records themselves; `packages/server/src/api/alarms` has the schemas. */
import type { AlarmRecord, AlarmStepName } from '@netstats/protocol/feed'

export interface WireStep {
  readonly name: AlarmStepName
  readonly at: number
  /** How it was after the step. */
  readonly alarm: AlarmRecord
}

export interface AlarmWithSteps extends AlarmRecord {
  /** Oldest first. */
  readonly steps: readonly WireStep[]
}

export interface WireReceiver {
  readonly name: string
  readonly type: string
  /** It is notified of each step of each alarm, whatever the routes say. */
  readonly everyStep: boolean
  readonly state: string
  /** Why it is not `ok`. */
  readonly reason: string
  /** Messages that wait to be delivered. */
  readonly waiting: number
  /** When it last took something; null: not since the server started. */
  readonly deliveredAt: number | null
}
