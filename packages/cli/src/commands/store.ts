/** `netstats store …`: asks whoever owns the history, and writes down the answer. */
import { resolve } from 'node:path'
import type { AdminOptions } from '@netstats/sdk/store'
import { openStoreAdmin, restoreStore } from '@netstats/server'
import type { OpenedAdmin } from '@netstats/server'
import { CliError } from '../errors.ts'
import type { Io } from '../program.ts'
import { serverConfigOf as configOf } from '../server-config.ts'
import type { PruneFlags, RestoreFlags, StoreFlags } from '../store-program.ts'
import { backupText, counted, infoText, pruneText, restoreText, verifyText } from '../store/format.ts'
import { openProgress } from '../store/progress.ts'

export const info = async (flags: StoreFlags, io: Io): Promise<void> => {
  const { found, where } = await withAdmin(flags, io, async ({ admin, folder, running }, options) => ({
    found: await admin.info(options),
    where: { folder, running },
  }))
  say(flags, io, { ...where, ...found }, infoText(found, where))
}

export const verify = async (flags: StoreFlags, io: Io): Promise<void> => {
  const report = await withAdmin(flags, io, ({ admin }, options) => admin.verify(options))
  say(flags, io, report, verifyText(report))
  const errors = report.findings.filter((finding) => finding.severity === 'error').length
  if (errors === 0) return
  const cure = 'what to do about each: docs/guides/history.md'
  throw new CliError('CLI_STORE_UNSOUND', `the history has ${counted(errors, 'error')}; ${cure}`)
}

export const backup = async (target: string, flags: StoreFlags, io: Io): Promise<void> => {
  const report = await withAdmin(flags, io, ({ admin }, options) => admin.backup(resolve(target), options))
  say(flags, io, report, backupText(report))
  // The copy is whole as far as it goes: a script that keeps copies goes on, whoever reads its mail is told.
  for (const { name, reason } of report.missing ?? []) io.err(`netstats: ${name} is not in the backup: ${reason}`)
}

export const prune = async (flags: PruneFlags, io: Io): Promise<void> => {
  const dryRun = flags.dryRun ?? false
  const report = await withAdmin(flags, io, ({ admin }, options) => admin.prune({ dryRun, ...options }))
  say(flags, io, { dryRun, ...report }, pruneText(report, dryRun))
}

export const restore = async (from: string, flags: RestoreFlags, io: Io): Promise<void> => {
  const config = await configOf(flags, io)
  const report = await withProgress(io, (options) =>
    restoreStore({ config, from: resolve(from), force: flags.force ?? false, ...options }),
  )
  say(flags, io, report, restoreText(report, report.aside))
}

const withAdmin = async <T>(
  flags: StoreFlags,
  io: Io,
  work: (opened: OpenedAdmin, options: AdminOptions) => Promise<T>,
): Promise<T> => {
  await using opened = await openStoreAdmin({ config: await configOf(flags, io) })
  return await withProgress(io, (options) => work(opened, options))
}

/** The line of progress is gone before anything else is written. */
const withProgress = async <T>(
  { terminal, err, shutdown }: Io,
  work: (options: AdminOptions) => Promise<T>,
): Promise<T> => {
  using progress = openProgress({ terminal, err, now: () => performance.now() })
  return await work({ signal: shutdown.signal, onProgress: (step) => progress.show(step) })
}

const say = (flags: StoreFlags, io: Io, value: object, text: string): void =>
  io.out(flags.json === true ? `${JSON.stringify(value)}\n` : text)
