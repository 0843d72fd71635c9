import { describe, expect, it } from 'vitest'
import { createRecordingLogger } from '@netstats/sdk/testing'
import { loggedSend, pingEveryMs, sendByProgram } from './notify.ts'

const own = { pid: 20, ppid: 10 }

describe('how often a service manager wants to hear from this process', () => {
  it.each([
    ['half of what it waits', { WATCHDOG_USEC: '30000000' }, 15_000],
    ['also where it names this process', { WATCHDOG_USEC: '30000000', WATCHDOG_PID: '20' }, 15_000],
    ['never where it watches another process', { WATCHDOG_USEC: '30000000', WATCHDOG_PID: '10' }, undefined],
    [
      'as often where it watches the process that handed over',
      { WATCHDOG_USEC: '30000000', WATCHDOG_PID: '10', NETSTATS_HANDED_OVER: '1' },
      15_000,
    ],
    ['no more than four times a second', { WATCHDOG_USEC: '1' }, 250],
    ['never where it does not watch', {}, undefined],
    ['never where the time is 0', { WATCHDOG_USEC: '0' }, undefined],
    ['never where the time is no number', { WATCHDOG_USEC: '-5s' }, undefined],
  ])('%s', (_, env, expected) => {
    expect(pingEveryMs(env, own)).toBe(expected)
  })
})

describe('messages to the service manager', () => {
  it('are not sent where none listens', () => {
    expect(sendByProgram({})).toBeUndefined()
    expect(sendByProgram({ NOTIFY_SOCKET: '' })).toBeUndefined()
  })

  it('fail with what is missing where the program is not there', async () => {
    const send = sendByProgram({ NOTIFY_SOCKET: '/run/nobody', PATH: '/nowhere' })
    await expect(send?.(['READY=1'])).rejects.toThrow(/systemd-notify: .*ENOENT/)
  })

  it('that cannot be sent are logged once until one can, and never thrown', async () => {
    const log = createRecordingLogger()
    let works = false
    const send = loggedSend(() => (works ? Promise.resolve() : Promise.reject(new Error('no manager'))), log)
    await send(['READY=1'])
    await send(['WATCHDOG=1'])
    works = true
    await send(['WATCHDOG=1'])
    await send(['WATCHDOG=1'])
    expect(log.entries.map(({ level }) => level)).toEqual(['warn', 'info'])
  })
})
