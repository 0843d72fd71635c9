import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Alarm } from '@netstats/protocol'
import type { AlarmRecord } from '@netstats/protocol/feed'
import { createAlarmEngine } from './mod.ts'
import type { AlarmEngine, AlarmStep, EngineOptions, EngineState, EntryState } from './mod.ts'
import {
  behind,
  finding,
  inactive,
  minute,
  network,
  nodeOf,
  second,
  stalled,
  start,
  testRule,
} from './testing/driver.ts'

const nodes = 8
const rules = [inactive, behind, testRule('flappy', { for: 0, clearAfter: 0 }), stalled] as const
const severities = ['critical', 'major', 'minor', 'warning'] as const

type Action =
  | {
      readonly type: 'judge'
      readonly rule: number
      readonly nodes: readonly number[]
      readonly labels: readonly string[]
    }
  | { readonly type: 'report'; readonly node: number; readonly alarm: string; readonly step: Alarm['step'] }
  | { readonly type: 'acknowledge'; readonly pick: number; readonly forMs: number | undefined }
  | { readonly type: 'unacknowledge'; readonly pick: number }
  | { readonly type: 'silence'; readonly id: string; readonly node: number; readonly forMs: number }
  | { readonly type: 'unsilence'; readonly id: string }
  | { readonly type: 'forget'; readonly node: number }
  | { readonly type: 'pass'; readonly ms: number }

const node = fc.nat(nodes - 1)
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('judge' as const),
      rule: fc.nat(rules.length - 1),
      nodes: fc.uniqueArray(node),
      labels: fc.oneof(fc.constant([]), fc.constant(['']), fc.subarray(['', 'x', 'y'])),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('report' as const),
      node,
      alarm: fc.constantFrom('a', 'b', 'node-inactive', ''),
      step: fc.constantFrom('raised', 'updated', 'acknowledged', 'cleared', 'suppressed'),
    }),
  },
  fc.record({
    type: fc.constant('acknowledge' as const),
    pick: fc.nat(20),
    forMs: fc.option(fc.nat(5 * minute), { nil: undefined }),
  }),
  fc.record({ type: fc.constant('unacknowledge' as const), pick: fc.nat(20) }),
  fc.record({
    type: fc.constant('silence' as const),
    id: fc.constantFrom('s', 't'),
    node,
    forMs: fc.integer({ min: 1, max: 10 * minute }),
  }),
  fc.record({ type: fc.constant('unsilence' as const), id: fc.constantFrom('s', 't') }),
  fc.record({ type: fc.constant('forget' as const), node }),
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('pass' as const),
      ms: fc.oneof(fc.nat(5 * second), fc.nat(2 * minute), fc.nat(30 * minute)),
    }),
  },
)

const history = (length: number): fc.Arbitrary<Action[]> =>
  fc.array(action, { minLength: length / 2, maxLength: length })
const options: EngineOptions = { nodesOf: () => nodes }
const copyOf = (state: EngineState): EngineState => JSON.parse(JSON.stringify(state)) as EngineState

const pickOpen = (engine: AlarmEngine, pick: number): string => {
  const ids = Array.from(engine.open(), ({ id }) => id).toSorted()
  return ids[pick % ids.length] ?? 'none'
}

/** Does it at a time, and gives the steps that follow at once. */
const act = (engine: AlarmEngine, action: Action, at: number): readonly AlarmStep[] => {
  switch (action.type) {
    case 'judge': {
      const rule = rules[action.rule] ?? inactive
      const found = action.labels.map((label) =>
        finding(`${label} since ${at}`, {
          severity: severities[at % 4] ?? 'minor',
          ...(label !== '' && { labels: { label } }),
        }),
      )
      if (rule === stalled) engine.judge(rule, { network, node: null }, found, at)
      else for (const one of action.nodes) engine.judge(rule, nodeOf(one), found, at)
      break
    }
    case 'report': {
      const { alarm, step } = action
      const body: Alarm = { alarm, step, type: 'node-inactive', severity: at % 8, message: `${step} at ${at}` }
      engine.report(network, `node-${action.node}`, body, at)
      break
    }
    case 'acknowledge': {
      const { pick, forMs } = action
      engine.acknowledge(pickOpen(engine, pick), { by: 'ann', at, ...(forMs !== undefined && { until: at + forMs }) })
      break
    }
    case 'unacknowledge':
      engine.unacknowledge(pickOpen(engine, action.pick), 'ann', at)
      break
    case 'silence': {
      const match = { network, node: `node-${action.node}` }
      const { id, forMs } = action
      engine.addSilence({ id, kind: 'silence', match, from: at, until: at + forMs, by: 'ann', comment: null })
      break
    }
    case 'unsilence':
      engine.removeSilence(action.id)
      break
    case 'forget':
      engine.forget(nodeOf(action.node), at, 'removed')
      break
    case 'pass':
      engine.tick(at)
      break
  }
  return engine.takeSteps()
}

/** What must be so of the steps of an engine, whatever happens. */
const createOracle = () => {
  const newest = new Map<string, AlarmRecord>()
  const raises = new Map<string, number[]>()
  return {
    take(steps: readonly AlarmStep[]): void {
      for (const { name, at, alarm } of steps) {
        const before = newest.get(alarm.id)
        expect(alarm.step).toBe((before?.step ?? 0) + 1)
        expect(name === 'raised').toBe(before === undefined)
        expect(before?.state).not.toBe('cleared')
        expect(alarm.state === 'cleared').toBe(name === 'cleared')
        expect(alarm.endsAt !== null).toBe(name === 'cleared')
        expect((alarm.endsAt ?? at) >= alarm.startsAt).toBe(true)
        newest.set(alarm.id, alarm)
        if (name !== 'raised') continue
        const identity = JSON.stringify([alarm.origin, alarm.network, alarm.node, alarm.rule, alarm.labels])
        const times = [...(raises.get(identity) ?? []), at]
        raises.set(identity, times)
        expect(times.filter((one) => at - one < 60 * minute).length).toBeLessThanOrEqual(5)
      }
    },
    compare(engine: AlarmEngine): void {
      const open = new Map(Array.from(engine.open(), (alarm) => [alarm.id, alarm]))
      const stillOpen = [...newest.values()].filter(({ state }) => state !== 'cleared')
      expect(open).toEqual(new Map(stillOpen.map((alarm) => [alarm.id, alarm])))
      for (const { parent, suppressed } of open.values()) {
        if (parent !== null) expect(open.has(parent)).toBe(true)
        if (suppressed?.reason === 'parent') expect(suppressed.by).toBe(parent)
      }
      const counted = Object.values(engine.counts()).reduce((sum, count) => sum + count, 0)
      expect(counted).toBe([...open.values()].filter(({ parent }) => parent === null).length)
      expect(engine.figures().open).toBe(open.size)
    },
  }
}

const inOrder = (steps: readonly AlarmStep[]): readonly AlarmStep[] =>
  steps.toSorted((a, b) => (a.alarm.id < b.alarm.id ? -1 : a.alarm.id > b.alarm.id ? 1 : a.alarm.step - b.alarm.step))

describe('the life of alarms, whatever happens', () => {
  it('has each raise cleared once or open, steps without gaps, and few raises an hour', () => {
    fc.assert(
      fc.property(history(120), (actions) => {
        const engine = createAlarmEngine(options)
        const oracle = createOracle()
        let at = start
        for (const one of actions) {
          // Whose node is removed and comes back is raised again.
          if (one.type === 'forget') continue
          if (one.type === 'pass') at += one.ms
          const steps = act(engine, one, at)
          if (one.type === 'judge') expect(steps).toEqual([])
          oracle.take(steps)
          if (one.type !== 'silence' && one.type !== 'unsilence') oracle.compare(engine)
        }
      }),
      { numRuns: 40 },
    )
  })

  it('lets nothing that a node reports touch what another or the server found', () => {
    fc.assert(
      fc.property(history(60), (actions) => {
        const [engine, without] = [createAlarmEngine(options), createAlarmEngine(options)]
        let at = start
        const isJudged = ({ alarm }: AlarmStep): boolean => alarm.origin === 'server'
        for (const one of actions) {
          // Whose alarm is picked depends on what else is open.
          if (one.type === 'acknowledge' || one.type === 'unacknowledge') continue
          if (one.type === 'pass') at += one.ms
          const steps = act(engine, one, at)
          if (one.type === 'report')
            for (const { alarm } of steps) expect([alarm.origin, alarm.node]).toEqual(['node', `node-${one.node}`])
          else expect(steps.filter(isJudged)).toEqual(act(without, one, at).filter(isJudged))
        }
      }),
      { numRuns: 40 },
    )
  })

  it('goes on after a restart as if there had been none', () => {
    fc.assert(
      fc.property(history(50), history(50), (before, after) => {
        const engine = createAlarmEngine(options)
        let at = start
        for (const one of before) {
          if (one.type === 'pass') at += one.ms
          act(engine, one, at)
        }
        const state = copyOf(engine.dump())
        const other = createAlarmEngine({ ...options, state })
        expect(copyOf(other.dump())).toEqual(state)
        for (const one of after) {
          if (one.type === 'pass') at += one.ms
          expect(inOrder(act(other, one, at))).toEqual(inOrder(act(engine, one, at)))
        }
      }),
      { numRuns: 50 },
    )
  })

  it('can be kept in pieces', () => {
    // What was found last and is not worth a step may be older there.
    const lasting = (entry: EntryState): unknown => {
      if (entry.kind === 'over') return entry
      const { severity: _severity, message: _message, ...rest } = entry
      return rest
    }
    fc.assert(
      fc.property(history(80), (actions) => {
        const engine = createAlarmEngine(options)
        const pieces = new Map<string, EntryState>()
        let at = start
        for (const one of actions) {
          if (one.type === 'pass') at += one.ms
          act(engine, one, at)
          for (const [key, entry] of engine.takeChanges().entries)
            if (entry === null) pieces.delete(key)
            else pieces.set(key, copyOf({ version: 1, at, entries: [entry], silences: [] }).entries[0] ?? entry)
        }
        const whole = copyOf(engine.dump()).entries
        expect(pieces.size).toBe(whole.length)
        for (const entry of whole) {
          const piece = pieces.get(entry.key)
          expect(piece && lasting(piece)).toEqual(lasting(entry))
        }
      }),
      { numRuns: 40 },
    )
  })
})
