import { unixMs } from '@netstats/protocol'
import { createRecordingLogger } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { createChangeLog } from './change-log.ts'
import { createCoreRunner } from './runner.ts'
import { createHealth } from '../telemetry/health.ts'
import { createStageTimes } from '../telemetry/stage-timings.ts'
import { createCore } from '../shard/mod.ts'
import type { Core } from '../shard/shard-model.ts'

const at = unixMs(1_767_225_600_000)

const begin = (core: Core = createCore({ reconnectMs: 0 })) => {
  const log = createRecordingLogger()
  const health = createHealth(() => at)
  const stages = createStageTimes({ now: () => 0, observe: () => undefined })
  const runner = createCoreRunner({
    core,
    stages,
    health,
    log,
    listeners: [createChangeLog(log)],
  })
  return { core, log, health, runner }
}

describe('the core runner', () => {
  it('counts and logs what the core concludes', () => {
    const { runner, log } = begin()
    runner.apply({ type: 'connected', at, node: 'a', info: { name: 'a', networkId: '1' }, address: null })
    runner.apply({ type: 'disconnected', at, node: 'a', network: '1' })
    expect(Object.fromEntries(runner.changes)).toMatchObject({
      'network-added': 1,
      'node-added': 1,
      'node-inactive': 1,
    })
    expect(log.entries.map((entry) => entry.message)).toContain('a node is inactive')
  })

  it('goes on after an input the core fails on, logs the first whole, and says that something is wrong', () => {
    const broken: Core = {
      ...createCore(),
      apply: () => {
        throw new Error('defect')
      },
    }
    const { runner, log, health } = begin(broken)
    runner.apply({ type: 'tick', at })
    runner.apply({ type: 'tick', at })
    expect(runner.errors).toBe(2)
    expect(log.entries.filter((entry) => entry.level === 'error')).toHaveLength(1)
    expect(health.parts()).toMatchObject([{ id: 'core', state: 'degraded' }])
  })
})
