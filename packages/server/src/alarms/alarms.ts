/**
 * Alarms as a part of the server: the sweep judges, the engine gives alarms their life, the file keeps it, and others are told.
 */
import { createAlarmEngine, createTrends } from '@netstats/alarms'
import type { AlarmEngine, Rules } from '@netstats/alarms'
import type { Clock, Logger } from '@netstats/sdk'
import { createWorkScheduler } from '../lib/work-scheduler.ts'
import { endsWithin } from '../lib/with-timeout.ts'
import { whole } from '../lib/work-steps.ts'
import type { WorkSteps } from '../lib/work-steps.ts'
import type { LatestMetrics } from '../history/history-model.ts'
import type { CoreListener } from '../shard/applied.ts'
import type { CoreInput } from '../shard/inputs.ts'
import type { Core } from '../shard/shard-model.ts'
import type { Health } from '../telemetry/health.ts'
import type { MetricsRegistry } from '../telemetry/registry.ts'
import { createAlarmStore } from './alarm-store.ts'
import type { AlarmStore } from './alarm-store.ts'
import type { OpenAlarms } from './alarms-model.ts'
import { inputOf } from './apply-step.ts'
import { createAlarmListener } from './alarm-listener.ts'
import type { AlarmsConfig } from './config.ts'
import { forgetUnknown, knownAfterMs } from './forget-unknown.ts'
import { createKeeping } from './keeping.ts'
import { createNetworkLook } from './network-facts.ts'
import { createNodeLook } from './node-facts.ts'
import { createNodeNotes } from './node-notes.ts'
import { openAlarmsFile } from './open-file.ts'
import { worstFirst } from './open-list.ts'
import type { AlarmReading } from './reading.ts'
import { createServerLook } from './server-facts.ts'
import { createSweep } from './sweep.ts'
import { createTelling } from './telling.ts'
import type { StepListener } from './telling.ts'
import { createVerdicts } from './verdicts.ts'

export interface AlarmsOptions {
  readonly config: Omit<AlarmsConfig, 'rules'>
  /** Folder that holds `alarms.db`. */
  readonly data: string
  readonly rules: Rules
  readonly core: Pick<Core, 'networks' | 'network'>
  readonly latest: LatestMetrics
  readonly health: Health
  readonly metrics: Pick<MetricsRegistry, 'value' | 'families'>
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
  readonly clock: Clock
  /** Told the time of each slice of work. */
  readonly onSlice?: ((ms: number) => void) | undefined
}

export interface Alarms extends OpenAlarms, AsyncDisposable {
  /** What the core said of an input. */
  readonly applied: CoreListener
  /** Who is notified of steps. Their promises hold back what the outbox forgets. */
  readonly listeners: Set<StepListener>
  /** Tells again what was not stored before a restart; rules are judged from then on. `apply` gives an input to the core. */
  readonly begin: (apply: (input: CoreInput) => void) => void
  /** Judges what is due, some milliseconds at a time; to be called about four times a second. */
  readonly tick: () => void
  readonly reading: AlarmReading
  readonly notes: AlarmStore['notes']
  readonly engine: Pick<AlarmEngine, 'silences' | 'get' | 'counts' | 'figures'>
  /** Does something to the engine; resolves when what follows from it is in the file, or the file cannot be written. */
  readonly act: <T>(work: (engine: AlarmEngine) => T) => Promise<T>
  /** How often the rules have been judged. */
  readonly rounds: () => number
  /** Steps that were not written down, because too many waited while the file could not be written. */
  readonly lost: () => number
  /** Writes a copy of the file as of one moment into a new file. */
  readonly copyTo: (path: string) => Promise<void>
}

const verdictEveryMs = 1000
/** Cleared alarms are looked through for those that are kept too long. */
const pruneEveryMs = 60_000
const prunedAtOnce = 200
/** At the end, for those that are notified of steps to store them. */
const storedWithinMs = 5000

// oxlint-disable-next-line max-lines-per-function -- the list of parts of alarms, put together in the order in which they need each other
export const openAlarms = async (options: AlarmsOptions): Promise<Alarms> => {
  const { config, core, health, log, clock } = options
  await using opening = new AsyncDisposableStack()
  const { file, trouble } = openAlarmsFile(options.data, { now: clock.now(), log })
  opening.use(file)
  if (trouble === undefined) health.set('alarms', 'ok')
  else health.set('alarms', 'degraded', trouble)
  const store = createAlarmStore(file)
  const state = store.state()
  const engine = createAlarmEngine({ state, nodesOf: (network) => core.network(network)?.nodeCount ?? 0 })
  const startedAt = clock.now()
  const ended = new AbortController()
  let version = 0
  let apply: ((input: CoreInput) => void) | undefined

  const telling = createTelling({
    settled: (upTo) => store.settled(upTo),
    clock,
    signal: ended.signal,
    onFault: (error) => log.error({ error }, 'steps of alarms could not be stored by all that are notified of them'),
  })
  const keeping = createKeeping({
    engine,
    store,
    kept: state.entries.map(({ key }) => key),
    tell(steps) {
      version++
      // What agents report has come through the core already.
      for (const { step } of steps) if (step.alarm.origin === 'server') apply?.(inputOf(step))
      telling.tell(steps)
    },
    onFault(error) {
      health.set(
        'alarms',
        'degraded',
        'their file cannot be written; after a restart what has happened since is not known',
      )
      log.error({ error }, 'the file of alarms cannot be written; alarms are told all the same')
    },
    onKept() {
      health.set('alarms', 'ok')
      log.info({}, 'the file of alarms is written again')
    },
  })
  const notes = createNodeNotes()
  const networks = createNetworkLook()
  const faulty = new Set<string>()
  const sweep = createSweep({
    core,
    engine,
    rules: options.rules,
    nodes: createNodeLook({ latest: options.latest, trends: createTrends(), notes }),
    networks,
    server: createServerLook(health, options.metrics),
    startedAt,
    onFault(rule, error) {
      // The first is logged, so that a rule that fails on every node does not fill the disk.
      if (!faulty.has(rule)) log.error({ error, rule }, 'a rule has failed; what it judges is not known')
      faulty.add(rule)
    },
  })

  const scheduler = createWorkScheduler({
    monotonic: () => clock.monotonic(),
    defer: setImmediate,
    onSlice: options.onSlice,
  })
  let lookedAt = clock.monotonic()
  let prunedAt = Number.NEGATIVE_INFINITY
  let judgedAt = Number.NEGATIVE_INFINITY
  const verdicts = createVerdicts({ core, engine, sweep })
  const save = function* (): WorkSteps {
    engine.tick(clock.now())
    if (!isCopying) yield* keeping.save()
  }
  const prune = function* (): WorkSteps {
    prunedAt = clock.monotonic()
    const { for: keepMs, alarms } = config.keep
    try {
      while (store.prune(clock.now() - keepMs, alarms, prunedAtOnce)) yield
    } catch (error) {
      log.warn({ error }, 'cleared alarms could not be removed from their file')
    }
  }
  let rounds = 0
  const round = function* (): WorkSteps {
    rounds++
    const now = clock.monotonic()
    const elapsed = now - lookedAt
    lookedAt = now
    yield* sweep.advance(clock.now(), elapsed)
    yield* save()
    if (now - judgedAt >= verdictEveryMs) {
      judgedAt = now
      if (yield* verdicts.refresh()) version++
    }
    if (now - prunedAt < pruneEveryMs) return
    if (clock.now() >= startedAt + knownAfterMs) forgetUnknown(engine, core, clock.now())
    yield* prune()
  }
  let isCopying = false
  let waiters: (() => void)[] = []
  const saveSoon = function* (): WorkSteps {
    const done = waiters
    waiters = []
    yield* save()
    for (const resolve of done) resolve()
  }
  const act: Alarms['act'] = (work) => {
    const result = work(engine)
    const { promise, resolve } = Promise.withResolvers<typeof result>()
    waiters.push(() => resolve(result))
    scheduler.run(saveSoon)
    return promise
  }
  let open: { readonly version: number; readonly lists: Map<string, ReturnType<OpenAlarms['open']>> } | undefined
  const opened = opening.move()

  return {
    applied: createAlarmListener({ core, engine, sweep, notes, networks }),
    listeners: telling.listeners,
    begin(given) {
      apply = given
      const left = store.outbox()
      for (const { step } of left) if (step.alarm.origin === 'server') given(inputOf(step))
      telling.tell(left)
      if (left.length > 0)
        log.info({ steps: left.length }, 'steps of alarms are told again: the server ended before all had them')
    },
    tick() {
      if (!scheduler.has(round)) scheduler.run(round)
      scheduler.check()
    },
    reading: store,
    notes: store.notes,
    engine,
    act,
    rounds: () => rounds,
    lost: keeping.lost,
    async copyTo(path) {
      await act(() => undefined)
      // Nothing half written is copied; meanwhile nothing is.
      isCopying = true
      await file.copyTo(path).finally(() => {
        isCopying = false
      })
    },
    version: () => version,
    open(network, limit) {
      if (open?.version !== version) open = { version, lists: new Map() }
      const key = JSON.stringify([network, limit])
      const known = open.lists.get(key)
      if (known !== undefined) return known
      const made = { ...worstFirst(engine.open(), network, limit), counts: engine.counts(network) }
      open.lists.set(key, made)
      return made
    },
    verdicts: verdicts.of,
    async [Symbol.asyncDispose]() {
      if (ended.signal.aborted) return
      scheduler.finish()
      whole(save())
      await endsWithin(telling.stored(), storedWithinMs, clock)
      ended.abort()
      await opened.disposeAsync()
      health.set('alarms', 'stopped')
    },
  }
}
