/** The verdict on each network, worked out again when its alarms or its facts are other ones. */
import { verdictOf } from '@netstats/alarms'
import type { AlarmEngine } from '@netstats/alarms'
import type { AlarmRecord, Verdict } from '@netstats/protocol/feed'
import type { WorkSteps } from '../lib/work-steps.ts'
import type { Core } from '../shard/shard-model.ts'
import type { Sweep } from './sweep.ts'

export interface VerdictsOptions {
  readonly core: Pick<Core, 'networks'>
  readonly engine: Pick<AlarmEngine, 'open'>
  readonly sweep: Pick<Sweep, 'factsOf'>
}

export interface Verdicts {
  /** Works all of them out; gives whether any is another one. */
  readonly refresh: () => WorkSteps<boolean>
  readonly of: (network: string | undefined) => Readonly<Record<string, Verdict>>
}

/** Networks with a verdict, the first that were seen. */
const maxNetworks = 200

export const createVerdicts = ({ core, engine, sweep }: VerdictsOptions): Verdicts => {
  let verdicts = new Map<string, Verdict>()
  return {
    *refresh() {
      const open = Map.groupBy(engine.open(), ({ network }) => network)
      yield
      const server: readonly AlarmRecord[] = open.get(null) ?? []
      const next = new Map<string, Verdict>()
      for (const { key } of core.networks().slice(0, maxNetworks)) {
        next.set(key, verdictOf({ network: sweep.factsOf(key), alarms: open.get(key) ?? [], server }))
        yield
      }
      const isSame =
        next.size === verdicts.size &&
        next.entries().every(([key, { level, text }]) => {
          const before = verdicts.get(key)
          return before?.level === level && before.text === text
        })
      verdicts = next
      return !isSame
    },
    of(network) {
      if (network === undefined) return Object.fromEntries(verdicts)
      const verdict = verdicts.get(network)
      return verdict === undefined ? {} : { [network]: verdict }
    },
  }
}
