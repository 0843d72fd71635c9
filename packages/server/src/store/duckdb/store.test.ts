import { join } from 'node:path'
import { storeContract } from '@netstats/sdk/testing'
import { openDuckStore } from './mod.ts'
import { createPlaces } from './test-support/places.ts'

const place = createPlaces()
const roots = new Map<string, string>()

storeContract(
  'DuckDB',
  ({ place: name, now, retention }) => {
    const root = roots.get(name) ?? place().directory
    roots.set(name, root)
    return openDuckStore({ directory: join(root, 'store'), now, retention, threads: 1 })
  },
  { durable: true, concurrent: true, parquet: true },
)
