import { describe, expect, it } from 'vitest'
import type { PartStatus } from '@netstats/sdk'
import { createSupervisor } from './supervisor.ts'
import type { SupervisorOptions, TaskContext } from './supervisor.ts'
import { createFakeClock } from '@netstats/sdk/testing'
import { createRecordingLogger } from '@netstats/sdk/testing'

const setup = (options: Partial<SupervisorOptions> = {}) => {
  const clock = createFakeClock()
  const log = createRecordingLogger()
  const supervisor = createSupervisor({ clock, log, random: () => 1, ...options })
  return { clock, log, supervisor }
}
const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
const hang = (): Promise<void> => new Promise(() => undefined)

describe('a supervised part', () => {
  it('goes from starting to ok when it says so, and to stopped when it returns', async () => {
    const states: string[] = []
    const { clock, supervisor } = setup({ onStatus: ({ state, reason }) => states.push(`${state} ${reason}`.trim()) })
    const part = supervisor.run('source/host', async ({ status }) => {
      status.ok()
      await Promise.resolve()
    })
    expect(part.status()).toEqual({
      id: 'source/host',
      state: 'starting',
      reason: '',
      since: clock.now(),
      restarts: 0,
    })
    await part.ended
    expect(states).toEqual(['ok', 'stopped finished'])
  })

  it('is started again after a wait that doubles, and says why it failed', async () => {
    const { clock, supervisor } = setup({ firstRestartMs: 1000 })
    const started: number[] = []
    const part = supervisor.run('sink/x', () => {
      started.push(clock.monotonic())
      return Promise.reject(new Error('no such host'))
    })
    await clock.advance(7000)
    expect(started).toEqual([0, 1000, 3000, 7000])
    expect(part.status()).toMatchObject({ state: 'failed', reason: 'no such host', restarts: 3 })
    await part[Symbol.asyncDispose]()
    expect(part.status()).toMatchObject({ state: 'stopped', reason: 'told to end' })
  })

  it('starts over from the first wait once it has run well for long enough', async () => {
    const { clock, supervisor } = setup({ firstRestartMs: 1000, healthyAfterMs: 10_000 })
    const started: number[] = []
    const runs = [0, 0, 10_000, 0]
    supervisor.run('source/x', async ({ signal }) => {
      started.push(clock.monotonic())
      await clock.sleep(runs[started.length - 1] ?? 0, { signal })
      throw new Error('gone')
    })
    await clock.advance(20_000)
    expect(started.slice(0, 4)).toEqual([0, 1000, 3000, 14_000])
  })

  it('does not take its neighbours or the process along when it throws, also before its first await', async () => {
    const { clock, supervisor } = setup()
    const bad = supervisor.run('bad', () => {
      throw new TypeError('undefined is not a function')
    })
    const good = supervisor.run('good', async ({ status, signal }) => {
      status.ok()
      await untilAborted(signal)
    })
    await clock.settle()
    expect([bad.status().state, good.status().state]).toEqual(['failed', 'ok'])
    expect(bad.status().reason).toBe('undefined is not a function')
  })

  it('logs a fault once while it repeats, and that it works again', async () => {
    const { clock, log, supervisor } = setup()
    let attempts = 0
    supervisor.run('flaky', async ({ status, signal }) => {
      attempts++
      if (attempts < 4) throw new Error('refused')
      status.ok()
      await untilAborted(signal)
    })
    await clock.advance(60_000)
    const told = log.entries.filter((entry) => entry.level !== 'debug').map((entry) => entry.message)
    expect(told).toEqual(['failed, will be started again', 'works again'])
  })

  it('logs each reason of a trouble once, however often they alternate, and not without end', async () => {
    const { clock, log, supervisor } = setup()
    let speak: TaskContext['status'] | undefined
    supervisor.run('part', async ({ status, signal }) => {
      speak = status
      await untilAborted(signal)
    })
    await clock.settle()
    const warned = () => log.entries.filter((entry) => entry.level === 'warn').map((entry) => entry.fields['reason'])
    for (let i = 0; i < 10; i++) speak?.degraded(i % 2 ? 'refused' : 'gone')
    expect(warned()).toEqual(['gone', 'refused'])
    speak?.ok()
    speak?.degraded('gone')
    expect(warned()).toEqual(['gone', 'refused', 'gone'])
    for (let i = 0; i < 100; i++) speak?.degraded(`no answer for ${i} s`)
    expect(warned()).toHaveLength(7)
  })

  it('may be degraded with a reason and recover, with the time since each', async () => {
    const { clock, supervisor } = setup()
    let speak: TaskContext['status'] | undefined
    const part = supervisor.run('part', async ({ status, signal }) => {
      speak = status
      status.ok()
      await untilAborted(signal)
    })
    await clock.advance(100)
    speak?.degraded('peer is busy')
    const since = part.status().since
    await clock.advance(100)
    speak?.degraded('peer is very busy')
    expect(part.status()).toMatchObject({ state: 'degraded', reason: 'peer is very busy', since })
    speak?.ok()
    expect(part.status()).toMatchObject({ state: 'ok', reason: '', since: since + 100 })
  })

  it('is not spoken for by an attempt that has ended', async () => {
    const { clock, supervisor } = setup()
    let old: TaskContext['status'] | undefined
    const part = supervisor.run('part', async ({ status }) => {
      old ??= status
      throw new Error('broken')
    })
    await clock.settle()
    old?.ok()
    expect(part.status().state).toBe('failed')
  })

  it('can be replaced under its name only once it has ended', async () => {
    const { supervisor } = setup()
    const part = supervisor.run('one', ({ signal }) => untilAborted(signal))
    expect(() => supervisor.run('one', hang)).toThrow('"one" is running')
    await part[Symbol.asyncDispose]()
    supervisor.run('one', () => Promise.resolve())
    expect(supervisor.statuses()).toHaveLength(1)
  })
})

describe('disposing a supervisor', () => {
  it('ends its parts in reverse order of their start, one after the other', async () => {
    const { clock, supervisor } = setup()
    const ended: string[] = []
    for (const id of ['store', 'bus', 'ingest']) {
      supervisor.run(id, async ({ signal }) => {
        await untilAborted(signal).catch(() => undefined)
        ended.push(`${id} ends`)
        await Promise.resolve()
        ended.push(`${id} ended`)
      })
    }
    await clock.settle()
    await supervisor[Symbol.asyncDispose]()
    expect(ended).toEqual(['ingest', 'bus', 'store'].flatMap((id) => [`${id} ends`, `${id} ended`]))
    expect(supervisor.statuses().map(({ state }) => state)).toEqual(['stopped', 'stopped', 'stopped'])
  })

  it('ends within its time and names the parts that did not', async () => {
    const { clock, log, supervisor } = setup({ disposeTimeoutMs: 6000 })
    supervisor.run('quick', ({ signal }) => untilAborted(signal))
    supervisor.run('deaf', hang)
    supervisor.run('slow', async ({ signal }) => {
      await untilAborted(signal).catch(() => undefined)
      await clock.sleep(3000, { signal: new AbortController().signal })
    })
    await clock.settle()
    let done = false
    const disposed = supervisor[Symbol.asyncDispose]()
    void Promise.resolve(disposed).then(() => {
      done = true
    })
    await clock.advance(6000)
    expect(done).toBe(true)
    const states = supervisor.statuses().map(({ id, state, reason }: PartStatus) => `${id} ${state} ${reason}`)
    expect(states).toEqual([
      'quick stopped told to end',
      'deaf failed did not end within 6000 ms',
      'slow stopped told to end',
    ])
    expect(log.entries.at(-1)).toMatchObject({ level: 'error', fields: { parts: ['deaf'] } })
  })

  it('may be done twice, ends a part that waits for its restart, and starts nothing afterwards', async () => {
    const { clock, supervisor } = setup()
    const part = supervisor.run('failing', () => Promise.reject(new Error('no')))
    await clock.untilSleeping()
    await Promise.all([supervisor[Symbol.asyncDispose](), supervisor[Symbol.asyncDispose]()])
    expect(part.status()).toMatchObject({ state: 'stopped' })
    expect(() => supervisor.run('late', hang)).toThrow('"late" cannot start')
  })
})
