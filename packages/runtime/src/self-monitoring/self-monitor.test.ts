import { nodeId, unixMs } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import type { PartState } from '@netstats/sdk'
import { createFakeClock, createRecordingLogger } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { openMemorySpool } from '../spool/memory-spool.ts'
import { selfMonitoringConfig } from './config.ts'
import { createOwnLog } from './own-log.ts'
import { runSelfMonitor } from './self-monitor.ts'

const start = async () => {
  const clock = createFakeClock()
  const log = createRecordingLogger()
  const spool = await openMemorySpool({ clock, log, reporter: nodeId('a') })
  const reader = await spool.reader('test', { policy: 'on-ack', batchSize: 1000 })
  const ownLog = createOwnLog({ log, clock, source: 'netstats-agent', severity: 4 })
  const now: { state: PartState } = { state: 'ok' }
  const run = (configured = true) => {
    const end = new AbortController()
    const ended = runSelfMonitor(
      {
        config: selfMonitoringConfig().parse({}),
        source: 'netstats-agent',
        node: 'a',
        nodeOf: (part) => (configured ? part.replace('source/', '') : undefined),
        clock,
        ownLog,
        spool,
        parts: () => [{ id: 'source/x', state: now.state, reason: 'why', since: unixMs(0), restarts: 0 }],
        metrics: () => [{ name: 'netstats.agent.memoryBytes', value: 7 }],
      },
      { signal: end.signal },
    )
    return async () => {
      end.abort()
      await ended
    }
  }
  const stored = async (): Promise<readonly Observation[]> => {
    if (reader.backlog() === 0) return []
    const batch = await reader.next({ signal: AbortSignal.timeout(5000) })
    await reader.commit(batch?.last ?? 0)
    return batch?.items.map(({ observation }) => observation) ?? []
  }
  return { clock, ownLog, now, run, stored, pass: (ms: number) => clock.untilSleeping().then(() => clock.advance(ms)) }
}

describe('a program that monitors itself', () => {
  it('reports its lines within seconds, and its metrics as often as it is told, as those of its node', async () => {
    const { ownLog, run, stored, pass } = await start()
    const end = run()
    ownLog.log.warn({}, 'has trouble')
    await pass(5000)
    expect((await stored()).map(({ kind, node, body }) => [kind, node, 'message' in body && body.message])).toEqual([
      ['log', 'a', 'has trouble'],
    ])
    await pass(120_000)
    expect((await stored()).map(({ kind }) => kind)).toEqual(['metric', 'metric'])
    await end()
  })

  it('reports what was logged last when it ends', async () => {
    const { ownLog, run, stored, pass } = await start()
    const end = run()
    await pass(1000)
    ownLog.log.error({}, 'ends')
    await end()
    expect((await stored()).map(({ kind }) => kind)).toEqual(['log'])
  })

  it('clears after a restart the alarm of a part that was not well before it', async () => {
    const { now, run, stored, pass } = await start()
    const end = run()
    now.state = 'degraded'
    await pass(40_000)
    await end()
    const [raised] = await stored()
    expect(raised?.body).toMatchObject({ step: 'raised', type: 'part-unwell', labels: { part: 'source/x' } })
    now.state = 'ok'
    expect(raised?.node).toBe('x')
    // It is of the same node, though nobody knows by now which node the part was about.
    const again = run(false)
    await pass(40_000)
    expect((await stored()).map(({ node, body }) => [node, 'step' in body && body.step])).toEqual([['x', 'cleared']])
    await again()
    const third = run()
    await pass(50_000)
    expect(await stored()).toEqual([])
    await third()
  })
})
