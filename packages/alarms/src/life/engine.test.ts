import { describe, expect, it } from 'vitest'
import { createAlarmEngine, manyNodes } from './mod.ts'
import {
  drive,
  finding,
  inactive,
  lineOf,
  minute,
  network,
  nodeOf,
  second,
  start,
  testRule,
  wholeNetwork,
} from './testing/driver.ts'

const rule = testRule('disk-full', { for: 30 * second, clearAfter: minute })
const subject = nodeOf(1)

/** An engine with the alarm raised. */
const raised = (message = 'It is full in 3 days', options = {}) => {
  const driver = drive(options)
  driver.judge(rule, subject, finding(message, { severity: 'minor' }))
  const [step] = driver.pass(30 * second)
  if (step === undefined) throw new Error('Not raised.')
  return { ...driver, id: step.alarm.id, alarm: step.alarm }
}

describe('an alarm', () => {
  it('is raised when the condition has held as long as its rule waits', () => {
    const { judge, pass, engine } = drive()
    judge(rule, subject, finding())
    expect(pass(29 * second)).toEqual([])
    expect(engine.figures()).toMatchObject({ open: 0, pending: 1 })
    const [step] = pass(second)
    expect(step).toMatchObject({ name: 'raised', at: start + 30 * second })
    expect(step?.alarm).toMatchObject({ step: 1, state: 'raised', startsAt: start, endsAt: null, origin: 'server' })
    expect(step?.alarm).toMatchObject({ advice: rule.advice, network, node: 'node-1', suppressed: null })
  })

  it('is none when the condition ends before', () => {
    const { judge, pass, engine } = drive()
    judge(rule, subject, finding())
    pass(20 * second)
    judge(rule, subject)
    judge(rule, subject, finding())
    expect(pass(20 * second)).toEqual([])
    expect(engine.isOpen(rule.name, subject)()).toBe(false)
  })

  it('is cleared when the condition has been gone as long as its rule waits', () => {
    const { judge, pass, engine, id } = raised()
    judge(rule, subject)
    pass(50 * second)
    judge(rule, subject, finding('It is full in 3 days', { severity: 'minor' }))
    judge(rule, subject)
    expect(pass(59 * second)).toEqual([])
    expect(engine.isOpen(rule.name, subject)()).toBe(true)
    expect(pass(second)).toMatchObject([{ name: 'cleared', alarm: { id, step: 2, state: 'cleared' } }])
    expect(engine.isOpen(rule.name, subject)()).toBe(false)
    expect(engine.get(id)).toBeUndefined()
  })

  it('is one for each set of labels, in whatever order they are given', () => {
    const { judge, pass, engine } = drive()
    judge(rule, subject, finding('', { labels: { disk: 'a', host: 'h' } }), finding('', { labels: { disk: 'b' } }))
    pass(minute)
    judge(rule, subject, finding('', { labels: { host: 'h', disk: 'a' } }))
    expect(pass(2 * minute).map(({ name, alarm }) => [name, alarm.labels])).toEqual([['cleared', { disk: 'b' }]])
    const isOpen = engine.isOpen(rule.name, subject)
    expect([isOpen({ host: 'h', disk: 'a' }), isOpen({ disk: 'b' }), isOpen()]).toEqual([true, false, true])
  })

  it('takes the worst of two findings with the same labels', () => {
    const { judge, pass } = drive()
    judge(rule, subject, finding('worse', { severity: 'critical' }), finding('', { severity: 'warning' }))
    expect(pass(minute)).toMatchObject([{ alarm: { severity: 'critical', message: 'worse' } }])
  })

  it('has the same id after a crash, and another one at its next occurrence', () => {
    const again = raised()
    const { judge, pass, id } = raised()
    expect(id).toBe(again.id)
    expect(id).toMatch(/^[0-9a-f]{20}$/)
    judge(rule, subject)
    pass(2 * minute)
    judge(rule, subject, finding())
    expect(pass(minute)[0]?.alarm.id).not.toBe(id)
  })

  it('says at once that it became worse, later that it became better', () => {
    const { judge, pass } = raised()
    judge(rule, subject, finding('It is full in 3 days', { severity: 'critical' }))
    expect(pass(second).map(lineOf)).toEqual(['updated disk-full node-1'])
    judge(rule, subject, finding('It is full in 3 days', { severity: 'minor' }))
    expect(pass(5 * minute - second)).toEqual([])
    expect(pass(second)).toMatchObject([{ name: 'updated', alarm: { severity: 'minor' } }])
  })

  it('says other words after a minute, and other numbers after five', () => {
    const { judge, pass } = raised()
    judge(rule, subject, finding('It is full in 2.9 days', { severity: 'minor' }))
    expect(pass(5 * minute - second)).toEqual([])
    expect(pass(second)).toMatchObject([{ alarm: { message: 'It is full in 2.9 days' } }])
    judge(rule, subject, finding('It is full tomorrow', { severity: 'minor' }))
    expect(pass(59 * second)).toEqual([])
    expect(pass(second)).toMatchObject([{ alarm: { message: 'It is full tomorrow' } }])
  })

  it('is kept within bounds', () => {
    const labels = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`label-${n}`, 'x'.repeat(5000)]))
    const { judge, pass } = drive()
    judge(rule, subject, finding('m'.repeat(10_000), { labels }))
    const [step] = pass(minute)
    expect(JSON.stringify(step).length).toBeLessThan(8000)
  })
})

describe('an acknowledgement', () => {
  it('says who has it in hand, until when, and that it is over', () => {
    const { engine, pass, id, at } = raised()
    const alarm = engine.acknowledge(id, { by: 'ann', at: at(), until: at() + minute, comment: 'On it.' })
    expect(alarm).toMatchObject({ step: 2, state: 'acknowledged', acknowledgement: { by: 'ann', comment: 'On it.' } })
    expect(engine.counts(network)).toMatchObject({ minor: 0, acknowledged: 1 })
    expect(pass(59 * second).map(({ name }) => name)).toEqual(['acknowledged'])
    expect(pass(second)).toMatchObject([{ name: 'updated', alarm: { state: 'raised', acknowledgement: null } }])
  })

  it('is taken back, and none is given to what is not open', () => {
    const { engine, pass, id, at } = raised()
    engine.acknowledge(id, { by: 'ann', at: at() })
    expect(engine.unacknowledge(id, 'ben', at())).toMatchObject({ state: 'raised', step: 3 })
    expect(engine.unacknowledge(id, 'ben', at())).toMatchObject({ step: 3 })
    expect(engine.acknowledge('none', { by: 'ann', at: at() })).toBeUndefined()
    expect(pass(second).map(({ name }) => name)).toEqual(['acknowledged', 'updated'])
  })

  it('ends when the alarm becomes worse than what was acknowledged', () => {
    const { engine, judge, pass, id, at } = raised()
    engine.acknowledge(id, { by: 'ann', at: at() })
    judge(rule, subject, finding('It is full', { severity: 'critical' }))
    expect(pass(second).at(-1)).toMatchObject({ name: 'updated', alarm: { state: 'raised', severity: 'critical' } })
  })

  it('stays with the record of the clear', () => {
    const { engine, judge, pass, id, at } = raised()
    engine.acknowledge(id, { by: 'ann', at: at() })
    judge(rule, subject)
    expect(pass(2 * minute).at(-1)).toMatchObject({ name: 'cleared', alarm: { acknowledgement: { by: 'ann' } } })
  })
})

describe('a silence', () => {
  const silence = {
    id: 's',
    kind: 'silence',
    by: 'ann',
    comment: null,
    from: start,
    until: start + 10 * minute,
  } as const

  it('marks what is open and what is raised, and nobody is told until it ends', () => {
    const { engine, judge, pass } = raised()
    engine.addSilence({ ...silence, match: { network, node: 'node-*', rule: 'disk-*' } })
    judge(rule, nodeOf(2), finding())
    judge(testRule('other'), wholeNetwork, finding())
    expect(pass(minute).map(lineOf)).toEqual([
      'updated disk-full node-1 silence',
      'raised other',
      'raised disk-full node-2 silence',
    ])
    expect(engine.counts(network)).toMatchObject({ suppressed: 2, major: 1 })
    expect(pass(10 * minute).map(lineOf)).toEqual(['updated disk-full node-1', 'updated disk-full node-2'])
    expect(engine.silences()).toEqual([])
  })

  it('comes after a maintenance window, and ends when it is taken away', () => {
    const { engine, pass } = raised()
    engine.addSilence({ ...silence, match: {} })
    engine.addSilence({ ...silence, id: 'm', kind: 'maintenance', match: {} })
    expect(pass(second)).toMatchObject([{ alarm: { suppressed: { reason: 'maintenance', by: 'm' } } }])
    expect([engine.removeSilence('m'), engine.removeSilence('m')]).toEqual([true, false])
    expect(pass(second)).toMatchObject([{ alarm: { suppressed: { reason: 'silence', by: 's' } } }])
  })

  it('begins at its time, and matches labels', () => {
    const { engine, judge, pass, at } = drive()
    engine.addSilence({ ...silence, from: at() + minute, match: { labels: { disk: '/data' } } })
    judge(rule, subject, finding('', { labels: { disk: '/data' } }))
    expect(pass(59 * second).map(lineOf)).not.toContain('raised disk-full node-1 silence')
    expect(pass(second).map(({ name, alarm }) => [name, alarm.labels, alarm.suppressed?.reason])).toEqual([
      ['updated', { disk: '/data' }, 'silence'],
    ])
  })

  it('has no room beyond the limit', () => {
    const engine = createAlarmEngine({ limits: { silences: 1 } })
    expect(engine.addSilence({ ...silence, match: {} })).toBe(true)
    expect(engine.addSilence({ ...silence, match: { rule: 'a' } })).toBe(true)
    expect(engine.addSilence({ ...silence, id: 't', match: {} })).toBe(false)
  })
})

describe('what comes and goes', () => {
  it('is raised three times an hour, and then stays open until it has been gone for 20 minutes', () => {
    const { judge, pass, engine } = drive()
    const flap = testRule('flap', { for: 10 * second, clearAfter: 0 })
    const round = (): readonly string[] => {
      judge(flap, subject, finding())
      const steps = [...pass(20 * second)]
      judge(flap, subject)
      return [...steps, ...pass(20 * second)].map(lineOf)
    }
    expect(round()).toEqual(['raised flap node-1', 'cleared flap node-1'])
    expect(round()).toEqual(['raised flap node-1', 'cleared flap node-1'])
    expect(round()).toEqual(['raised flap node-1', 'updated flap node-1 flapping'])
    for (let n = 0; n < 20; n++) expect(round()).toEqual([])
    expect(engine.counts()).toMatchObject({ suppressed: 1 })
    expect(pass(19 * minute)).toEqual([])
    expect(pass(minute).map(lineOf)).toEqual(['cleared flap node-1 flapping'])
  })

  it('is notified again when it stays', () => {
    const { judge, pass } = drive()
    const flap = testRule('flap', { for: 10 * second, clearAfter: 0 })
    for (let n = 0; n < 3; n++) {
      judge(flap, subject, finding())
      pass(20 * second)
      judge(flap, subject)
      pass(20 * second)
    }
    judge(flap, subject, finding())
    expect(pass(20 * minute - second)).toEqual([])
    expect(pass(second).map(lineOf)).toEqual(['updated flap node-1'])
  })
})

describe('what is gone for good', () => {
  it('leaves no alarm: a node, and a network with all its nodes, symptoms before their cause', () => {
    const { engine, judge, pass, at } = drive({ nodesOf: () => 6 })
    for (let node = 0; node < 6; node++) judge(inactive, nodeOf(node), finding('Silent'))
    judge(rule, subject, finding())
    pass(minute)
    engine.forget(subject, at(), 'removed')
    expect(engine.takeSteps().map(({ name, alarm }) => `${name} ${alarm.rule}: ${alarm.message}`)).toEqual([
      'cleared node-inactive: Silent (removed)',
      'cleared disk-full: It is not well (removed)',
    ])
    judge(rule, wholeNetwork, finding())
    engine.forget(wholeNetwork, at(), 'removed')
    const steps = engine.takeSteps()
    expect(steps.map(({ name }) => name)).toEqual(Array.from({ length: 6 }, () => 'cleared'))
    expect(steps.at(-1)?.alarm.rule).toBe(manyNodes.name)
    expect(engine.figures()).toMatchObject({ open: 0, pending: 0 })
  })
})

describe('the engine', () => {
  it('counts what finds no room', () => {
    const { engine, judge, pass } = drive({ limits: { judged: 3, perSubject: 2 } })
    judge(rule, subject, ...['a', 'b', 'c'].map((disk) => finding('', { labels: { disk } })))
    for (const node of [2, 3, 4]) judge(rule, nodeOf(node), finding())
    expect(engine.figures()).toEqual({ open: 0, pending: 3, dropped: 3 })
    expect(pass(minute)).toHaveLength(3)
  })

  it('waits no longer because a clock is set back', () => {
    const { engine } = drive()
    const hour = 60 * minute
    engine.judge(rule, subject, [finding()], start)
    engine.tick(start + 20 * second)
    engine.tick(start + 20 * second - hour)
    engine.tick(start + 30 * second - hour)
    expect(engine.takeSteps().map(({ name, at }) => [name, at])).toEqual([['raised', start + 30 * second - hour]])
    engine.judge(rule, subject, [], start - hour + minute)
    engine.tick(start - hour + 2 * minute)
    const [cleared] = engine.takeSteps()
    expect(cleared).toMatchObject({ name: 'cleared' })
  })

  it('begins with what another one left, whatever the order of its pieces', () => {
    const { engine, judge, pass, at } = drive({ nodesOf: () => 6 })
    for (let node = 0; node < 6; node++) judge(inactive, nodeOf(node), finding('Silent'))
    pass(minute)
    const state = engine.dump()
    const other = createAlarmEngine({ nodesOf: () => 6, state: { ...state, entries: state.entries.toReversed() } })
    expect([...other.open()]).toHaveLength(7)
    expect(other.counts()).toEqual(engine.counts())
    for (let node = 0; node < 6; node++) other.judge(inactive, nodeOf(node), [], at())
    other.tick(at() + 20 * second)
    expect(other.takeSteps().map(({ name, alarm }) => `${name} ${alarm.step}`)).toEqual([
      ...Array.from({ length: 6 }, () => 'cleared 2'),
      'cleared 2',
    ])
  })
})
