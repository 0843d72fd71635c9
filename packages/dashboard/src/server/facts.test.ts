import { describe, expect, it } from 'vitest'
import { addSample, cpuShareOf, rateOf, type Samples, type ServerFacts } from './facts.ts'
import { factsOf, processOf } from '../testing/server-facts.ts'

const messages = (one: ServerFacts): number => one.work.received.messages
/** Answers every two seconds, of a server that does ten things a second. */
const asked = (seconds: number): Samples => {
  let samples: Samples = []
  for (let at = 0; at <= seconds * 1000; at += 2000)
    samples = addSample(samples, factsOf({ at, work: { received: { messages: at / 100, bytes: 0 } } }))
  return samples
}

describe('what a server does a second', () => {
  it('is known with the second answer', () => {
    expect(rateOf([], messages)).toBeUndefined()
    expect(rateOf(asked(0), messages)).toBeUndefined()
    expect(rateOf(asked(2), messages)).toBe(10)
  })

  it('is that of the last ten seconds, and no more answers are kept than that takes', () => {
    const samples = asked(60)
    expect(samples.map(({ at }) => at / 1000)).toEqual([50, 52, 54, 56, 58, 60])
    const faster = addSample(samples, factsOf({ at: 62_000, work: { received: { messages: 1600, bytes: 0 } } }))
    expect(rateOf(faster, messages)).toBe((1600 - 520) / 10)
  })

  it('begins again after the server restarts, and never runs backwards', () => {
    const samples = addSample(asked(10), factsOf({ at: 12_000, startedAt: 11_000 }))
    expect(samples).toHaveLength(1)
    // A worker that ended took its counts along.
    const fewer = addSample(asked(10), factsOf({ at: 12_000, work: { received: { messages: 3, bytes: 0 } } }))
    expect(rateOf(fewer, messages)).toBe(0)
  })

  it('tells the share of a core that each process takes, also of one that came later', () => {
    const one = (at: number, cpuMs: number) => processOf({ pid: 7, at, cpuMs })
    let samples = addSample([], factsOf({ at: 0, processes: [] }))
    samples = addSample(samples, factsOf({ at: 2000, processes: [one(2000, 100)] }))
    expect(cpuShareOf(samples, one(2000, 100))).toBeUndefined()
    samples = addSample(samples, factsOf({ at: 4000, processes: [one(4000, 1100)] }))
    expect(cpuShareOf(samples, one(4000, 1100))).toBe(0.5)
    expect(cpuShareOf(samples, processOf({ pid: 8 }))).toBeUndefined()
  })
})
