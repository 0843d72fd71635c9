/**
 * Drives the shards: gives the core its inputs, says to every listener what each of them did, and survives what the core must
 * never do: throw.
 */
import { unixMs } from '@netstats/protocol'
import type { Logger } from '@netstats/sdk'
import type { Health } from '../telemetry/health.ts'
import type { StageTimes } from '../telemetry/stage-timings.ts'
import type { CoreListener } from '../shard/mod.ts'
import type { Change } from '../shard/changes.ts'
import type { Core } from '../shard/shard-model.ts'
import type { CoreInput } from '../shard/inputs.ts'

export interface CoreRunner {
  readonly apply: (input: CoreInput) => void
  readonly changes: ReadonlyMap<Change['type'], number>
  readonly errors: number
}

export interface CoreRunnerOptions {
  readonly core: Core
  readonly stages: StageTimes
  readonly health: Health
  readonly log: Logger
  /** Called in this order. */
  readonly listeners: readonly CoreListener[]
}

export const createCoreRunner = ({ core, stages, health, log, listeners }: CoreRunnerOptions): CoreRunner => {
  const changes = new Map<Change['type'], number>()
  let errors = 0

  const run = (input: CoreInput): void => {
    try {
      const applied = core.apply(input)
      for (const { type } of applied.changes) changes.set(type, (changes.get(type) ?? 0) + 1)
      for (let i = 0; i < listeners.length; i++) (listeners[i] as CoreListener)(applied)
    } catch (error) {
      // One bad input must not cost the others their server. The first is logged whole, the rest are counted.
      if (errors++ === 0) log.error({ error, input: input.type }, 'the core failed on an input')
      health.set(
        'core',
        'degraded',
        `failed on ${errors} inputs, the last at ${new Date(unixMs(input.at)).toISOString()}`,
      )
    }
  }

  return {
    apply: (input) => (stages.sampling ? stages.apply(() => run(input)) : run(input)),
    changes,
    get errors() {
      return errors
    },
  }
}
