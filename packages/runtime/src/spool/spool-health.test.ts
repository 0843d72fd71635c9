import { describe, expect, it } from 'vitest'
import { createFakeClock } from '@netstats/sdk/testing'
import { createRecordingLogger } from '@netstats/sdk/testing'
import { createHealth } from './spool-health.ts'

const setup = () => {
  const clock = createFakeClock()
  const log = createRecordingLogger()
  const said: string[] = []
  let retries = 0
  const status = { ok: () => said.push('ok'), degraded: (reason: string) => said.push(reason) }
  const health = createHealth({ clock, log, status }, () => {
    retries++
  })
  return { clock, log, said, health, retries: () => retries }
}

describe('the health of a spool', () => {
  it('is told once however often a write fails, and once when it has been quiet for ten seconds', async () => {
    const { clock, log, said, health } = setup()
    health.trouble(new Error('no room'))
    health.trouble(new Error('no room'))
    await clock.advance(9000)
    health.calm()
    health.trouble(new Error('no room'))
    await clock.advance(9000)
    health.calm()
    expect(health.failing()).toBe(true)
    await clock.advance(1000)
    health.calm()
    health.calm()
    expect(health.failing()).toBe(false)
    expect(said).toEqual(['the spool cannot write: no room', 'ok'])
    expect(log.entries.map((entry) => entry.level)).toEqual(['error', 'info'])
  })

  it('asks for another try after a second, once at a time, and not after the end', async () => {
    const { clock, health, retries } = setup()
    health.trouble(new Error('no room'))
    health.trouble(new Error('no room'))
    await clock.advance(1000)
    expect(retries()).toBe(1)
    health.trouble(new Error('no room'))
    health.close()
    await clock.advance(5000)
    expect(retries()).toBe(1)
  })
})
