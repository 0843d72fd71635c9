import type { AlarmRecord } from '@netstats/protocol/feed'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPlanner, restorePlanner } from './planner.ts'
import type { Notification, Planner, PlannerOptions, PlannerState, RoutedStep } from './planner-model.ts'
import { alarmOf, minute, routeOf, second } from './testing/examples.ts'

/** A made-up engine: each command changes one alarm, or lets time pass. */
type Command =
  | { readonly type: 'wait'; readonly ms: number }
  | {
      readonly type: 'raise'
      readonly subject: number
      readonly severity: AlarmRecord['severity']
      readonly hidden: boolean
    }
  | { readonly type: 'severity'; readonly subject: number; readonly severity: AlarmRecord['severity'] }
  | { readonly type: 'hide' | 'show' | 'acknowledge' | 'release' | 'clear'; readonly subject: number }

const severity = fc.constantFrom('critical', 'major', 'minor', 'warning')
const subject = fc.nat(4)
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    type: fc.constant('wait'),
    ms: fc.constantFrom(second, 11 * second, 6 * minute, 61 * minute, 300 * minute),
  }),
  fc.record({ type: fc.constant('raise'), subject, severity, hidden: fc.boolean() }),
  fc.record({ type: fc.constant('severity'), subject, severity }),
  fc.record({ type: fc.constantFrom('hide', 'show', 'acknowledge', 'release', 'clear'), subject }),
)

const createEngine = () => {
  const open = new Map<number, AlarmRecord>()
  let raised = 0
  const change = (of: number, name: RoutedStep['name'], more: Partial<AlarmRecord>): readonly RoutedStep[] => {
    const before = open.get(of)
    if (before === undefined) return []
    const alarm = { ...before, ...more, step: before.step + 1 }
    if (alarm.state === 'cleared') open.delete(of)
    else open.set(of, alarm)
    return [{ name, alarm }]
  }
  const suppressed = { reason: 'silence', by: 's' } as const
  const acknowledgement = { by: 'ada', at: 1, until: null, comment: null }
  return {
    open,
    run(one: Exclude<Command, { type: 'wait' }>): readonly RoutedStep[] {
      switch (one.type) {
        case 'raise': {
          if (open.has(one.subject)) return []
          const more = { node: `n${one.subject}`, network: String(one.subject % 2), severity: one.severity }
          const alarm = alarmOf(`a${++raised}`, { ...more, suppressed: one.hidden ? suppressed : null })
          open.set(one.subject, alarm)
          return [{ name: 'raised', alarm }]
        }
        case 'severity':
          return change(one.subject, 'updated', { severity: one.severity })
        case 'hide':
          return change(one.subject, 'updated', { suppressed })
        case 'show':
          return change(one.subject, 'updated', { suppressed: null })
        case 'acknowledge':
          return change(one.subject, 'acknowledged', { state: 'acknowledged', acknowledgement })
        case 'release':
          return change(one.subject, 'updated', { state: 'raised', acknowledgement: null })
        case 'clear':
          return change(one.subject, 'cleared', { state: 'cleared', endsAt: 2 })
      }
    },
  }
}

const options: PlannerOptions = {
  everyStep: ['all'],
  most: 100,
  root: routeOf({
    receiver: 'team',
    escalateAfter: 30 * minute,
    escalateTo: 'boss',
    routes: [
      routeOf({
        receiver: 'night',
        match: { network: '1' },
        quiet: { from: 0, to: 420, timeZone: 'UTC' },
        continue: true,
      }),
      routeOf({ receiver: 'worst', match: { severity: 'major' }, groupBy: ['alarm'], continue: true }),
      routeOf({ receiver: 'team', match: { network: '0' }, groupBy: [], escalateAfter: minute, escalateTo: 'boss' }),
    ],
  }),
}

const start = 1_767_225_600_000

interface Run {
  readonly told: readonly Notification[]
  readonly planner: Planner
  readonly untoldOpen: readonly string[]
}

const run = (commands: readonly Command[], restarts: ReadonlySet<number> = new Set()): Run => {
  const engine = createEngine()
  const told: Notification[] = []
  let planner = createPlanner(options)
  let at = start
  const pass = (ms: number): void => {
    // Looked at in long steps too, as after a standstill.
    for (const end = at + ms; at < end; ) told.push(...planner.tick((at += ms > minute ? 5 * minute : second)))
  }
  for (const [i, one] of commands.entries()) {
    if (one.type === 'wait') pass(one.ms)
    else told.push(...planner.steps(engine.run(one), at))
    if (restarts.has(i)) planner = restorePlanner(options, JSON.parse(JSON.stringify(planner.dump())) as PlannerState)
  }
  pass(12 * 60 * minute)
  const waiting = [...engine.open.values()].filter((one) => one.suppressed === null && one.acknowledgement === null)
  const known = new Set(told.flatMap(({ receiver, alarms }) => (receiver === 'all' ? [] : alarms.map(({ id }) => id))))
  for (const of of engine.open.keys()) told.push(...planner.steps(engine.run({ type: 'clear', subject: of }), at))
  pass(24 * 60 * minute)
  return { told, planner, untoldOpen: waiting.map(({ id }) => id).filter((id) => !known.has(id)) }
}

/** What each receiver was notified of each alarm, in order. */
const lives = (told: readonly Notification[]): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>()
  for (const { receiver, reason, alarms } of told)
    for (const { id } of alarms) {
      const key = `${receiver} ${id}`
      found.set(key, [...(found.get(key) ?? []), reason])
    }
  return found
}

const commands = fc.array(command, { maxLength: 60 })

describe('whatever happens to alarms', () => {
  it('each receiver hears of a raise once, of the end once, and of nothing after or before', () => {
    fc.assert(
      fc.property(commands, (given) => {
        const { told, planner } = run(given)
        for (const [key, reasons] of lives(told)) {
          const [first, ...rest] = reasons
          expect([key, first]).toEqual([key, first === 'escalated' ? 'escalated' : 'raised'])
          expect([key, rest.at(-1)]).toEqual([key, 'cleared'])
          expect(rest.slice(0, -1).filter((one) => ['raised', 'escalated', 'cleared'].includes(one))).toEqual([])
        }
        expect(planner.size).toBe(0)
        expect(planner.dump()).toMatchObject({ alarms: [], groups: {} })
        expect(new Set(told.map(({ id }) => id)).size).toBe(told.length)
      }),
      { numRuns: 150 },
    )
  })

  it('what is open and nobody looks after is told', () => {
    fc.assert(
      fc.property(commands, (given) => {
        expect(run(given).untoldOpen).toEqual([])
      }),
      { numRuns: 150 },
    )
  })

  it('nobody is told for the first time of what is suppressed, and of what is acknowledged only those who want each step', () => {
    fc.assert(
      fc.property(commands, (given) => {
        for (const { reason, alarms, receiver } of run(given).told) {
          if (!['raised', 'repeat', 'escalated'].includes(reason)) continue
          for (const { suppressed, acknowledgement } of alarms)
            expect([suppressed, receiver === 'all' ? null : acknowledgement]).toEqual([null, null])
        }
      }),
      { numRuns: 100 },
    )
  })

  it('a restart at any time changes nothing', () => {
    fc.assert(
      fc.property(commands, fc.uniqueArray(fc.nat(59), { maxLength: 5 }), (given, restarts) => {
        expect(run(given, new Set(restarts)).told).toEqual(run(given).told)
      }),
      { numRuns: 100 },
    )
  })
})
