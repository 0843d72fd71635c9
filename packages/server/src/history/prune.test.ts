import type { Store } from '@netstats/store'
import { createFakeClock, createRecordingLogger } from '@netstats/sdk/testing'
import { createMemoryStore } from '@netstats/store/testing'
import { expect, it } from 'vitest'
import { startPruning } from './prune.ts'

const day = 86_400_000
const retention = { raw: 2 * day, logs: 2 * day, seconds: 2 * day, minutes: 2 * day, hours: 2 * day }

const start = (newestAt: (now: number) => number | null) => {
  const clock = createFakeClock()
  const log = createRecordingLogger()
  const stop = new AbortController()
  const times: number[] = []
  const store: Store = {
    ...createMemoryStore(),
    prune(_, now) {
      times.push(now)
      return Promise.resolve({ files: [], bytes: 0 })
    },
  }
  const newest = newestAt(clock.now())
  startPruning({
    store: () => store,
    retention,
    newestAt: () => newest,
    clock,
    log,
    signal: stop.signal,
  })
  return { clock, log, times, stop }
}

it('drops nothing for a day after the clock has stepped, and then believes it', async () => {
  const { clock, log, times, stop } = start((now) => now)
  await clock.advance(1_200_000)
  const before = times.length
  expect(before).toBeGreaterThan(1)
  clock.step(365 * day)
  await clock.advance(day)
  expect(times).toHaveLength(before)
  expect(log.entries.map(({ message }) => message)).toEqual([
    'the clock of this machine has stepped; for a day nothing of the history is dropped',
  ])
  await clock.advance(1_200_000)
  expect(times.length).toBeGreaterThan(before)
  expect(times.at(-1)).toBeGreaterThan((times[before - 1] ?? 0) + 365 * day)
  stop.abort()
  await clock.settle()
})

it('drops nothing for a day where it is started long after the newest row', async () => {
  const { clock, log, times, stop } = start((now) => now - 365 * day)
  await clock.advance(day - 1)
  expect(times).toEqual([])
  expect(log.entries.map(({ message }) => message)).toEqual([
    'the newest row is more than a day old, or the clock of this machine is wrong; for a day nothing of the history is dropped',
  ])
  await clock.advance(1_200_000)
  expect(times.length).toBeGreaterThan(0)
  stop.abort()
  await clock.settle()
})

it('drops at once where nothing was written yet', async () => {
  const { clock, times, stop } = start(() => null)
  await clock.advance(1)
  expect(times).toHaveLength(1)
  stop.abort()
  await clock.settle()
})
