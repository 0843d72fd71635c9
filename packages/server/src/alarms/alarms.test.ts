import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { durationMs } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import type { AlarmStep } from '@netstats/alarms'
import { createAlarmStage, network } from './testing/alarm-stage.ts'
import type { AlarmStage } from './testing/alarm-stage.ts'

const namesOf = (steps: readonly AlarmStep[]): readonly string[] =>
  steps.map(({ name, alarm: { node, rule } }) => `${node} ${rule} ${name}`)
const never = (): Promise<void> => new Promise(() => undefined)
const onlyNode = (steps: readonly AlarmStep[]) => steps.filter(({ alarm }) => alarm.rule === 'node-inactive')

describe('an alarm', () => {
  it('is raised and cleared, in the file, to the core and to those who are told', async () => {
    await using stage = await createAlarmStage()
    stage.connect('a', 'b', 'c')
    stage.disconnect('a')
    await stage.pass(40)
    expect(namesOf(onlyNode(stage.told))).toEqual(['a node-inactive raised'])
    const [open] = stage.alarms.open(network, 10).alarms
    expect(open).toMatchObject({ state: 'raised', node: 'a', step: 1, origin: 'server' })
    stage.connect('a')
    await stage.pass(30)
    expect(namesOf(onlyNode(stage.told))).toEqual(['a node-inactive raised', 'a node-inactive cleared'])
    expect(stage.applied.map(({ node, body }) => [node, body.step, body.number, body.alarm])).toEqual([
      ['a', 'raised', 1, open?.id],
      ['a', 'cleared', 2, open?.id],
    ])
    expect(stage.alarms.open(network, 10)).toMatchObject({ alarms: [], total: 0 })
    expect(stage.alarms.reading.list({ limit: 10 })).toMatchObject([{ id: open?.id, state: 'cleared', step: 2 }])
    expect(stage.alarms.reading.stepsOf(open?.id ?? '', 10).map(({ name }) => name)).toEqual(['raised', 'cleared'])
  })

  it('is over when its node is removed', async () => {
    await using stage = await createAlarmStage()
    stage.connect('a', 'b', 'c')
    stage.disconnect('a')
    await stage.pass(40)
    stage.alarms.applied(stage.core.apply({ type: 'removed', at: stage.now() as never, node: 'a', network }))
    await stage.pass(1)
    expect(stage.told.at(-1)).toMatchObject({ name: 'cleared', alarm: { node: 'a' } })
    expect(stage.told.at(-1)?.alarm.message).toContain('an operator removed the node')
  })

  it('that an agent reports has a life too, and the core is not notified of it twice', async () => {
    await using stage = await createAlarmStage()
    stage.connect('a')
    const body = { alarm: 'x', type: 'disk-full', severity: 2, message: 'full' } as const
    stage.report('a', { ...body, step: 'raised' })
    await stage.pass(1)
    expect(stage.alarms.open(undefined, 10).alarms).toMatchObject([{ origin: 'node', rule: 'disk-full', node: 'a' }])
    stage.report('a', { ...body, step: 'cleared' })
    await stage.pass(1)
    expect(namesOf(stage.told)).toEqual(['a disk-full raised', 'a disk-full cleared'])
    expect(stage.applied).toEqual([])
  })

  it('that somebody acknowledges is so in the file when that is answered', async () => {
    await using stage = await createAlarmStage()
    stage.connect('a', 'b', 'c')
    stage.disconnect('a')
    await stage.pass(40)
    const id = stage.alarms.open(network, 1).alarms[0]?.id ?? ''
    const done = await stage.alarms.act((engine) =>
      engine.acknowledge(id, { by: 'ann', at: stage.now(), comment: 'on it' }),
    )
    expect(done).toMatchObject({ state: 'acknowledged' })
    await using next = await stage.kill()
    expect(next.alarms.reading.find(id)).toMatchObject({
      state: 'acknowledged',
      acknowledgement: { by: 'ann', comment: 'on it' },
    })
    expect(next.alarms.engine.get(id)).toMatchObject({ state: 'acknowledged' })
  })
})

describe('after a kill', () => {
  const withOne = async (): Promise<AlarmStage> => {
    const stage = await createAlarmStage()
    stage.connect('a', 'b', 'c')
    stage.disconnect('a')
    await stage.pass(40)
    return stage
  }

  it('what is still so is not raised again, and what healed meanwhile is cleared', async () => {
    await using stage = await withOne()
    await using ill = await stage.kill()
    ill.connect('a', 'b', 'c')
    ill.disconnect('a')
    await ill.pass(50)
    expect(ill.told.filter(({ name }) => name !== 'updated')).toEqual([])
    expect(ill.alarms.open(network, 10).total).toBe(1)
    await using well = await stage.kill()
    well.connect('a', 'b', 'c')
    await well.pass(60)
    expect(namesOf(onlyNode(well.told))).toEqual(['a node-inactive cleared'])
    expect(well.told[0]?.alarm).toMatchObject({ id: stage.told[0]?.alarm.id, step: 2 })
  })

  it('what is about a node that is not known any more is over after some time', async () => {
    await using stage = await withOne()
    await using next = await stage.kill()
    await next.pass(590)
    expect(next.alarms.open(network, 10).total).toBe(1)
    await next.pass(80)
    expect(next.told.at(-1)).toMatchObject({ name: 'cleared', alarm: { node: 'a', id: stage.told[0]?.alarm.id } })
  })

  it('steps that were not stored by all are told again, with their ids and numbers, and then no more', async () => {
    await using stage = await createAlarmStage({ listener: never })
    stage.connect('a', 'b', 'c')
    stage.disconnect('a')
    await stage.pass(40)
    expect(stage.told).toHaveLength(1)
    await using second = await stage.kill({ listener: async () => undefined })
    expect(second.told).toEqual(stage.told)
    expect(second.applied).toEqual(stage.applied)
    await second.pass(1)
    await using third = await second.kill()
    expect(third.told).toEqual([])
  })
})

describe('the file of alarms', () => {
  it('is moved aside where it is damaged, which is told', async () => {
    const stage = await createAlarmStage()
    const { folder } = stage
    await stage.alarms[Symbol.asyncDispose]()
    writeFileSync(join(folder, 'alarms.db'), 'something else'.repeat(100))
    await using next = await createAlarmStage({ folder })
    expect(readdirSync(folder).filter((name) => name.includes('.damaged-')).length).toBeGreaterThan(0)
    expect(next.health.parts().find(({ id }) => id === 'alarms')).toMatchObject({ state: 'degraded' })
    expect(next.log.entries.map(({ message }) => message)).toContain(
      'the file of alarms is damaged; it was moved aside and begun anew',
    )
  })

  it('is used by one server at a time', async () => {
    await using stage = await createAlarmStage()
    await expect(createAlarmStage({ folder: stage.folder })).rejects.toMatchObject({ code: 'ALARMS_FILE_IN_USE' })
  })

  it('keeps so many alarms that are over, the newest', async () => {
    await using stage = await createAlarmStage({ keep: { for: durationMs(86_400_000), alarms: 3 } })
    stage.connect('a')
    for (let i = 0; i < 5; i++) {
      const body = { alarm: `x${i}`, type: `t${i}`, severity: 2, message: 'full' } as const
      stage.report('a', { ...body, step: 'raised' })
      await stage.pass(1)
      stage.report('a', { ...body, step: 'cleared' })
      await stage.pass(1)
    }
    await stage.pass(61)
    expect(stage.alarms.reading.list({ limit: 10 }).map(({ rule }) => rule)).toEqual(['t4', 't3', 't2'])
    await stage.pass(86_400 / 3600)
    expect(stage.alarms.reading.stepsOf(stage.told[0]?.alarm.id ?? '', 10)).toEqual([])
  })
})

type Deed =
  | readonly ['connect' | 'disconnect' | 'raise' | 'clear', 'a' | 'b']
  | readonly ['pass', number]
  | readonly ['kill']

const deeds: fc.Arbitrary<readonly Deed[]> = fc.array(
  fc.oneof(
    fc.tuple(
      fc.constantFrom('connect' as const, 'disconnect' as const, 'raise' as const, 'clear' as const),
      fc.constantFrom('a' as const, 'b' as const),
    ),
    fc.tuple(fc.constant('pass' as const), fc.integer({ min: 1, max: 60 })),
    fc.tuple(fc.constant('kill' as const)),
  ),
  { maxLength: 14 },
)

describe('any changes with kills between them', () => {
  it('are told to one who knows steps by alarm and number: each once, none missing', async () => {
    await fc.assert(
      fc.asyncProperty(deeds, async (list) => {
        const seen = new Map<string, AlarmStep>()
        const note = (steps: readonly AlarmStep[]): void => {
          for (const step of steps) {
            const key = `${step.alarm.id} ${step.alarm.step}`
            const before = seen.get(key)
            if (before === undefined) seen.set(key, step)
            else expect(step).toEqual(before)
          }
        }
        // Nothing is ever stored, so that every kill tells all of it again.
        let stage = await createAlarmStage({ listener: never })
        try {
          for (const [what, of] of list) {
            if (what === 'connect') stage.connect(of)
            else if (what === 'disconnect') stage.disconnect(of)
            else if (what === 'pass') await stage.pass(of)
            else if (what === 'kill') {
              note(stage.told)
              const next = await stage.kill()
              await stage[Symbol.asyncDispose]()
              stage = next
            } else
              stage.report(of, {
                alarm: 'x',
                type: 'disk-full',
                severity: 2,
                message: 'full',
                step: what === 'raise' ? 'raised' : 'cleared',
              })
          }
          await stage.pass(1)
          note(stage.told)
          const byAlarm = Map.groupBy(seen.values(), ({ alarm }) => alarm.id)
          for (const steps of byAlarm.values()) {
            const numbers = steps.map(({ alarm }) => alarm.step).toSorted((a, b) => a - b)
            expect(numbers).toEqual(numbers.map((_, i) => i + 1))
          }
          const open = [...byAlarm.values()].filter((steps) => steps.every(({ name }) => name !== 'cleared'))
          const known = new Set(stage.alarms.open(undefined, 100).alarms.map(({ id }) => id))
          expect(new Set(open.map(([step]) => step?.alarm.id))).toEqual(known)
        } finally {
          await stage[Symbol.asyncDispose]()
        }
      }),
      { numRuns: 15 },
    )
  })
})
