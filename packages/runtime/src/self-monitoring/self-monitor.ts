/** A program's own lines, metrics and the state of its parts become observations of its spool, like those of sources. */
import { nodeId } from '@netstats/protocol'
import type { Metric, Observation } from '@netstats/protocol'
import type { Checkpointed, Clock, PartStatus, Spool } from '@netstats/sdk'
import type { SelfMonitoringConfig } from './config.ts'
import type { OwnLog } from './own-log.ts'
import { createPartAlarms } from './part-alarms.ts'
import type { OwnSource } from './part-of.ts'

/** Id of the part, and whose its notes in the spool are. */
export const selfMonitoringPart = 'self-monitoring'

export interface SelfMonitorOptions {
  readonly config: SelfMonitoringConfig
  readonly source: OwnSource
  /** Node that the observations are of. */
  readonly node: string
  readonly clock: Clock
  readonly ownLog: Pick<OwnLog, 'take'>
  readonly spool: Pick<Spool, 'append' | 'checkpoints'>
  readonly parts: () => readonly PartStatus[]
  readonly metrics: () => readonly Metric[]
}

/** How long a line may wait, and how often parts are looked at. */
const lookEveryMs = 5000

/** Runs until the signal aborts; what was logged until then is reported. Throws where the spool does. */
export const runSelfMonitor = async (
  { config, source, node: name, clock, ownLog, spool, parts, metrics }: SelfMonitorOptions,
  { signal }: { signal: AbortSignal },
): Promise<void> => {
  const node = nodeId(name)
  const alarms = createPartAlarms(source, spool.checkpoints(selfMonitoringPart).keys())
  let metricsDue = clock.monotonic() + config.metricsEvery

  const lines = (): readonly Observation[] =>
    ownLog.take().map(({ at, body }) => ({ kind: 'log', node, observedAt: at, body }))
  const states = (): readonly Checkpointed[] =>
    alarms.look(parts(), clock.monotonic()).map((body) => ({
      observations: [{ kind: 'alarm', node, observedAt: clock.now(), body }],
      checkpoint: { key: body.labels?.['part'] ?? '', value: body.step === 'raised' ? 'raised' : undefined },
    }))
  const numbers = (): readonly Observation[] => {
    if (clock.monotonic() < metricsDue) return []
    metricsDue = clock.monotonic() + config.metricsEvery
    return metrics().map((body) => ({ kind: 'metric', node, observedAt: clock.now(), body }))
  }
  const report = async (items: readonly (Observation | Checkpointed)[]): Promise<void> => {
    if (items.length > 0) await spool.append(items, selfMonitoringPart)
  }
  for await (const _ of clock.every(lookEveryMs, { signal })) await report([...lines(), ...states(), ...numbers()])
  await report(lines())
}
