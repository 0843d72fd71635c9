import { nodeId } from '@netstats/protocol'
import type { Alarm, Host, Observation } from '@netstats/protocol'
import type { Spool } from '@netstats/sdk'
import { createFakeClock } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { localAlarmsPart, runLocalAlarms } from './local-alarms.ts'
import type { LocalAlarmsOptions } from './local-alarms.ts'

const node = nodeId('validator-1')
const gib = 1024 ** 3
const minute = 60_000

/** A spool that keeps what it is given, and the notes for the next run. */
const createStore = () => {
  const observations: Observation[] = []
  const notes = new Map<string, string>()
  const append: Spool['append'] = async (items, owner) => {
    expect(owner).toBe(localAlarmsPart)
    for (const item of items) {
      observations.push(...('kind' in item ? [item] : item.observations))
      if ('kind' in item) continue
      const { key, value } = item.checkpoint
      if (value === undefined) notes.delete(key)
      else notes.set(key, value)
    }
    await Promise.resolve()
  }
  const alarms = (): readonly Alarm[] => observations.flatMap((one) => (one.kind === 'alarm' ? [one.body] : []))
  return { observations, notes, alarms, store: { append, checkpoints: () => notes } }
}

const start = (given = createStore(), more: Partial<LocalAlarmsOptions['config']> = {}) => {
  const clock = createFakeClock()
  const host: { body: Host } = { body: { diskBytes: 100 * gib, diskFreeBytes: 50 * gib } }
  const spool = { usedBytes: 0, roomBytes: 100 }
  const end = new AbortController()
  const run = (): Promise<void> =>
    runLocalAlarms(
      {
        config: { enabled: true, off: [], ...more },
        nodes: [node, nodeId('validator-2')],
        reporter: node,
        clock,
        store: given.store,
        spool: () => spool,
        latest: (of) => (of === node ? [{ kind: 'host', node, observedAt: clock.now(), body: host.body }] : []),
      },
      { signal: end.signal },
    ).catch((error: unknown) => {
      if (!end.signal.aborted) throw error
    })
  const running = run()
  const stop = async (): Promise<void> => {
    end.abort()
    await running
  }
  return { ...given, clock, host, spool, stop }
}

const pass = async (clock: ReturnType<typeof createFakeClock>, ms: number): Promise<void> => {
  for (let passed = 0; passed < ms; passed += 15_000) await clock.advance(15_000)
}
const told = (alarms: readonly Alarm[]): readonly string[] =>
  alarms.map(({ type, step, severity }) => `${step} ${type} ${severity}`)

describe('local alarms of an agent', () => {
  it('report a full disk and a full spool, and that there is room again', async () => {
    const { clock, host, spool, alarms, stop } = start()
    host.body = { diskBytes: 100 * gib, diskFreeBytes: gib }
    spool.usedBytes = 90
    await pass(clock, 12 * minute)
    host.body = { diskBytes: 100 * gib, diskFreeBytes: 60 * gib }
    spool.usedBytes = 5
    await pass(clock, 12 * minute)
    await stop()
    expect(told(alarms())).toEqual([
      'raised spool-nearly-full 4',
      'raised disk-full 1',
      'cleared spool-nearly-full 4',
      'cleared disk-full 1',
    ])
    const [, raised, , cleared] = alarms()
    expect(raised).toMatchObject({ alarm: 'netstats-agent disk-full', number: 1, message: /is full: 1 % of 100 GiB/ })
    expect(cleared).toMatchObject({ alarm: 'netstats-agent disk-full', startsAt: raised?.startsAt })
    expect(cleared?.endsAt).toBeGreaterThan(raised?.startsAt ?? Infinity)
  })

  it('go on after a restart with what was open, and raise it once', async () => {
    const first = start()
    first.host.body = { diskBytes: 100 * gib, diskFreeBytes: gib }
    await pass(first.clock, 12 * minute)
    await first.stop()
    const second = start(first)
    second.host.body = { diskBytes: 100 * gib, diskFreeBytes: gib }
    await pass(second.clock, minute)
    expect(told(first.alarms())).toEqual(['raised disk-full 1'])
    second.host.body = { diskBytes: 100 * gib, diskFreeBytes: 60 * gib }
    await pass(second.clock, 24 * minute)
    await second.stop()
    expect(told(first.alarms())).toEqual(['raised disk-full 1', 'cleared disk-full 1'])
  })

  it('say of each node that the agent judges it, every two minutes', async () => {
    const { clock, observations, stop } = start()
    await pass(clock, 3 * minute)
    await stop()
    const said = observations.filter((one) => one.kind === 'metric')
    expect(said.map(({ node: of, body }) => [of, body])).toEqual(
      [0, 1].flatMap(() =>
        ['validator-1', 'validator-2'].map((of) => [of, { name: 'netstats.agent.judges', value: 1 }]),
      ),
    )
  })

  it('leave out rules that are off', async () => {
    const { clock, host, alarms, stop } = start(createStore(), { off: ['disk-full'] })
    host.body = { diskBytes: 100 * gib, diskFreeBytes: gib }
    await pass(clock, 20 * minute)
    await stop()
    expect(alarms()).toEqual([])
  })
})
