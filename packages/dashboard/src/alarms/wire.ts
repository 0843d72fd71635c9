/** What the server answers about alarms beside the records themselves; `packages/server/src/api/alarms` has the schemas. */
import type { AlarmRecord, AlarmStepName, PerceivedSeverity } from '@netstats/protocol/feed'

export interface WireStep {
  readonly step: number
  readonly name: AlarmStepName
  readonly at: number
  readonly severity: PerceivedSeverity
  readonly message: string
  /** Who acknowledged it, where somebody did. */
  readonly by: string | null
  readonly comment: string | null
}

export interface AlarmWithSteps extends AlarmRecord {
  /** Oldest first. */
  readonly steps: readonly WireStep[]
}

export interface WireReceiver {
  readonly name: string
  readonly type: string
  readonly sent: number
  readonly failed: number
  readonly lastSentAt: number | null
  readonly lastError: string | null
}
