import { describe, expect, it } from 'vitest'
import type { Finding } from '../rule.ts'
import { createAlarmEngine } from './mod.ts'
import type { AlarmEngine, EngineOptions } from './mod.ts'

const second = 1000
const minute = 60 * second
const start = 1_800_000_000_000
const rule = {
  name: 'disk-full',
  meaning: 'The disk will be full soon.',
  advice: 'Make room.',
  for: 30 * second,
  clearAfter: minute,
}
const subject = { network: '1337', node: 'a' }
const full: Finding = { severity: 'minor', message: 'The disk is full in 3 days.' }

const stepsOf = (engine: AlarmEngine) =>
  engine.takeSteps().map(({ name, alarm }) => `${name} ${alarm.rule} ${alarm.step}`)

/** An engine with the alarm raised, at `start`. */
const raised = (options?: EngineOptions) => {
  const engine = createAlarmEngine(options)
  engine.judge(rule, subject, [full], start - rule.for)
  engine.tick(start)
  const [step] = engine.takeSteps()
  if (step === undefined) throw new Error('Not raised.')
  return { engine, id: step.alarm.id }
}

describe('an alarm', () => {
  it('is raised when the condition has held as long as its rule waits', () => {
    const engine = createAlarmEngine()
    engine.judge(rule, subject, [full], start)
    engine.tick(start + 29 * second)
    expect(stepsOf(engine)).toEqual([])
    engine.tick(start + 30 * second)
    expect(engine.takeSteps()).toEqual([
      { name: 'raised', at: start + 30 * second, alarm: expect.objectContaining({ startsAt: start, state: 'raised' }) },
    ])
  })

  it('is none when the condition ends before', () => {
    const engine = createAlarmEngine()
    engine.judge(rule, subject, [full], start)
    engine.judge(rule, subject, [], start + 10 * second)
    engine.judge(rule, subject, [full], start + 20 * second)
    engine.tick(start + 40 * second)
    expect(stepsOf(engine)).toEqual([])
    expect(engine.figures()).toMatchObject({ open: 0, pending: 1 })
  })

  it('is cleared when the condition has been gone as long as its rule waits', () => {
    const { engine, id } = raised()
    engine.judge(rule, subject, [], start + second)
    engine.tick(start + minute)
    engine.judge(rule, subject, [full], start + minute)
    engine.judge(rule, subject, [], start + 2 * minute)
    engine.tick(start + 3 * minute - 1)
    expect(stepsOf(engine)).toEqual([])
    expect(engine.isOpen(rule.name, subject)()).toBe(true)
    engine.tick(start + 3 * minute)
    expect(engine.takeSteps()).toMatchObject([{ name: 'cleared', alarm: { id, step: 2, endsAt: start + 3 * minute } }])
    expect(engine.isOpen(rule.name, subject)()).toBe(false)
    expect(engine.get(id)).toBeUndefined()
  })
})
