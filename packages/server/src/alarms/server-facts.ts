import type { ServerFacts } from '@netstats/alarms'
import { totalOf } from '../lib/tally.ts'
import type { Health } from '../telemetry/health.ts'
import { prefix } from '../telemetry/registry.ts'
import type { MetricsRegistry } from '../telemetry/registry.ts'

/** What rules see of the server itself. */
export const createServerLook =
  (health: Pick<Health, 'parts'>, registry: Pick<MetricsRegistry, 'value' | 'families'>) =>
  (at: number): ServerFacts => ({
    at,
    parts: health.parts().map(({ id, state, reason }) => ({ name: id, state, reason: reason ?? null })),
    metric(name) {
      const own = name.startsWith(prefix) ? name.slice(prefix.length) : name
      return registry.families().some((family) => family.name === prefix + own)
        ? totalOf(registry.value(own))
        : undefined
    },
  })
