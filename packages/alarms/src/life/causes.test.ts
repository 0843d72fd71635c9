import { describe, expect, it } from 'vitest'
import type { RuleInfo } from '../rule.ts'
import { defaultRules } from '../rules/mod.ts'
import { readCauses } from './causes.ts'
import { defaultCauses } from './default-causes.ts'
import {
  behind,
  drive,
  finding,
  inactive,
  lineOf,
  minute,
  nodeOf,
  second,
  stalled,
  testRule,
  unsuppressed,
  upTo,
  wholeNetwork,
} from './testing/driver.ts'

describe('a cause', () => {
  it('explains what is raised while it is open', () => {
    const { judge, pass } = drive()
    judge(stalled, wholeNetwork, finding())
    judge(behind, nodeOf(1), finding())
    expect(pass(minute).map(lineOf)).toEqual(['raised chain-stalled', 'raised node-behind node-1 parent'])
  })

  it('takes over what was told before it', () => {
    const { engine, judge, pass } = drive()
    judge(behind, nodeOf(1), finding())
    pass(minute)
    judge(stalled, wholeNetwork, finding())
    const [parent, symptom] = pass(second)
    expect([parent, symptom].map((step) => step && lineOf(step))).toEqual([
      'raised chain-stalled',
      'updated node-behind node-1 parent',
    ])
    expect(parent?.alarm.symptoms).toBe(1)
    expect(symptom?.alarm.suppressed).toEqual({ reason: 'parent', by: parent?.alarm.id })
    expect(engine.counts()).toMatchObject({ major: 1 })
  })

  it('that is about to be raised is waited for', () => {
    const { judge, pass } = drive({ causes: { a: [{ rule: 'b', about: 'node' }] } })
    judge(testRule('a'), nodeOf(1), finding())
    pass(25 * second)
    judge(testRule('b', { for: minute }), nodeOf(1), finding())
    expect(pass(50 * second).map(lineOf)).toEqual([])
    expect(pass(20 * second).map(lineOf)).toEqual(['raised b node-1', 'raised a node-1 parent'])
  })

  it('that never comes is not waited for long', () => {
    const { judge, pass } = drive({ causes: { a: [{ rule: 'b', about: 'node' }] } })
    judge(testRule('a'), nodeOf(1), finding())
    for (let n = 0; n < 2; n++) {
      judge(testRule('b', { for: minute }), nodeOf(1), finding())
      expect(pass(40 * second)).toEqual([])
      judge(testRule('b', { for: minute }), nodeOf(1))
      judge(testRule('b', { for: minute }), nodeOf(1), finding())
    }
    expect(pass(20 * second).map(lineOf)).toEqual(['raised a node-1'])
  })

  it('that is over leaves what remains to stand for itself', () => {
    const { judge, pass } = drive()
    judge(stalled, wholeNetwork, finding())
    judge(behind, nodeOf(1), finding())
    judge(behind, nodeOf(2), finding())
    pass(minute)
    judge(stalled, wholeNetwork)
    judge(behind, nodeOf(1))
    expect(pass(2 * minute).map(lineOf)).toEqual([
      'cleared node-behind node-1 parent',
      'cleared chain-stalled',
      'updated node-behind node-2',
    ])
  })

  it('that is over leaves many that remain as one', () => {
    const { judge, pass } = drive()
    judge(stalled, wholeNetwork, finding())
    for (const node of upTo(8)) judge(behind, nodeOf(node), finding())
    pass(minute)
    judge(stalled, wholeNetwork)
    expect(unsuppressed(pass(2 * minute))).toEqual(['cleared chain-stalled', 'raised many-nodes'])
  })

  it('of a node explains what else it has, under the outage that it is part of', () => {
    const { engine, judge, pass } = drive()
    for (const node of upTo(5)) {
      judge(inactive, nodeOf(node), finding())
      judge(behind, nodeOf(node), finding())
    }
    expect(unsuppressed(pass(minute))).toEqual(['raised many-nodes'])
    const alarms = [...engine.open()]
    const inactiveOne = alarms.find(({ rule, node }) => rule === 'node-inactive' && node === 'node-1')
    expect(alarms.find(({ rule, node }) => rule === 'node-behind' && node === 'node-1')?.parent).toBe(inactiveOne?.id)
  })

  it('of all nodes explains an outage that was there before it', () => {
    const { judge, pass } = drive()
    for (const node of upTo(5)) judge(inactive, nodeOf(node), finding())
    pass(minute)
    judge(testRule('network-silent'), wholeNetwork, finding())
    expect(pass(minute).map(lineOf)).toEqual(['raised network-silent', 'updated many-nodes parent'])
  })

  it('between rules of the server is found too', () => {
    const { judge, pass } = drive()
    const server = { network: null, node: null }
    judge(testRule('store-behind'), server, finding())
    pass(minute)
    judge(testRule('store-down'), server, finding())
    expect(pass(minute).map(lineOf)).toEqual(['raised store-down', 'updated store-behind parent'])
  })

  it('is never what a node reports under the name of a rule', () => {
    const { engine, judge, pass, at } = drive()
    engine.report(
      '1337',
      'node-1',
      { alarm: 'x', step: 'raised', type: 'node-inactive', severity: 0, message: '' },
      at(),
    )
    judge(behind, nodeOf(1), finding())
    expect(unsuppressed(pass(minute))).toEqual(['raised node-inactive node-1', 'raised node-behind node-1'])
  })
})

describe('the table of causes', () => {
  it('has rules of the product only', () => {
    const all = new Map(
      Object.values(defaultRules).flatMap((rules) =>
        rules.map(({ name, about }: RuleInfo & { about: string }) => [name, about]),
      ),
    )
    for (const [rule, causes] of Object.entries(defaultCauses)) {
      expect(all.has(rule), rule).toBe(true)
      for (const cause of causes) expect(all.get(cause.rule), cause.rule).toBe(cause.about)
    }
  })

  it('is refused where a rule is its own cause', () => {
    const table = { a: [{ rule: 'b', about: 'node' }], b: [{ rule: 'a', about: 'node' }] } as const
    expect(() => readCauses(table)).toThrow('The alarm a is its own cause: a, b, a.')
  })
})
