/** What is kept beside the history, in a backup. */
import { version as engineVersion } from '@duckdb/node-api'
import type { BackupOptions, BackupReport } from '../../store-admin.ts'
import { schemaVersion } from '../ddl.ts'
import { backupFormat, otherNames } from './manifest.ts'
import type { BackupOther } from './manifest.ts'
import { openTarget } from './target.ts'
import type { BackupTarget } from './target.ts'

export interface BackupArgs extends Pick<BackupOptions, 'alongside'> {
  readonly path: string
}

/** What every manifest begins with. */
export const manifestHead = () =>
  ({
    format: backupFormat,
    kind: 'netstats-backup',
    schema: schemaVersion,
    writer: `duckdb ${engineVersion()}`,
    takenAt: Date.now(),
  }) as const

export const addOthers = async (
  target: BackupTarget,
  alongside: BackupOptions['alongside'],
  signal: AbortSignal | undefined,
): Promise<BackupOther[]> => {
  const others: BackupOther[] = []
  for (const { name, path } of alongside ?? []) {
    // What is in them is nobody else's to read.
    others.push({ name: otherNames.parse(name), ...(await target.add(name, path, signal, 0o600)) })
  }
  return others
}

/** A backup of a server that keeps no history. */
export const backupOthers = async (
  { path, alongside }: BackupArgs,
  { signal }: Pick<BackupOptions, 'signal'>,
): Promise<BackupReport> => {
  await using target = await openTarget(path, undefined)
  const others = await addOthers(target, alongside, signal)
  await target.finish({ ...manifestHead(), batch: 0, newest: null, rows: 0, parts: [], others, missing: [] })
  const bytes = others.reduce((sum, one) => sum + one.bytes, 0)
  return { path, rows: 0, files: 0, bytes, also: others.map(({ name }) => name) }
}
