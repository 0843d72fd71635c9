/** Runs the pure core: gives it inputs, counts and logs what it concludes, and survives what it must never do: throw. */
import { unixMs } from '@netstats/protocol'
import type { Logger } from '@netstats/sdk'
import { createChangeLog } from './change-log.ts'
import type { Recorder } from './history/model.ts'
import type { Health } from './self/health.ts'
import type { StageTimes } from './self/stage-times.ts'
import type { Change, Core, CoreInput } from './shard/model.ts'

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
  readonly onHead: (network: string, number: number) => void
  /** Takes down what happens. */
  readonly recorder?: Pick<Recorder, 'input' | 'change'> | undefined
}

export const createCoreRunner = ({ core, stages, health, log, onHead, recorder }: CoreRunnerOptions): CoreRunner => {
  const changes = new Map<Change['type'], number>()
  const changeLog = createChangeLog(log)
  let errors = 0

  const conclude = (change: Change): void => {
    changes.set(change.type, (changes.get(change.type) ?? 0) + 1)
    if (change.type === 'head') onHead(change.network, change.number)
    changeLog.note(change)
    recorder?.change(change)
  }

  const run = (input: CoreInput): void => {
    try {
      const concluded = core.apply(input)
      for (let i = 0; i < concluded.length; i++) conclude(concluded[i] as Change)
      recorder?.input(input)
      if (input.type === 'tick') changeLog.tick(input.at)
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
