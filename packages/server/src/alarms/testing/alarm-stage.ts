/** A core with alarms on a real file, on a clock that moves when told; a kill leaves the file as it is at that moment. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultRules } from '@netstats/alarms'
import type { AlarmStep, Rules } from '@netstats/alarms'
import { durationMs, nodeId, unixMs } from '@netstats/protocol'
import type { Alarm } from '@netstats/protocol'
import { createFakeClock, createRecordingLogger } from '@netstats/sdk/testing'
import type { RecordingLogger } from '@netstats/sdk/testing'
import { noLatestMetrics } from '../../history/latest-values.ts'
import { createCore } from '../../shard/mod.ts'
import type { Core, CoreInput } from '../../shard/mod.ts'
import { createHealth } from '../../telemetry/health.ts'
import type { Health } from '../../telemetry/health.ts'
import { createMetricsRegistry } from '../../telemetry/registry.ts'
import { openAlarms } from '../alarms.ts'
import type { Alarms } from '../alarms.ts'
import type { AlarmsConfig } from '../config.ts'
import type { StepListener } from '../telling.ts'

export type AlarmInput = Extract<CoreInput, { type: 'alarm' }>

export interface AlarmStage extends AsyncDisposable {
  readonly core: Core
  readonly alarms: Alarms
  readonly health: Health
  readonly log: RecordingLogger
  readonly folder: string
  /** What the listener was told, in order. */
  readonly told: AlarmStep[]
  /** Steps that the core was given. */
  readonly applied: AlarmInput[]
  now(): number
  connect(...nodes: readonly string[]): void
  disconnect(...nodes: readonly string[]): void
  report(node: string, body: Alarm): void
  pass(seconds: number): Promise<void>
  /** Another server on what the file had at this moment; nodes are not known to it yet. */
  kill(options?: Pick<StageOptions, 'listener'>): Promise<AlarmStage>
}

export interface StageOptions {
  readonly folder?: string
  readonly start?: number
  /** Whether what it is told is stored; by default at once. */
  readonly listener?: StepListener
  readonly rules?: Rules
  readonly keep?: AlarmsConfig['keep']
}

export const network = '1337'
export const begin = 1_767_225_600_000

export const createAlarmStage = async (options: StageOptions = {}): Promise<AlarmStage> => {
  const { start = begin, folder = mkdtempSync(join(tmpdir(), 'netstats-alarms-')) } = options
  const clock = createFakeClock({ start })
  const log = createRecordingLogger()
  const core = createCore({ reconnectMs: 0 })
  const health = createHealth(() => clock.now())
  const told: AlarmStep[] = []
  const applied: AlarmInput[] = []
  const alarms = await openAlarms({
    config: { enabled: true, keep: options.keep ?? { for: durationMs(90 * 86_400_000), alarms: 100_000 } },
    data: folder,
    rules: options.rules ?? defaultRules,
    core,
    latest: noLatestMetrics,
    health,
    metrics: createMetricsRegistry(),
    log,
    clock,
  })
  alarms.listeners.add(async (steps) => {
    told.push(...steps.map(({ step }) => step))
    await options.listener?.(steps)
  })
  const apply = (input: CoreInput): void => {
    if (input.type === 'alarm') applied.push(input)
    alarms.applied(core.apply(input))
  }
  alarms.begin(apply)
  const at = () => unixMs(clock.now())
  return {
    core,
    alarms,
    health,
    log,
    folder,
    told,
    applied,
    now: () => clock.now(),
    connect(...nodes) {
      for (const node of nodes)
        apply({ type: 'connected', at: at(), node, info: { name: node, networkId: network }, address: null })
    },
    disconnect(...nodes) {
      for (const node of nodes) apply({ type: 'disconnected', at: at(), node, network })
    },
    report(node, body) {
      apply({
        type: 'observation',
        at: at(),
        network,
        observation: { kind: 'alarm', node: nodeId(node), observedAt: at(), body },
      })
    },
    async pass(seconds) {
      for (let i = 0; i < seconds * 4; i++) {
        await clock.advance(250)
        if (i % 4 === 3) apply({ type: 'tick', at: at() })
        alarms.tick()
      }
    },
    kill(more = {}) {
      const copy = mkdtempSync(join(tmpdir(), 'netstats-alarms-'))
      cpSync(folder, copy, { recursive: true })
      return createAlarmStage({ ...options, ...more, folder: copy, start: clock.now() })
    },
    async [Symbol.asyncDispose]() {
      const closed = alarms[Symbol.asyncDispose]()
      // One who never stores what it was told is not waited for.
      await clock.advance(10_000)
      await closed
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
