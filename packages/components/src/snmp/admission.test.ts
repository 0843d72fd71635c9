import { createFakeClock } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { createAdmission } from './admission.ts'

describe('what one address may send', () => {
  it('is its rate on average and twice that at once, and takes nothing from others', async () => {
    const clock = createFakeClock()
    const admission = createAdmission({ ratePerAddress: 10, clock })
    const taken = (address: string): number =>
      Array.from({ length: 50 }, () => admission.admits(address)).filter(Boolean).length
    expect(taken('192.0.2.1')).toBe(20)
    expect(taken('192.0.2.2')).toBe(20)
    await clock.advance(1000)
    expect(taken('192.0.2.1')).toBe(10)
  })

  it('is held without remembering more than 4096 addresses', () => {
    const admission = createAdmission({ ratePerAddress: 1, clock: createFakeClock() })
    expect([admission.admits('first'), admission.admits('first'), admission.admits('first')]).toEqual([
      true,
      true,
      false,
    ])
    for (let i = 0; i < 4096; i++) admission.admits(`other ${i}`)
    // Forgotten, it begins again.
    expect(admission.admits('first')).toBe(true)
  })
})

describe('engines that messages name', () => {
  it('are met at 5 a second beyond the first 50, and those known are always let in', async () => {
    const clock = createFakeClock()
    const admission = createAdmission({ ratePerAddress: 1, clock })
    const met = (from: number): number =>
      Array.from({ length: 100 }, (_, i) => admission.admitsEngine(`engine ${from + i}`)).filter(Boolean).length
    expect(met(0)).toBe(50)
    expect(met(1000)).toBe(0)
    expect(admission.admitsEngine('engine 7')).toBe(true)
    expect(admission.admitsEngine('')).toBe(true)
    await clock.advance(2000)
    expect(met(2000)).toBe(10)
  })
})

describe('informs', () => {
  it('are new, waiting, acknowledged, and new again a minute later or when they found no room', async () => {
    const clock = createFakeClock()
    const { informs } = createAdmission({ ratePerAddress: 1, clock })
    expect(informs.stateOf({ id: 'a' })).toBe('new')
    informs.take({ id: 'a' })
    expect(informs.stateOf({ id: 'a' })).toBe('waiting')
    informs.acknowledge({ id: 'a' })
    expect(informs.stateOf({ id: 'a' })).toBe('acknowledged')
    await clock.advance(61_000)
    expect(informs.stateOf({ id: 'a' })).toBe('new')
    informs.take({ id: 'b' })
    informs.forget({ id: 'b' })
    expect(informs.stateOf({ id: 'b' })).toBe('new')
  })

  it('with keys are replayed where somebody else sends the same message, and a repetition where its sender does', async () => {
    const clock = createFakeClock()
    const { informs } = createAdmission({ ratePerAddress: 1, clock })
    const [sent, replayed] = [
      { id: 'a', message: 'm' },
      { id: 'b', message: 'm' },
    ]
    informs.take(sent)
    expect([informs.stateOf(sent), informs.stateOf(replayed)]).toEqual(['waiting', 'replayed'])
    informs.forget(sent)
    expect(informs.stateOf(replayed)).toBe('new')
    informs.take(sent)
    await clock.advance(299_000)
    expect(informs.stateOf(sent)).toBe('replayed')
    await clock.advance(2000)
    expect(informs.stateOf(sent)).toBe('new')
  })
})
