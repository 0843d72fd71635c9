import { createRecordingLogger } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { createHealth } from '../telemetry/health.ts'
import { createLossMonitor } from './loss-monitor.ts'
import { createRowBuffer } from './row-buffer.ts'

describe('the loss monitor', () => {
  it('are told when they begin and when they are over, and not in between', () => {
    let now = 0
    const rowBuffer = createRowBuffer({ maxBytes: 1, batchRows: 1, onFull: () => undefined, monotonic: () => now })
    const health = createHealth(() => now)
    const log = createRecordingLogger()
    const look = createLossMonitor({ rowBuffer, health, log, monotonic: () => now })
    const state = () => health.parts().map((part) => [part.state, part.reason])
    look()
    expect(state()).toEqual([['ok', '']])
    for (let second = 0; second < 100; second++) {
      now += 1000
      if (second % 10 === 0) rowBuffer.giveUp('sample', 'memory')
      look()
    }
    expect(state()).toEqual([['degraded', 'more comes in than can be written; samples are given up first']])
    rowBuffer.giveUp('fact', 'names')
    look()
    expect(state()[0]?.[1]).toContain('kept apart')
    now += 60_000
    look()
    expect(state()).toEqual([['ok', '']])
    expect(log.entries.map(({ level }) => level)).toEqual(['error', 'info'])
  })
})
