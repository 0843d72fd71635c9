import { copyFileSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { batchAt, createPlaces, noon, seqsOf } from './test-support/places.ts'

const places = createPlaces()
const gone = { code: 'STORE_FAILED', message: expect.stringMatching(/was removed or replaced while it was in use/) }

describe('a file that loses its name while it is in use', () => {
  it('is written to no more: what is acknowledged is on the disk', async () => {
    const place = places()
    const store = await place.open()
    await store.write(batchAt(1, noon))
    for (const name of readdirSync(place.directory)) if (name.startsWith('raw-')) rmSync(join(place.directory, name))
    await expect(store.write(batchAt(2, noon))).rejects.toMatchObject(gone)
    await store[Symbol.asyncDispose]()
    const again = await place.open()
    await again.write(batchAt(2, noon))
    expect(await seqsOf(again, 'nodeSample')).toEqual([2])
    expect(await seqsOf(again, 'log')).toEqual([1, 2])
    await again[Symbol.asyncDispose]()
    expect(await seqsOf(await place.open(), 'nodeSample')).toEqual([2])
  })

  it('is noticed when another one has taken the name', async () => {
    const place = places()
    const store = await place.open()
    await store.write(batchAt(1, noon))
    const main = join(place.directory, 'main.duckdb')
    copyFileSync(main, `${main}.copy`)
    renameSync(`${main}.copy`, main)
    await expect(store.write(batchAt(2, noon))).rejects.toMatchObject(gone)
  })
})
