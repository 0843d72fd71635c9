import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { batchOf, day, hour, now, retention, rowCountAfter } from '@netstats/store/duckdb/testing'
import { openDuckStore } from '@netstats/store/duckdb'
import { schemaVersion } from '@netstats/store/duckdb/admin'
import { createStoreAdmin } from './admin.ts'

const folder = mkdtempSync(join(tmpdir(), 'netstats-store-admin-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the administration of a store', () => {
  it('says in a dry run what it would drop, and then drops just that', async () => {
    await using store = await openDuckStore({ directory: join(folder, 'prune'), retention, now: () => now, threads: 1 })
    for (let i = 0; i < 8; i++) await store.write(batchOf(i, 3))
    let at = now
    const admin = createStoreAdmin({
      store: () => store,
      retention,
      backup: (path) => store.backup(path),
      now: () => at,
    })
    expect(await admin.prune({ dryRun: true })).toEqual({ files: [], bytes: 0 })
    let dropped = 0
    for (const later of [1.5 * day, 2 * day + 6 * hour, 9 * day, 400 * day]) {
      at = now + later
      const would = await admin.prune({ dryRun: true })
      const done = await admin.prune()
      expect(done.files.toSorted()).toEqual(would.files.toSorted())
      expect(await admin.prune({ dryRun: true })).toEqual({ files: [], bytes: 0 })
      dropped += done.files.length
    }
    const { files } = await admin.info()
    expect(dropped).toBeGreaterThan(4)
    expect(files.map((file) => file.tier)).toEqual(['kept'])
  })

  it('tells of every file and table, also of those that cannot be used', async () => {
    const directory = join(folder, 'info')
    const open = () => openDuckStore({ directory, retention, now: () => now, threads: 1 })
    {
      await using store = await open()
      for (let i = 0; i < 3; i++) await store.write(batchOf(i, 3))
    }
    writeFileSync(join(directory, 'raw-2026-11-01T00-6h.duckdb'), '')
    await using store = await open()
    const info = await createStoreAdmin({
      store: () => store,
      retention,
      backup: (path) => store.backup(path),
      now: () => now,
    }).info()
    expect(info).toMatchObject({ driver: 'duckdb', schema: schemaVersion })
    expect(info.tables.reduce((sum, table) => sum + table.rows, 0)).toBe(rowCountAfter(3, 3))
    expect(info.tables.find((table) => table.name === 'node_state')).toEqual({
      name: 'node_state',
      rows: 3,
      from: now,
      to: now + 2000,
    })
    expect(info.files.filter((file) => file.state === 'unusable')).toEqual([
      {
        name: 'raw-2026-11-01T00-6h.duckdb',
        bytes: 0,
        tier: 'raw',
        from: null,
        to: null,
        state: 'unusable',
        reason: expect.stringContaining('is empty'),
      },
    ])
    expect(info.bytes).toBe(info.files.reduce((sum, file) => sum + file.bytes, 0))
  })
})
