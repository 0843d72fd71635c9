/** Alarms over the live state: rules, their file, and that the history and the sinks have each step before it is forgotten. */
import { configuredRules } from '@netstats/alarms/configured'
import { systemClock } from '@netstats/sdk'
import { openAlarms } from '../alarms/alarms.ts'
import type { Alarms } from '../alarms/alarms.ts'
import { registerAlarmMetrics } from '../alarms/metrics.ts'
import type { OpenHistory } from '../history/history.ts'
import { noLatestMetrics } from '../history/latest-values.ts'
import { endsWithin } from '../lib/with-timeout.ts'
import type { Core } from '../shard/shard-model.ts'
import type { Base } from './base.ts'
import type { Components } from './components.ts'

interface AlarmUses {
  readonly core: Core
  readonly history: OpenHistory | undefined
  readonly components: Components | undefined
}

/** A store that is slow or gone keeps no step in the outbox for longer. */
const historyWithinMs = 30_000

export const openServerAlarms = async (
  { config, health, metrics, log, stages }: Base,
  { core, history, components }: AlarmUses,
  stack: AsyncDisposableStack,
): Promise<Alarms | undefined> => {
  if (!config.alarms.enabled) return undefined
  const failures = new Map<string, number>()
  const { rules } = configuredRules(config.alarms.rules, (rule, reason) => {
    // The first is logged: a condition that fails on every node is not to fill the disk.
    if (!failures.has(rule))
      log.error({ rule, reason }, 'a condition of a rule has failed; it counts as one that does not hold')
    failures.set(rule, (failures.get(rule) ?? 0) + 1)
  })
  metrics.counter(
    'alarms_rule_failures_total',
    'Times a condition of a configured rule failed; it counts as one that does not hold.',
    ['rule'],
    () => failures,
  )
  const alarms = stack.use(
    await openAlarms({
      config: config.alarms,
      data: config.data,
      rules,
      core,
      latest: history?.latestMetrics ?? noLatestMetrics,
      health,
      metrics,
      log,
      clock: systemClock,
      onSlice: (ms) => stages.observe('alarms', ms),
    }),
  )
  // They are in the core when this is called, and so in the row buffer and the spool.
  alarms.listeners.add(async () => {
    await Promise.all([components?.stored(), history && endsWithin(history.flushed(), historyWithinMs, systemClock)])
  })
  registerAlarmMetrics(metrics, alarms, () => core.networks().map(({ key }) => key))
  return alarms
}
