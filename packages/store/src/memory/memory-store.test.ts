import { describe, expect, it } from 'vitest'
import { StoreError } from '../store-errors.ts'
import { storeContract } from '../testing/store-contract.ts'
import { createMemoryStore } from './memory-store.ts'
import { storeBatchOf } from './rows.ts'
import { noon, storeRow } from '../testing/store-contract/setup.ts'

storeContract('a store in memory', () => Promise.resolve(createMemoryStore()), {
  durable: false,
  concurrent: false,
  parquet: false,
})

describe('a store in memory', () => {
  const line = (seq: number) => ({ log: [storeRow('log', { at: noon, seq })] })

  it('fails and waits as it is told, and shows its rows', async () => {
    let failure: StoreError | undefined = new StoreError('STORE_DISK_FULL', 'no room', { retryable: true })
    const gate = Promise.withResolvers<void>()
    const store = createMemoryStore({ failWrites: () => failure, delayWrites: () => gate.promise })
    const first = store.write(storeBatchOf(line(1)))
    await expect(store.write(storeBatchOf(line(2)))).rejects.toMatchObject({ code: 'STORE_BUSY', retryable: true })
    expect(store.rows('log')).toEqual([])
    gate.resolve()
    await expect(first).rejects.toBe(failure)
    failure = undefined
    await store.write(storeBatchOf(line(3)))
    expect(store.rows('log')).toEqual(line(3).log)
  })

  it('fails questions as it is told, and is not backed up', async () => {
    const failure = new StoreError('STORE_IO', 'the disk is gone')
    await expect(createMemoryStore({ failQueries: () => failure }).catalog()).rejects.toBe(failure)
    expect(Object.keys(createMemoryStore())).not.toContain('backup')
  })
})
