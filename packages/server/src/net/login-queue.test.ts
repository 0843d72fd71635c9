import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLoginQueue } from './login-queue.ts'
import type { LoginQueueLimits } from './login-queue.ts'

/** Time moves when a connection is accepted, which costs `costMs`, and when it is told to. */
const createStage = (given: Partial<LoginQueueLimits> = {}, costMs = 1) => {
  const limits: LoginQueueLimits = { rate: { perSecond: 100, burst: 10 }, waitMs: 4000, sliceMs: 5, ...given }
  let time = 0
  let turn: (() => void)[] = []
  let timers: { readonly at: number; readonly run: () => void }[] = []
  const loginQueue = createLoginQueue({
    limits,
    now: () => time,
    defer: (run) => void turn.push(run),
    later: (run, ms) => void timers.push({ at: time + ms, run }),
  })
  const accepted: number[] = []
  const rejected: number[] = []
  const turnLengths: number[] = []
  const runTurn = (): void => {
    const from = time
    for (const run of turn.splice(0)) run()
    turnLengths.push(time - from)
  }
  return {
    loginQueue,
    accepted,
    rejected,
    turnLengths,
    now: () => time,
    enter: (id: number, isGone = () => false) =>
      loginQueue.enter({
        accept() {
          time += costMs
          accepted.push(id)
        },
        reject: () => void rejected.push(id),
        isGone,
      }),
    /** Other work, which holds up the turns. */
    busy: (ms: number) => void (time += ms),
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

describe('a login queue', () => {
  it('accepts at once a connection that comes alone', () => {
    const stage = createStage()
    stage.enter(1)
    expect(stage.accepted).toEqual([1])
  })

  it('lets a crowd in at its rate, in order, and never for long at a time', () => {
    const stage = createStage()
    for (let id = 0; id < 300; id++) stage.enter(id)
    expect(stage.accepted.length).toBeLessThanOrEqual(10)
    stage.pass(1000)
    expect(stage.accepted.length).toBeGreaterThan(90)
    expect(stage.accepted.length).toBeLessThan(125)
    stage.pass(3000)
    expect(stage.accepted).toEqual(Array.from({ length: 300 }, (_, id) => id))
    expect(Math.max(...stage.turnLengths)).toBeLessThanOrEqual(6)
  })

  it('sends rejected at once who would wait longer than clients do', () => {
    const stage = createStage()
    for (let id = 0; id < 1000; id++) stage.enter(id)
    expect(stage.rejected.length).toBeGreaterThanOrEqual(589)
    expect(stage.rejected.length).toBeLessThanOrEqual(600)
    stage.pass(5000)
    expect(stage.loginQueue.waiting).toBe(0)
    expect(stage.accepted.length + stage.rejected.length).toBe(1000)
  })

  it('lets nobody in who has waited too long, and lets hardly anybody wait in vain, where it moves more slowly', () => {
    const stage = createStage({ rate: { perSecond: 1000, burst: 10 } })
    const came: number[] = []
    const waits: number[] = []
    let atOnce = 0
    for (let id = 0; id < 20_000; id++) {
      came.push(stage.now())
      const before = stage.rejected.length
      stage.enter(id)
      atOnce += stage.rejected.length - before
      // A thousand come in a second; others take so much of the time that about a hundred can be let in.
      if (id % 40 === 0) {
        stage.busy(40)
        stage.pass(1)
      }
      for (const one of stage.accepted.slice(waits.length)) waits.push(stage.now() - (came[one] as number))
    }
    expect(stage.accepted.length).toBeGreaterThan(2000)
    expect(Math.max(...waits)).toBeLessThanOrEqual(4100)
    expect(stage.rejected.length - atOnce).toBeLessThan(stage.rejected.length / 10)
    stage.pass(10_000)
    expect(stage.accepted.length + stage.rejected.length).toBe(20_000)
  })

  it('sends rejected whom it found waiting for too long after it was held up itself', () => {
    const stage = createStage()
    for (let id = 0; id < 50; id++) stage.enter(id)
    const before = stage.accepted.length
    stage.busy(4500)
    stage.pass(100)
    expect([stage.accepted.length, stage.rejected.length]).toEqual([before, 50 - before])
  })

  it('does not spend on those who have left', () => {
    const stage = createStage()
    for (let id = 0; id < 400; id++) stage.enter(id, () => id >= 10 && id < 390)
    stage.pass(500)
    expect(stage.accepted.at(-1)).toBe(399)
  })

  it('lets in or sends rejected everybody, once, and in order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 300 }), { maxLength: 200 }), (pauses) => {
        const stage = createStage()
        pauses.forEach((ms, id) => {
          stage.enter(id)
          stage.busy(ms % 5 === 0 ? ms : 0)
          stage.pass(ms % 7 === 0 ? ms : 0)
        })
        stage.pass(10_000)
        expect(stage.accepted).toEqual([...stage.accepted].sort((a, b) => a - b))
        expect([...stage.accepted, ...stage.rejected].sort((a, b) => a - b)).toEqual(pauses.map((_, id) => id))
      }),
    )
  })
})
