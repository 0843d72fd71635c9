import type { AlarmCounts, PerceivedSeverity } from '@netstats/protocol/feed'
import type { Life } from './life.ts'

type Counting = { -readonly [Key in keyof AlarmCounts]: number }

const nothing = (): Counting => ({ critical: 0, major: 0, minor: 0, warning: 0, acknowledged: 0, suppressed: 0 })

/** Counts all open alarms when asked for the first time after a step, and remembers it until the next. */
export const createCounts = (life: Life): ((network?: string) => AlarmCounts) => {
  let version = -1
  let all = nothing()
  let ofNetworks = new Map<string, Counting>()

  const look = (): void => {
    all = nothing()
    ofNetworks = new Map()
    for (const { record } of life.open()) {
      if (record === null || record.parent !== null) continue
      const counted: PerceivedSeverity | 'acknowledged' | 'suppressed' =
        record.acknowledgement !== null ? 'acknowledged' : record.suppressed !== null ? 'suppressed' : record.severity
      all[counted]++
      if (record.network === null) continue
      const own = ofNetworks.get(record.network) ?? nothing()
      ofNetworks.set(record.network, own)
      own[counted]++
    }
  }

  return (network) => {
    if (version !== life.version()) look()
    version = life.version()
    return network === undefined ? all : (ofNetworks.get(network) ?? nothing())
  }
}
