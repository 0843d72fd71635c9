/** `netstats backup` and `netstats restore`: everything a server keeps. */
import { resolve } from 'node:path'
import { restoreEverything } from '@netstats/server/admin'
import type { RestoreFlags } from '../store-flags.ts'
import type { Io } from '../io.ts'
import { serverConfigOf as configOf } from '../server-config.ts'
import type { StoreFlags } from '../store-flags.ts'
import { backupText, restoreText } from '../store/format.ts'
import { say, withAdmin, withProgress } from './store.ts'

export const backup = async (target: string, flags: StoreFlags, io: Io): Promise<void> => {
  const report = await withAdmin(flags, io, ({ admin }, options) => admin.backup(resolve(target), options), false)
  say(flags, io, report, backupText(report))
  // The copy is whole as far as it goes: a script that keeps copies goes on, anyone who reads its mail is told.
  for (const { name, reason } of report.missing ?? []) io.err(`netstats: ${name} is not whole in the backup: ${reason}`)
}

export const restore = async (from: string, flags: RestoreFlags, io: Io): Promise<void> => {
  const config = await configOf(flags, io)
  const report = await withProgress(io, (options) =>
    restoreEverything({ config, from: resolve(from), force: flags.force ?? false, ...options }),
  )
  say(flags, io, report, restoreText(report, [report.aside, report.authAside]))
  for (const { name, reason } of report.missing ?? [])
    io.err(`netstats: ${name} was not whole in the backup: ${reason}`)
}
