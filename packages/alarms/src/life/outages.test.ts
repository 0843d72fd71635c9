import { describe, expect, it } from 'vitest'
import {
  behind,
  drive,
  finding,
  inactive,
  lineOf,
  minute,
  nodeOf,
  second,
  unsuppressed,
  upTo,
} from './testing/driver.ts'

const fleet = (size: number) => drive({ nodesOf: () => size })

describe('an outage', () => {
  it('of 1,000 nodes behind one cut link is one alarm that anybody is notified of', () => {
    const { engine, judge, pass } = fleet(1200)
    for (const batch of upTo(20)) {
      for (const node of upTo(50)) judge(inactive, nodeOf(batch * 50 + node), finding())
      pass(second)
    }
    const steps = pass(50 * second)
    expect(unsuppressed(steps)).toEqual(['raised many-nodes'])
    expect(unsuppressed(pass(minute))).toEqual(['updated many-nodes'])
    expect(steps.filter(({ name }) => name === 'raised')).toHaveLength(1001)
    expect(engine.counts()).toEqual({ critical: 1, major: 0, minor: 0, warning: 0, acknowledged: 0, suppressed: 0 })
    const [parent] = steps
    expect(parent?.alarm).toMatchObject({
      labels: { rule: 'node-inactive' },
      node: null,
      message: '1000 of 1200 nodes have the alarm node-inactive, and got it at about the same time',
    })
    expect(steps.slice(1).every(({ alarm }) => alarm.parent === parent?.alarm.id)).toBe(true)
    expect(engine.get(parent?.alarm.id ?? '')).toMatchObject({ symptoms: 1000 })
  })

  it('takes five nodes, and a tenth of a large network', () => {
    for (const [size, few] of [
      [0, 4],
      [20, 4],
      [100, 9],
      [1000, 99],
    ] as const) {
      const { judge, pass } = fleet(size)
      for (const node of upTo(few)) judge(inactive, nodeOf(node), finding())
      expect(pass(minute).filter(({ alarm: { rule } }) => rule === 'many-nodes')).toEqual([])
      const more = fleet(size)
      for (const node of upTo(few + 1)) more.judge(inactive, nodeOf(node), finding())
      expect(unsuppressed(more.pass(minute))).toEqual(['raised many-nodes'])
    }
  })

  it('is none of nodes that failed one after the other', () => {
    const { judge, pass } = fleet(20)
    for (const node of upTo(6)) {
      judge(inactive, nodeOf(node), finding())
      expect(pass(2 * minute).map(lineOf)).toEqual([`raised node-inactive node-${node}`])
    }
  })

  it('takes in those that were raised a moment before it, and those that come later', () => {
    const { judge, pass } = fleet(20)
    judge(inactive, nodeOf(0), finding())
    expect(pass(minute).map(lineOf)).toEqual(['raised node-inactive node-0'])
    for (const node of upTo(5)) judge(inactive, nodeOf(node), finding())
    expect(pass(minute).map(lineOf).slice(0, 2)).toEqual(['raised many-nodes', 'updated node-inactive node-0 parent'])
    pass(10 * minute)
    judge(inactive, nodeOf(7), finding())
    expect(pass(minute).map(lineOf)).toContain('raised node-inactive node-7 parent')
  })

  it('ends when few remain, and those stand for themselves then', () => {
    const { engine, judge, pass } = fleet(20)
    for (const node of upTo(12)) judge(inactive, nodeOf(node), finding())
    pass(2 * minute)
    for (const node of upTo(7)) judge(inactive, nodeOf(node))
    expect(unsuppressed(pass(minute))).toEqual(['updated many-nodes'])
    judge(inactive, nodeOf(7))
    expect(pass(minute).map(lineOf)).toEqual([
      'cleared node-inactive node-7 parent',
      'cleared many-nodes',
      ...[8, 9, 10, 11].map((node) => `updated node-inactive node-${node}`),
    ])
    expect(engine.counts()).toMatchObject({ major: 4, suppressed: 0 })
  })

  it('that is all over at once leaves nobody alone on the way', () => {
    const { engine, judge, pass } = fleet(20)
    for (const node of upTo(12)) judge(inactive, nodeOf(node), finding())
    pass(2 * minute)
    for (const node of upTo(12)) {
      judge(inactive, nodeOf(node))
      expect(unsuppressed(pass(second))).toEqual([])
    }
    expect(unsuppressed(pass(minute))).toEqual(['cleared many-nodes'])
    expect(engine.figures()).toMatchObject({ open: 0, pending: 0 })
  })

  it('hides no node that fails alone when most are back', () => {
    const { judge, pass } = fleet(100)
    for (const node of upTo(50)) judge(inactive, nodeOf(node), finding())
    pass(2 * minute)
    for (const node of upTo(44)) judge(inactive, nodeOf(node))
    pass(10 * minute)
    judge(inactive, nodeOf(77), finding())
    expect(pass(minute).map(lineOf)).toEqual(['raised node-inactive node-77'])
  })

  it('is worse the more nodes it has, and says so', () => {
    const { judge, pass } = fleet(20)
    for (const node of upTo(5)) judge(inactive, nodeOf(node), finding())
    expect(pass(minute)[0]?.alarm.severity).toBe('major')
    for (const node of upTo(10)) judge(inactive, nodeOf(node), finding())
    const steps = pass(2 * minute).filter(({ alarm: { rule } }) => rule === 'many-nodes')
    expect(steps.map(({ name, alarm }) => `${name} ${alarm.severity} ${alarm.symptoms}`)).toEqual([
      'updated critical 10',
    ])
  })

  it('of what is only a warning wakes nobody', () => {
    const { judge, pass } = fleet(20)
    for (const node of upTo(5)) judge(inactive, nodeOf(node), finding('', { severity: 'warning' }))
    expect(pass(minute)[0]?.alarm).toMatchObject({ rule: 'many-nodes', severity: 'warning' })
    for (const node of upTo(10)) judge(inactive, nodeOf(node), finding('', { severity: 'warning' }))
    expect(pass(2 * minute).findLast(({ alarm: { rule } }) => rule === 'many-nodes')?.alarm.severity).toBe('minor')
  })

  it('is judged of each rule and each network alone', () => {
    const { judge, pass } = fleet(20)
    for (const node of upTo(4)) judge(inactive, nodeOf(node), finding())
    for (const node of upTo(4)) judge(behind, nodeOf(node + 10), finding())
    for (const node of upTo(4)) judge(inactive, { network: '5', node: `node-${node}` }, finding())
    expect(
      pass(minute)
        .map(lineOf)
        .filter((line) => line.includes('many-nodes')),
    ).toEqual([])
  })

  it('does not keep what is left of it hidden while it comes and goes', () => {
    const { judge, pass } = fleet(20)
    const all = upTo(8)
    for (let round = 0; round < 4; round++) {
      for (const node of all) judge(inactive, nodeOf(node), finding())
      pass(2 * minute)
      for (const node of all.slice(2)) judge(inactive, nodeOf(node))
      pass(2 * minute)
      for (const node of all) judge(inactive, nodeOf(node))
      pass(2 * minute)
    }
    for (const node of all) judge(inactive, nodeOf(node), finding())
    const steps = pass(30 * minute)
    expect(unsuppressed(steps).filter((line) => line.startsWith('raised'))).toEqual([])
  })
})
