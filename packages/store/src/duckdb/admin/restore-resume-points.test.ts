/** A backup of schema 6, where how far streams were was rows of the raw files, is restored: each stream goes on there. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, describe, expect, it } from 'vitest'
import { storeBatchOf } from '../../memory/mod.ts'
import { storeRow } from '../../testing/store-contract/setup.ts'
import { oldDelivery, oldResumePoint } from '../test-support/deliveries.ts'
import { openDuckStore } from '../mod.ts'
import { restoreBackup } from './restore.ts'
import { editBackup, sha256Of } from './testing/backups.ts'
import { now, retention } from './testing/rows.ts'

const folder = mkdtempSync(join(tmpdir(), 'netstats-restore-points-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const open = (directory: string) => openDuckStore({ directory, retention, now: () => now, threads: 1 })

const ddl = JSON.parse(readFileSync(join(import.meta.dirname, '../migrations/schema-6.json'), 'utf8')) as Record<
  string,
  readonly string[]
>

/** Writes rows of the old table as a backup has them, and gives what a manifest says of them. */
const writeDeliveries = async (path: string, rows: readonly string[]) => {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  for (const statement of ddl['raw'] ?? []) if (/"?delivery"?/.test(statement)) await connection.run(statement)
  for (const row of rows) await connection.run(`INSERT INTO delivery VALUES (${row})`)
  await connection.run(`COPY delivery TO '${path}' (FORMAT parquet)`)
  connection.closeSync()
  instance.closeSync()
  return { rows: rows.length, bytes: readFileSync(path).length, sha256: sha256Of(path) }
}

const before = now - retention.raw / 2

/** A backup with two raw files, each with what a version of schema 6 wrote of streams. */
const backupOfSchema6 = async (name: string): Promise<string> => {
  const backup = join(folder, name)
  {
    await using store = await open(join(folder, `${name}-history`))
    const samples = [before, now].map((at) => storeRow('nodeSample', { at, peers: 1 }))
    const firstSeenAt = before
    await store.nameKeys({
      networks: [{ name: 'n', networkId: null, firstSeenAt }],
      nodes: ['a', 'b', 'c'].map((id) => ({ network: 'n', id, firstSeenAt })),
      metrics: [],
    })
    await store.write(storeBatchOf({ nodeSample: samples }))
    await store.backup(backup)
  }
  const manifest = JSON.parse(readFileSync(join(backup, 'manifest.json'), 'utf8')) as {
    parts: { name: string; tier: string }[]
  }
  const [older = '', newer = ''] = manifest.parts.filter(({ tier }) => tier === 'raw').map((part) => part.name)
  const added = new Map<string, Awaited<ReturnType<typeof writeDeliveries>> & { name: string; path: string }>()
  for (const [part, rows] of [
    [older, [oldDelivery(1, 1, 10, { at: before, agent: 'a' }), oldDelivery(2, 2, 20, { at: before, agent: 'b' })]],
    [newer, [oldDelivery(3, 1, 11, { at: now }), oldDelivery(4, 3, 30, { at: now, agent: 'c' })]],
  ] as const) {
    const path = `${part}/delivery.parquet`
    added.set(part, { name: 'delivery', path, ...(await writeDeliveries(join(backup, path), rows)) })
  }
  editBackup(backup, (one) => {
    one.schema = 6
    one.format = 2
    for (const part of one.parts) {
      const table = added.get(String(part.name))
      if (table === undefined) continue
      part.tables.push(table)
      one.rows = Number(one.rows) + table.rows
    }
  })
  return backup
}

describe('resume points of a backup of schema 6', () => {
  it('are restored as a migration would have made them, and every file counts as it was left', async () => {
    const directory = join(folder, 'restored')
    await restoreBackup({ from: await backupOfSchema6('backup'), directory, force: false, now: () => now })
    await using store = await open(directory)
    expect(await store.resumePoints()).toEqual([
      { ...oldResumePoint(1, 'a', 11), takenAt: now },
      { ...oldResumePoint(2, 'b', 20), takenAt: before },
      { ...oldResumePoint(3, 'c', 30), takenAt: now },
    ])
    expect(await store.condition()).toEqual([])
    const { findings } = await store.verify()
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(await store.latest({ network: 1, from: 0, to: now + 1 })).toHaveLength(1)
  })

  it('that were changed are found out before they count', async () => {
    const backup = await backupOfSchema6('harmed')
    editBackup(backup, (one) => {
      for (const part of one.parts)
        for (const table of part.tables) if (table.name === 'delivery') table.sha256 = '0'.repeat(64)
    })
    const directory = join(folder, 'refused')
    await expect(restoreBackup({ from: backup, directory, force: false, now: () => now })).rejects.toMatchObject({
      code: 'STORE_BACKUP_INVALID',
      message: expect.stringContaining('delivery.parquet is not what was written'),
    })
  })
})
