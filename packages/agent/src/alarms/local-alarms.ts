/**
 * The local rules of an agent's nodes: a full disk is reported even while no server can be reached.
 *
 *     host source, spool ─▶ rules ─▶ alarm engine ─▶ observations of kind `alarm` ─▶ spool ─▶ every sink
 *
 * What is open is noted beside the observations, so that a restart goes on with it.
 */
import { createAlarmEngine, judgesMetric, localRules } from '@netstats/alarms'
import type { AlarmEngine, AlarmStep, EngineState } from '@netstats/alarms'
import type { Alarm, NodeId, Observation } from '@netstats/protocol'
import { syslogSeverityOf } from '@netstats/protocol/feed'
import type { Checkpoint, Checkpointed, Clock, Spool } from '@netstats/sdk'
import { createLocalFacts } from './local-facts.ts'
import type { LocalFactsOptions } from './local-facts.ts'
import type { LocalAlarmsConfig } from './config.ts'

/** Id of the part, and whose its notes in the spool are. */
export const localAlarmsPart = 'alarms'

export interface LocalAlarmsOptions extends LocalFactsOptions {
  readonly config: LocalAlarmsConfig
  readonly nodes: readonly NodeId[]
  readonly clock: Pick<Clock, 'now' | 'every'>
  readonly store: Pick<Spool, 'append' | 'checkpoints'>
}

const lookEveryMs = 15_000
/** The server leaves the rules to an agent that has said so within ten minutes. */
const sayEveryMs = 120_000
/** Bounds of a note; an alarm that does not fit is raised again after a restart. */
const maxKey = 200
const maxValue = 4096

const bodyOf = ({ name, alarm }: AlarmStep): Alarm => ({
  // Without the time of its beginning: the next occurrence is the same alarm.
  alarm: `netstats-agent ${alarm.rule}`,
  step: name,
  type: alarm.rule,
  severity: syslogSeverityOf[alarm.severity],
  message: alarm.message,
  number: alarm.step,
  startsAt: alarm.startsAt,
  ...(alarm.endsAt === null ? {} : { endsAt: alarm.endsAt }),
  ...(alarm.advice === null ? {} : { advice: alarm.advice }),
})

const stateIn = (notes: ReadonlyMap<string, string>): EngineState => ({
  version: 1,
  at: 0,
  entries: Array.from(notes.values(), (text) => JSON.parse(text) as EngineState['entries'][number]),
  silences: [],
})

const checkpointsOf = (engine: AlarmEngine): readonly Checkpoint[] =>
  engine
    .takeChanges()
    .entries.filter(([key]) => key.length <= maxKey)
    .map(([key, entry]) => {
      const value = entry === null ? undefined : JSON.stringify(entry)
      return { key, value: value !== undefined && value.length > maxValue ? undefined : value }
    })

/** Runs until the signal aborts. Throws where the spool does. */
export const runLocalAlarms = async (
  { config, nodes, clock, store, ...sources }: LocalAlarmsOptions,
  { signal }: { signal: AbortSignal },
): Promise<void> => {
  const rules = localRules.filter(({ name }) => !config.off.some((off) => off === name))
  const engine = createAlarmEngine({ state: stateIn(store.checkpoints(localAlarmsPart)) })
  const factsOf = createLocalFacts(sources)
  let sayAt = 0

  const judge = (node: NodeId, at: number): void => {
    const subject = { network: '', node }
    const facts = factsOf(node, at)
    for (const rule of rules) engine.judge(rule, subject, rule.judge(facts, engine.isOpen(rule.name, subject)), at)
  }
  const look = (): readonly (Observation | Checkpointed)[] => {
    const at = clock.now()
    for (const node of nodes) judge(node, at)
    engine.tick(at)
    const alarms = engine.takeSteps().map(
      (step): Observation => ({
        kind: 'alarm',
        node: step.alarm.node as NodeId,
        observedAt: at,
        body: bodyOf(step),
      }),
    )
    const said =
      at < sayAt
        ? []
        : nodes.map(
            (node): Observation => ({
              kind: 'metric',
              node,
              observedAt: at,
              body: { name: judgesMetric, value: 1 },
            }),
          )
    if (at >= sayAt) sayAt = at + sayEveryMs
    const [first, ...others] = checkpointsOf(engine)
    if (first === undefined) return [...said, ...alarms]
    return [
      ...said,
      { observations: alarms, checkpoint: first },
      ...others.map((checkpoint) => ({ observations: [], checkpoint })),
    ]
  }
  for await (const _ of clock.every(lookEveryMs, { signal })) {
    const items = look()
    if (items.length > 0) await store.append(items, localAlarmsPart)
  }
}
