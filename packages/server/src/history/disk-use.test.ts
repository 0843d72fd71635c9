import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFakeClock } from '@netstats/sdk/testing'
import { expect, it } from 'vitest'
import { folderUse, watchDiskUse } from './disk-use.ts'

it('adds up the files below a folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'netstats-use-'))
  await mkdir(join(folder, 'deeper'))
  await writeFile(join(folder, 'a'), 'x'.repeat(10))
  await writeFile(join(folder, 'deeper', 'b'), 'x'.repeat(5))
  expect(await folderUse(folder)).toEqual({ files: 2, bytes: 15 })
  await rm(folder, { recursive: true })
  await expect(folderUse(folder)).rejects.toThrow()
})

it('knows the use of a minute ago, and the last known where it cannot be seen', async () => {
  const clock = createFakeClock()
  const stop = new AbortController()
  let bytes = 1
  const use = watchDiskUse(
    () => (bytes < 3 ? Promise.resolve({ files: 1, bytes }) : Promise.reject(new Error('gone'))),
    {
      clock,
      signal: stop.signal,
    },
  )
  await clock.settle()
  expect(use()?.bytes).toBe(1)
  bytes = 2
  await clock.advance(60_000)
  expect(use()?.bytes).toBe(2)
  bytes = 3
  await clock.advance(60_000)
  expect(use()?.bytes).toBe(2)
  stop.abort()
  await clock.settle()
  expect(clock.sleeping()).toBe(0)
})
