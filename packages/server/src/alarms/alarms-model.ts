/**
 * What the rest of the server sees of alarms.
 *
 *     core ─ one event an input ─► sweep ─ judgements ─► engine ─ steps ─► alarms.db ─► history, sinks, notifier
 *                                                           ▲                 │
 *     REST: acknowledge, silence ───────────────────────────┘                 └─► REST, feed
 */
import type { AlarmCounts, AlarmRecord, Verdict } from '@netstats/protocol/feed'

/** What dashboards follow. */
export interface OpenAlarms {
  /** Another number after any alarm, or any verdict, changed. */
  readonly version: () => number
  /** Open ones, the worst first; `total` counts those beyond the limit too. */
  readonly open: (
    network: string | undefined,
    limit: number,
  ) => { readonly alarms: readonly AlarmRecord[]; readonly total: number; readonly counts: AlarmCounts }
  readonly verdicts: (network: string | undefined) => Readonly<Record<string, Verdict>>
}

export const noCounts: AlarmCounts = { critical: 0, major: 0, minor: 0, warning: 0, acknowledged: 0, suppressed: 0 }

/** Where no rules are judged. */
export const noAlarms: OpenAlarms = {
  version: () => 0,
  open: () => ({ alarms: [], total: 0, counts: noCounts }),
  verdicts: () => ({}),
}
