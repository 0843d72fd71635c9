import { createFakeClock } from '@netstats/sdk/testing'
import { expect, it } from 'vitest'
import { createNameIds } from './name-ids.ts'
import { createReader } from './reader.ts'

const start = 1_790_000_000_000

it('waits for rows of a moment that are not written yet, with a bound, and for nothing else', async () => {
  const clock = createFakeClock({ start })
  const flush = Promise.withResolvers<void>()
  let lag = 0
  let asked = 0
  const flushed = (): Promise<void> => {
    asked++
    return flush.promise
  }
  const reader = createReader({ store: undefined, reason: '' }, createNameIds(), clock, { lag: () => lag, flushed })
  const ended: string[] = []
  const look = (name: string, at: number): Promise<unknown> =>
    reader.viewAt('1337', at, {}).then(() => ended.push(name))

  await look('nothing waits', start)
  lag = 500
  await look('before what waits', start - 501)
  expect([asked, ended]).toEqual([0, ['nothing waits', 'before what waits']])

  const within = look('within it', start - 400)
  const patient = look('while it is written', start)
  expect(asked).toBe(2)
  await clock.advance(2999)
  expect(ended).toHaveLength(2)
  await clock.advance(1)
  await within
  await patient
  expect(ended).toHaveLength(4)

  const later = look('later', start + 3000)
  flush.resolve()
  await later
  expect(ended.at(-1)).toBe('later')
})
