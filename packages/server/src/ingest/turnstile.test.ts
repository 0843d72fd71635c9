import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTurnstile } from './turnstile.ts'
import type { TurnstileLimits } from './turnstile.ts'

/** Time moves when somebody is let in, which costs `costMs`, and when it is told to. */
const createStage = (given: Partial<TurnstileLimits> = {}, costMs = 1) => {
  const limits: TurnstileLimits = { rate: { perSecond: 100, burst: 10 }, waitMs: 4000, sliceMs: 5, ...given }
  let time = 0
  let turn: (() => void)[] = []
  let timers: { readonly at: number; readonly run: () => void }[] = []
  const turnstile = createTurnstile({
    limits,
    now: () => time,
    defer: (run) => void turn.push(run),
    later: (run, ms) => void timers.push({ at: time + ms, run }),
  })
  const letIn: number[] = []
  const turnLengths: number[] = []
  const runTurn = (): void => {
    const from = time
    for (const run of turn.splice(0)) run()
    turnLengths.push(time - from)
  }
  return {
    turnstile,
    letIn,
    turnLengths,
    now: () => time,
    enter: (id: number, isGone = () => false) =>
      turnstile.enter(() => {
        time += costMs
        letIn.push(id)
      }, isGone),
    pass(ms: number) {
      const until = time + ms
      while (time < until) {
        runTurn()
        const due = timers.filter(({ at }) => at <= time)
        timers = timers.filter(({ at }) => at > time)
        for (const { run } of due) run()
        if (turn.length === 0) time = Math.max(time + 1, Math.min(until, ...timers.map(({ at }) => at)))
      }
    },
  }
}

describe('a turnstile', () => {
  it('lets in at once who comes alone', () => {
    const stage = createStage()
    expect(stage.enter(1)).toBe(true)
    expect(stage.letIn).toEqual([1])
  })

  it('lets a crowd in at its rate, in order, and never for long at a time', () => {
    const stage = createStage()
    for (let id = 0; id < 300; id++) expect(stage.enter(id)).toBe(true)
    expect(stage.letIn.length).toBeLessThanOrEqual(10)
    stage.pass(1000)
    expect(stage.letIn.length).toBeGreaterThan(90)
    expect(stage.letIn.length).toBeLessThan(125)
    stage.pass(3000)
    expect(stage.letIn).toEqual(Array.from({ length: 300 }, (_, id) => id))
    expect(Math.max(...stage.turnLengths)).toBeLessThanOrEqual(6)
  })

  it('sends away who would wait longer than clients do', () => {
    const stage = createStage()
    const answers = Array.from({ length: 1000 }, (_, id) => stage.enter(id))
    expect(answers.filter(Boolean).length).toBeGreaterThanOrEqual(400)
    expect(answers.filter(Boolean).length).toBeLessThanOrEqual(411)
    stage.pass(5000)
    expect(stage.turnstile.waiting).toBe(0)
  })

  it('does not spend on those who have left', () => {
    const stage = createStage()
    for (let id = 0; id < 400; id++) stage.enter(id, () => id >= 10 && id < 390)
    stage.pass(500)
    expect(stage.letIn.at(-1)).toBe(399)
  })

  it('lets everybody in, once, whom it did not send away', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 300 }), { maxLength: 200 }), (pauses) => {
        const stage = createStage()
        const taken: number[] = []
        pauses.forEach((ms, id) => {
          if (stage.enter(id)) taken.push(id)
          stage.pass(ms % 7 === 0 ? ms : 0)
        })
        stage.pass(10_000)
        expect(stage.letIn).toEqual(taken)
      }),
    )
  })
})
