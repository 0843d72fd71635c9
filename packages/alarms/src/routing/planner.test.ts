import type { AlarmRecord } from '@netstats/protocol/feed'
import { describe, expect, it } from 'vitest'
import { createPlanner, restorePlanner } from './planner.ts'
import type { Notification, PlannerOptions, RoutedStep } from './planner-model.ts'
import { alarmOf, minute, routeOf, second, told } from './testing/examples.ts'

const start = 1_767_225_600_000

const plan = (root = routeOf({ receiver: 'team' }), more: Partial<PlannerOptions> = {}) => {
  const planner = createPlanner({ root, everyStep: [], most: 1000, ...more })
  let at = start
  return {
    planner,
    say: (name: RoutedStep['name'], alarm: AlarmRecord) => told(planner.steps([{ name, alarm }], at)),
    /** Everything that is told until so much later. */
    wait: (ms: number, every = second) => {
      const all: Notification[] = []
      for (const end = at + ms; at < end; ) all.push(...planner.tick((at += every)))
      return told(all)
    },
  }
}

describe('a planner', () => {
  it('waits for the others of a group, tells of all of them at once, the worst first', () => {
    const { say, wait } = plan()
    say('raised', alarmOf('a'))
    say('raised', alarmOf('b', { severity: 'critical' }))
    expect(wait(9 * second)).toEqual([])
    expect(wait(second)).toEqual(['team raised b a'])
  })

  it('keeps networks and rules apart', () => {
    const { say, wait } = plan()
    say('raised', alarmOf('a'))
    say('raised', alarmOf('b', { network: '5' }))
    expect(wait(minute)).toEqual(['team raised a', 'team raised b'])
  })

  it('tells of what comes later after the interval of the group, of what is worse and of the end soon', () => {
    const { say, wait } = plan()
    say('raised', alarmOf('a'))
    expect(wait(10 * second)).toEqual(['team raised a'])
    say('raised', alarmOf('b'))
    expect(wait(4 * minute)).toEqual([])
    expect(wait(minute)).toEqual(['team raised b'])
    say('updated', alarmOf('b', { step: 2, severity: 'critical' }))
    expect(wait(10 * second)).toEqual(['team updated b'])
    say('cleared', alarmOf('a', { step: 2, state: 'cleared' }))
    expect(wait(10 * second)).toEqual([])
    say('cleared', alarmOf('b', { step: 3, state: 'cleared' }))
    expect(wait(10 * second)).toEqual(['team cleared a b'])
  })

  it('tells nobody of what was over before anybody was told', () => {
    const { planner, say, wait } = plan()
    say('raised', alarmOf('a'))
    say('cleared', alarmOf('a', { step: 2, state: 'cleared' }))
    expect(wait(5 * 60 * minute, minute)).toEqual([])
    expect(planner.size).toBe(0)
  })

  it('tells of it again while it is open, until somebody has it', () => {
    const { say, wait } = plan()
    say('raised', alarmOf('a'))
    expect(wait(4 * 60 * minute + 20 * second)).toEqual(['team raised a', 'team repeat a'])
    say('acknowledged', alarmOf('a', { step: 2, state: 'acknowledged' }))
    expect(wait(12 * 60 * minute, minute)).toEqual(['team acknowledged a'])
    say('updated', alarmOf('a', { step: 3 }))
    expect(wait(minute)).toEqual(['team repeat a'])
  })

  it('tells a second receiver what nobody has acknowledged, and the end to both', () => {
    const { say, wait } = plan(routeOf({ receiver: 'team', escalateAfter: 10 * minute, escalateTo: 'boss' }))
    say('raised', alarmOf('a'))
    say('raised', alarmOf('b', { network: '5' }))
    wait(minute)
    say('acknowledged', alarmOf('b', { network: '5', step: 2, state: 'acknowledged' }))
    expect(wait(30 * minute)).toEqual(['team acknowledged b', 'boss escalated a'])
    say('cleared', alarmOf('a', { step: 2, state: 'cleared' }))
    say('cleared', alarmOf('b', { network: '5', step: 3, state: 'cleared' }))
    expect(wait(10 * minute).toSorted()).toEqual(['boss cleared a', 'team cleared a', 'team cleared b'])
  })

  it('tells nobody of a symptom, and of it once it is none any more', () => {
    const { say, wait } = plan()
    const suppressed = { reason: 'parent', by: 'p' } as const
    say('raised', alarmOf('a', { suppressed }))
    say('updated', alarmOf('a', { step: 2, suppressed }))
    expect(wait(minute)).toEqual([])
    say('updated', alarmOf('a', { step: 3 }))
    say('raised', alarmOf('b'))
    say('updated', alarmOf('b', { step: 2, suppressed }))
    expect(wait(minute)).toEqual(['team raised a'])
    say('updated', alarmOf('a', { step: 4, suppressed }))
    expect(wait(9 * 60 * minute, minute)).toEqual([])
    say('cleared', alarmOf('a', { step: 5, state: 'cleared', suppressed }))
    expect(wait(minute)).toEqual(['team cleared a'])
  })

  it('holds what is not critical until the quiet hours are over', () => {
    // It begins at midnight in UTC.
    const quiet = { from: 22 * 60, to: 7 * 60, timeZone: 'UTC' }
    const { say, wait } = plan(routeOf({ receiver: 'team', quiet, repeatEvery: 100 * 60 * minute }))
    say('raised', alarmOf('a'))
    say('raised', alarmOf('b', { severity: 'critical' }))
    say('raised', alarmOf('c', { severity: 'major' }))
    expect(wait(60 * minute)).toEqual(['team raised b'])
    say('cleared', alarmOf('c', { severity: 'major', step: 2, state: 'cleared' }))
    expect(wait(6 * 60 * minute - second)).toEqual([])
    expect(wait(second)).toEqual(['team raised a'])
  })

  it('tells each step at once to those who want all of them', () => {
    const { say, wait } = plan(routeOf({}), { everyStep: ['all'] })
    const suppressed = { reason: 'silence', by: 'p' } as const
    expect(say('raised', alarmOf('a', { suppressed }))).toEqual([])
    expect(say('updated', alarmOf('a', { step: 2 }))).toEqual(['all raised a'])
    expect(say('updated', alarmOf('a', { step: 3, suppressed }))).toEqual(['all updated a'])
    expect(say('acknowledged', alarmOf('a', { step: 4, state: 'acknowledged' }))).toEqual(['all acknowledged a'])
    expect(say('acknowledged', alarmOf('a', { step: 4, state: 'acknowledged' }))).toEqual([])
    expect(say('cleared', alarmOf('a', { step: 5, state: 'cleared' }))).toEqual(['all cleared a'])
    expect(say('cleared', alarmOf('b', { step: 5, state: 'cleared' }))).toEqual([])
    expect(wait(9 * 60 * minute, minute)).toEqual([])
  })

  it('asks the tree from the root down, and goes on where a route says so', () => {
    const root = routeOf({
      receiver: 'rest',
      routes: [
        routeOf({ receiver: 'audit', match: { network: '13*' }, continue: true }),
        routeOf({
          receiver: 'chain',
          match: { network: '1337', severity: 'major' },
          routes: [routeOf({ receiver: 'disks', match: { rule: 'disk-*', labels: { disk: '/data*' } } })],
        }),
      ],
    })
    const { say, wait } = plan(root)
    say('raised', alarmOf('a', { severity: 'critical' }))
    say('raised', alarmOf('b', { rule: 'disk-full', severity: 'major', labels: { disk: '/data1' } }))
    say('raised', alarmOf('c', { network: '5' }))
    say('raised', alarmOf('d', { severity: 'warning', rule: 'x' }))
    expect(wait(minute).toSorted()).toEqual([
      'audit raised a',
      'audit raised b',
      'audit raised d',
      'chain raised a',
      'disks raised b',
      'rest raised c',
    ])
  })

  it('does not wait for hours where the clock was set back by hours', () => {
    const { planner } = plan()
    planner.steps([{ name: 'raised', alarm: alarmOf('a') }], start)
    expect(told(planner.tick(start - 24 * 60 * minute))).toEqual([])
    expect(told(planner.tick(start - 24 * 60 * minute + 10 * second))).toEqual(['team raised a'])
  })

  it('follows no more than it may, and counts the others', () => {
    const { planner, say } = plan(routeOf({ receiver: 'team' }), { most: 2 })
    for (const id of ['a', 'b', 'c']) say('raised', alarmOf(id))
    expect([planner.size, planner.overflow]).toEqual([2, 1])
  })

  it('tells those who are there now what was waiting for those who are no longer', () => {
    const { planner, say } = plan()
    say('raised', alarmOf('a'))
    const next = restorePlanner({ root: routeOf({ receiver: 'other' }), everyStep: [], most: 10 }, planner.dump())
    expect(told(next.tick(start + minute))).toEqual(['other raised a'])
  })
})
