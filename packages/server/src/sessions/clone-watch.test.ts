import { createRecordingLogger } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { createHealth } from '../telemetry/health.ts'
import { createCloneWatch } from './clone-watch.ts'

const clone = { agent: 'validator-1', node: 'validator-1', address: '10.0.0.1', refusedAddress: '10.0.0.2' }

describe('two machines with the spool of one agent', () => {
  it('are told once, by log and health, with both addresses, until they have not been seen for ten minutes', () => {
    const log = createRecordingLogger()
    const health = createHealth(() => 0)
    const watch = createCloneWatch({ log, health })
    watch.note(clone, 0)
    watch.note(clone, 1000)
    expect(log.entries).toMatchObject([
      { level: 'error', fields: { agent: 'validator-1', address: '10.0.0.1', refusedAddress: '10.0.0.2' } },
    ])
    expect(health.parts()).toMatchObject([
      { id: 'clones', state: 'degraded', reason: expect.stringContaining('two machines report with the spool of') },
    ])
    watch.tick(600_000)
    expect(health.parts()).toMatchObject([{ state: 'degraded' }])
    watch.tick(601_001)
    expect(health.parts()).toMatchObject([{ state: 'ok' }])
    watch.note(clone, 700_000)
    expect(log.entries).toHaveLength(2)
  })

  it('are bounded', () => {
    const log = createRecordingLogger()
    const watch = createCloneWatch({ log, health: createHealth(() => 0) })
    for (let n = 0; n < 500; n++) watch.note({ ...clone, agent: `a${n}` }, 0)
    expect(log.entries).toHaveLength(100)
  })
})
