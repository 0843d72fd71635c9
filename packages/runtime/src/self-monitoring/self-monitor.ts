/** A program's own lines, metrics and the state of its parts become observations of its spool, like those of sources. */
import { nodeId } from '@netstats/protocol'
import type { Alarm, Metric, Observation } from '@netstats/protocol'
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
  /** Of a part that is about one node, that node: its alarms are of it. */
  readonly nodeOf?: (part: string) => string | undefined
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
  { config, source, node: name, nodeOf, clock, ownLog, spool, parts, metrics }: SelfMonitorOptions,
  { signal }: { signal: AbortSignal },
): Promise<void> => {
  const node = nodeId(name)
  /** Nodes of the alarms that are raised, by part: an earlier run may have raised them. */
  const raised = new Map(spool.checkpoints(selfMonitoringPart))
  const alarms = createPartAlarms(source, raised.keys())
  let metricsDue = clock.monotonic() + config.metricsEvery

  const lines = (): readonly Observation[] =>
    ownLog.take().map(({ at, body }) => ({ kind: 'log', node, observedAt: at, body }))
  const stateOf = (body: Alarm): Checkpointed => {
    const part = body.labels?.['part'] ?? ''
    const of = (body.step === 'raised' ? nodeOf?.(part) : raised.get(part)) ?? name
    if (body.step === 'raised') raised.set(part, of)
    else raised.delete(part)
    return {
      observations: [{ kind: 'alarm', node: nodeId(of), observedAt: clock.now(), body }],
      checkpoint: { key: part, value: raised.get(part) },
    }
  }
  const states = (): readonly Checkpointed[] => alarms.look(parts(), clock.monotonic()).map(stateOf)
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
