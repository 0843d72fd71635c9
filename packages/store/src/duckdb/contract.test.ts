import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storeContract } from '../testing/store-contract.ts'
import { afterAll } from 'vitest'
import { openDuckStore } from './mod.ts'

const folder = mkdtempSync(join(tmpdir(), 'netstats-store-contract-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

storeContract(
  'DuckDB',
  ({ place, now, retention }) => openDuckStore({ directory: join(folder, place), now, retention, threads: 1 }),
  { durable: true, concurrent: true, parquet: true },
)
