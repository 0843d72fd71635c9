import { describe, expect, it } from 'vitest'
import type { Alarm } from '@netstats/protocol'
import { createAlarmEngine } from './mod.ts'
import { drive, finding, lineOf, minute, network, nodeOf, start, testRule } from './testing/driver.ts'

const report = (more: Partial<Alarm> = {}): Alarm => ({
  alarm: 'disk-1',
  step: 'raised',
  type: 'disk-full',
  severity: 3,
  message: 'The disk is full',
  ...more,
})

const reporting = (options = {}) => {
  const engine = createAlarmEngine(options)
  return {
    engine,
    say: (more: Partial<Alarm> = {}, at = start, node = 'node-1') => {
      engine.report(network, node, report(more), at)
      return engine.takeSteps()
    },
    wait: (at: number) => {
      engine.tick(at)
      return engine.takeSteps()
    },
  }
}

describe('what a node reports', () => {
  it('is raised, acknowledged and cleared at once', () => {
    const { engine, say } = reporting()
    const [raised] = say({ labels: { disk: '/' }, startsAt: start - minute, advice: 'Make room.' })
    expect(raised).toMatchObject({ name: 'raised' })
    expect(raised?.alarm).toMatchObject({
      origin: 'node',
      rule: 'disk-full',
      severity: 'minor',
      labels: { alarm: 'disk-1', disk: '/' },
      startsAt: start - minute,
      advice: 'Make room.',
    })
    expect(say()).toEqual([])
    expect(say({ step: 'acknowledged', by: 'ann', comment: 'On it.' })).toMatchObject([
      { name: 'acknowledged', alarm: { acknowledgement: { by: 'ann', comment: 'On it.' } } },
    ])
    expect(say({ step: 'acknowledged', by: 'ann' })).toEqual([])
    expect(say({ severity: 1 })).toMatchObject([{ name: 'updated', alarm: { severity: 'critical', state: 'raised' } }])
    expect(say({ step: 'cleared', message: 'There is room' })).toMatchObject([
      { name: 'cleared', alarm: { message: 'There is room', step: 4 } },
    ])
    expect(engine.figures().open).toBe(0)
  })

  it('is known from its first step on, whichever that is', () => {
    const { say } = reporting()
    expect(say({ step: 'cleared' })).toEqual([])
    expect(say({ step: 'updated' }).map(lineOf)).toEqual(['raised disk-full node-1'])
    expect(say({ alarm: 'other', step: 'acknowledged' }).map(lineOf)).toEqual([
      'raised disk-full node-1',
      'acknowledged disk-full node-1',
    ])
    expect(say({ alarm: 'third', step: 'suppressed' }).map(lineOf)).toEqual(['raised disk-full node-1 silence'])
    expect(say({ alarm: 'third' }).map(lineOf)).toEqual(['updated disk-full node-1'])
  })

  it('counts once when it comes twice', () => {
    const { say } = reporting()
    expect(say({ startsAt: start })).toHaveLength(1)
    expect(say({ step: 'cleared', startsAt: start })).toHaveLength(1)
    expect(say({ startsAt: start })).toEqual([])
    expect(say({ startsAt: start + 5 }, start + 5)).toHaveLength(1)
    expect(say({ step: 'cleared', startsAt: start }, start + 5)).toEqual([])
  })

  it('is none of its steps when it is a notification', () => {
    expect(reporting().say({ receiver: 'team' })).toEqual([])
  })

  it('touches no alarm of the server, of another node, or of another type', () => {
    const { engine, judge, pass, at } = drive()
    judge(testRule('disk-full'), nodeOf(1), finding('', { labels: { alarm: 'disk-1' } }))
    pass(minute)
    for (const node of ['node-1', 'node-2']) engine.report(network, node, report(), at())
    engine.report(network, 'node-1', report({ type: 'other' }), at())
    engine.takeSteps()
    expect(engine.figures().open).toBe(4)
    engine.report(network, 'node-1', report({ step: 'cleared' }), at())
    expect(engine.takeSteps()).toMatchObject([{ name: 'cleared', alarm: { origin: 'node', node: 'node-1' } }])
    expect(engine.isOpen('disk-full', nodeOf(1))()).toBe(true)
    expect(engine.figures().open).toBe(3)
  })

  it('is bounded for each node: one alarm says so, and is over when it has been quiet', () => {
    const { engine, say, wait } = reporting({ limits: { perNode: 3 } })
    for (const alarm of ['a', 'b', 'c']) say({ alarm })
    expect(say({ alarm: 'd' }).map(lineOf)).toEqual(['raised reports-too-many node-1'])
    expect(say({ alarm: 'e' })).toEqual([])
    expect(say({ alarm: 'a' }, start, 'node-2')).toHaveLength(1)
    expect(engine.figures()).toMatchObject({ open: 5, dropped: 2 })
    expect(wait(start + 10 * minute - 1)).toEqual([])
    expect(wait(start + 10 * minute).map(lineOf)).toEqual(['cleared reports-too-many node-1'])
  })

  it('is bounded in all', () => {
    const { engine, say } = reporting({ limits: { reported: 2 } })
    for (const node of ['a', 'b', 'c']) say({}, start, node)
    expect(engine.figures()).toMatchObject({ open: 2, dropped: 1 })
  })

  it('cannot be told over and over: of names that change, of marks, of what comes and goes', () => {
    const names = reporting()
    let steps = 0
    for (let n = 0; n < 2000; n++) {
      steps += names.say({ alarm: `alarm-${n}` }).length
      steps += names.say({ alarm: `alarm-${n}`, step: 'cleared' }).length
    }
    const marks = reporting()
    for (let n = 0; n < 2000; n++) steps += marks.say({ step: n % 2 === 0 ? 'suppressed' : 'updated' }).length
    const flapping = reporting()
    for (let n = 0; n < 2000; n++) steps += flapping.say({ step: n % 2 === 0 ? 'raised' : 'cleared' }).length
    expect(steps).toBeLessThan(700)
  })

  it('is over when it is not reported again for a week', () => {
    const { say, wait } = reporting()
    say()
    const week = 7 * 24 * 60 * minute
    expect(wait(start + week - 1)).toEqual([])
    wait(start + week)
    expect(wait(start + week + 1).map(lineOf)).toEqual(['cleared disk-full node-1'])
  })
})
