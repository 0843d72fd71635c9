import { describe, expect, it } from 'vitest'
import type { PartStatus } from '@netstats/sdk'
import { createFakeClock, createRecordingLogger } from '@netstats/sdk/testing'
import { unixMs } from '@netstats/protocol'
import { reportService } from './report-service.ts'

const partIn = (state: PartStatus['state']): PartStatus => ({
  id: 'sink/netstats ws://10.0.0.1',
  state,
  reason: '',
  since: unixMs(0),
  restarts: 0,
})

const setup = async (env: Readonly<Record<string, string>> = { WATCHDOG_USEC: '20000000' }) => {
  const clock = createFakeClock()
  const log = createRecordingLogger()
  const sent: (readonly string[])[] = []
  const now: { progress: number | undefined; state: PartStatus['state'] } = { progress: undefined, state: 'ok' }
  const service = await reportService({
    env,
    log,
    clock,
    doing: 'agent with 2 sources',
    parts: () => [partIn(now.state)],
    watched: () => [{ id: 'sink/x', boundMs: 60_000, progress: () => now.progress }],
    send: async (assignments) => void sent.push(assignments),
  })
  return { clock, log, sent, now, service, pings: () => sent.filter((one) => one.includes('WATCHDOG=1')).length }
}

describe('a service', () => {
  it('says that it is ready, at half the watchdog’s time that it works, and that it ends', async () => {
    const { clock, sent, service } = await setup()
    await clock.untilSleeping()
    await clock.advance(20_000)
    await service[Symbol.asyncDispose]()
    await service[Symbol.asyncDispose]()
    expect(sent.map(([first]) => first)).toEqual(['READY=1', 'WATCHDOG=1', 'WATCHDOG=1', 'WATCHDOG=1', 'STOPPING=1'])
  })

  it('says nothing at intervals where no watchdog is set', async () => {
    const { clock, sent, service } = await setup({})
    await clock.advance(3_600_000)
    await service[Symbol.asyncDispose]()
    expect(sent.map(([first]) => first)).toEqual(['READY=1', 'STOPPING=1'])
  })

  it('says nothing at all where no manager listens', async () => {
    const log = createRecordingLogger()
    const service = await reportService({
      env: { WATCHDOG_USEC: '20000000' },
      log,
      doing: '',
      parts: () => [],
      watched: () => [],
    })
    await service[Symbol.asyncDispose]()
    expect(log.entries).toEqual([])
  })

  it('tells how many of its parts have trouble, and not which: the status is open to all users', async () => {
    const { clock, sent, service, now } = await setup()
    await using _ = service
    await clock.untilSleeping()
    now.state = 'degraded'
    await clock.advance(10_000)
    expect(sent[0]).toEqual(['READY=1', 'STATUS=agent with 2 sources; all parts are well'])
    expect(sent.at(-1)).toEqual(['WATCHDOG=1', 'STATUS=agent with 2 sources; trouble in 1 of 1 parts'])
  })

  it('leaves the watchdog without an answer while a part is stuck, and says so once in the log', async () => {
    const { clock, log, sent, service, now, pings } = await setup()
    await using _ = service
    await clock.untilSleeping()
    now.progress = 7
    await clock.advance(10_000)
    await clock.advance(60_000)
    const before = pings()
    expect(before).toBe(8)
    await clock.advance(50_000)
    expect(pings()).toBe(before)
    expect(sent.at(-1)).toEqual(['STATUS=stuck parts: 1, see the log'])
    expect(log.entries).toEqual([
      expect.objectContaining({ level: 'error', fields: { parts: [{ id: 'sink/x', forMs: 70_000 }] } }),
    ])
    now.progress = 8
    await clock.advance(10_000)
    expect(pings()).toBe(before + 1)
    expect(log.entries.map(({ level }) => level)).toEqual(['error', 'info'])
  })
})
