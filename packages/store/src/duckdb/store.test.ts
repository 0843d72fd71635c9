import { join } from 'node:path'
import { storeContract } from '../testing/store-contract.ts'
import { openDuckStore } from './mod.ts'
import { createPlaces } from './test-support/places.ts'

const place = createPlaces()
const roots = new Map<string, string>()

// As contract.test.ts, where every question and every batch has to open files again that were closed for others.
storeContract(
  'DuckDB with one file open',
  ({ place: name, now, retention }) => {
    const root = roots.get(name) ?? place().directory
    roots.set(name, root)
    return openDuckStore({ directory: join(root, 'store'), now, retention, threads: 1, openFiles: 1, readers: 1 })
  },
  { durable: true, concurrent: true, parquet: true },
)
