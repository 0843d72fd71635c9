import type { PartStatus } from '@netstats/sdk'

export interface AgentStatus {
  /** `ok` false means that a part does not work and a human should look. */
  readonly ok: boolean
  readonly parts: readonly PartStatus[]
  /** Observations each sink still has to deliver. */
  readonly backlogs: ReadonlyMap<string, number>
}
