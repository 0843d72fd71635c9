import { expect, it } from 'vitest'
import { createPublishPace } from './publish-pace.ts'

it('waits for the pace of the topic, and longer after large deltas', () => {
  const pace = createPublishPace()
  pace.reset(1000)
  expect(pace.isDue(0)).toBe(true)
  pace.wait(250)
  expect(pace.isDue(249)).toBe(false)
  expect(pace.isDue(250)).toBe(true)
  // Six seconds' worth may go at once; four seconds more are owed.
  pace.spend(10_000)
  expect(pace.isDue(4000)).toBe(false)
  expect(pace.isDue(4500)).toBe(true)
  pace.spend(100_000)
  pace.reset(1000)
  expect(pace.isDue(4500)).toBe(true)
})
