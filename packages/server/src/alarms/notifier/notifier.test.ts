import type { AlarmStep } from '@netstats/alarms'
import type { AlarmRecord } from '@netstats/protocol/feed'
import { createRecordingLogger } from '@netstats/sdk/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Told } from '../../sinks/server-sinks.ts'
import { openNotifier } from './notifier.ts'
import type { NumberedStep } from '../alarm-store.ts'
import type { Notifier } from './notifier.ts'
import { routeTree } from './route-tree.ts'

const alarmOf = (id: string, step: number, state: AlarmRecord['state'] = 'raised'): AlarmRecord => ({
  id,
  step,
  rule: 'node-inactive',
  origin: 'server',
  state,
  severity: 'minor',
  network: '1337',
  node: id,
  labels: {},
  message: `${id} is silent`,
  advice: null,
  runbook: null,
  startsAt: 1000,
  updatedAt: 1000,
  endsAt: state === 'cleared' ? 2000 : null,
  acknowledgement: null,
  suppressed: null,
  parent: null,
  symptoms: 0,
})

const stepOf = (n: number, name: AlarmStep['name'], alarm: AlarmRecord): NumberedStep => ({
  n,
  step: { name, at: alarm.updatedAt, alarm },
})

class Killed extends Error {}

/** A disk and a spool that outlive a notifier, and a process that can be killed before and after each of their writes. */
const createMachine = () => {
  let left = Number.POSITIVE_INFINITY
  let state: string | undefined
  let stored = 0
  const spool: Told[] = []
  const step = (): void => {
    if (left-- <= 0) throw new Killed('killed')
  }
  const written = (write: () => void): void => {
    step()
    write()
    step()
  }
  const now = { at: 1_000_000 }
  return {
    spool,
    now,
    /** The process is killed after so many more steps. */
    killAfter: (steps: number): void => void (left = steps),
    open: (receivers: readonly string[] = ['all']): Notifier => {
      left = Number.POSITIVE_INFINITY
      return openNotifier({
        root: routeTree([], [{ name: 'team' }]),
        everyStep: receivers,
        groups: new Set(['team']),
        publicUrl: 'https://stats.example.org',
        now: () => now.at,
        log: createRecordingLogger(),
        store: {
          load: () => (state === undefined ? undefined : (JSON.parse(state) as unknown)),
          save: (given) => written(() => void (state = JSON.stringify(given))),
        },
        sinks: {
          notified: () => stored,
          notify: async (told) => {
            await Promise.resolve()
            written(() => {
              spool.push(...told)
              stored = told.at(-1)?.number ?? stored
            })
          },
        },
      })
    },
  }
}

const bodies = (spool: readonly Told[]): readonly string[] =>
  spool.map(({ observation }) => {
    if (observation.kind !== 'alarm') return observation.kind
    const { receiver, alarm, number, step, total, reason } = observation.body
    return [receiver, step, alarm, number, total && `of ${total}`, reason].filter((one) => one !== undefined).join(' ')
  })

describe('a notifier', () => {
  it('tells each step at once to those who want each, and the others when their group is due', async () => {
    const machine = createMachine()
    const notifier = machine.open()
    await notifier.steps([stepOf(1, 'raised', alarmOf('a', 1)), stepOf(2, 'raised', alarmOf('b', 1))])
    await notifier.tick()
    expect(bodies(machine.spool)).toEqual(['all raised a 1', 'all raised b 1'])
    machine.now.at += 10_000
    await notifier.tick()
    expect(bodies(machine.spool.slice(2))).toEqual(['team raised a 1 of 2'])
    const [{ observation, network } = {}] = machine.spool
    expect({ network, observation }).toMatchObject({
      network: '1337',
      observation: {
        node: 'a',
        observedAt: 1000,
        body: { url: 'https://stats.example.org/n/1337/nodes/a?at=1970-01-01T00:00:01Z', severity: 3 },
      },
    })
    expect(notifier.counts()).toEqual({ followed: 2, overflow: 0 })
  })

  it('sends a test, and its end where each alarm is an incident of its own', async () => {
    const machine = createMachine()
    const notifier = machine.open()
    await notifier.test('team')
    await notifier.test('all')
    expect(bodies(machine.spool).map((text) => text.replace(/\S*-1000000/, 'ID'))).toEqual([
      'team raised ID 1 test',
      'all raised ID 1 test',
      'all cleared ID 2 test',
    ])
  })

  it('begins anew, and says so, where what it kept cannot be read; its numbers go on after those of the spool', async () => {
    const log = createRecordingLogger()
    const told: Told[] = []
    const notifier = openNotifier({
      root: routeTree([], []),
      everyStep: ['all'],
      groups: new Set(),
      publicUrl: undefined,
      now: () => 1000,
      log,
      store: { load: () => ({ version: 7 }), save: () => undefined },
      sinks: { notified: () => 41, notify: (given) => Promise.resolve(void told.push(...given)) },
    })
    await notifier.steps([stepOf(1, 'raised', alarmOf('a', 1))])
    expect(told.map(({ number }) => number)).toEqual([42])
    expect(log.entries).toHaveLength(1)
  })

  it('tells each step once and in order, wherever it is killed', async () => {
    const life = (id: string): readonly [AlarmStep['name'], AlarmRecord][] => [
      ['raised', alarmOf(id, 1)],
      ['updated', alarmOf(id, 2)],
      ['cleared', alarmOf(id, 3, 'cleared')],
    ]
    const all = ['a', 'b', 'c', 'd'].flatMap(life)
    const steps = all.map(([name, alarm], i) => stepOf(i + 1, name, alarm))
    const kills = fc.array(fc.record({ after: fc.nat(7), batch: fc.integer({ min: 1, max: 4 }) }), { maxLength: 25 })
    await fc.assert(
      fc.asyncProperty(kills, async (given) => {
        const machine = createMachine()
        let settled = 0
        // What the notifier has not stored is given again, from the outbox, by the next process.
        for (const { after, batch } of [...given, { after: Number.POSITIVE_INFINITY, batch: 3 }]) {
          const notifier = machine.open()
          machine.killAfter(after)
          try {
            await notifier.tick()
            for (; settled < steps.length; settled = Math.min(steps.length, settled + batch)) {
              await notifier.steps(steps.slice(settled, settled + batch))
              machine.now.at += 1000
            }
          } catch (error) {
            if (!(error instanceof Killed)) throw error
          }
        }
        const every = bodies(machine.spool).filter((text) => text.startsWith('all'))
        expect(every).toEqual(all.map(([name, { id, step }]) => `all ${name} ${id} ${step}`))
        expect(new Set(machine.spool.map(({ number }) => number)).size).toBe(machine.spool.length)
      }),
      { numRuns: 150 },
    )
  })
})
