/** The file of alarms out of a backup: checked beside its place, then put there by renaming. */
import { existsSync, renameSync, rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from '@netstats/store/duckdb/admin'
import { openAlarmFile } from '../alarms/database.ts'
import { alarmsFileName } from '../data-folder/folders.ts'
import { checkedCopy } from './restore-auth.ts'
import type { StageOptions } from './restore-auth.ts'

interface StagedAlarms extends Disposable {
  /** What was there before is moved aside. */
  putInPlace(now: number): Promise<void>
}

export const stageAlarms = async ({ from, data, others, signal }: StageOptions): Promise<StagedAlarms> => {
  const alarms = others.find(({ name }) => name === alarmsFileName)
  const path = join(data, alarmsFileName)
  const staged = `${path}.restoring`
  const clean = (): void => {
    for (const end of ['', '-journal', '-wal', '-shm']) rmSync(staged + end, { force: true })
  }
  try {
    if (alarms !== undefined) {
      await mkdir(data, { recursive: true, mode: 0o750 })
      await checkedCopy(from, staged, alarms, signal)
      openAlarmFile(staged)[Symbol.dispose]()
    }
  } catch (error) {
    clean()
    throw error
  }
  return {
    async putInPlace(now) {
      if (alarms === undefined) return
      const aside = `${path}.before-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`
      for (const end of ['-wal', '-shm', '']) if (existsSync(path + end)) renameSync(path + end, aside + end)
      renameSync(staged, path)
      await syncFolder(data)
    },
    [Symbol.dispose]: clean,
  }
}
