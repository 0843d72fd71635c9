/** `netstats store …`: asks the one who owns the history, and writes down the answer. */
import type { AdminOptions } from '@netstats/store'
import { openStoreAdmin } from '@netstats/server/admin'
import type { OpenedAdmin } from '@netstats/server/admin'
import { CliError } from '../errors.ts'
import type { Io } from '../io.ts'
import { serverConfigOf as configOf } from '../server-config.ts'
import type { PruneFlags, StoreFlags } from '../store-flags.ts'
import { acceptText, counted, infoText, pruneText, verifyText } from '../store/format.ts'
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

export const accept = async (flags: StoreFlags, io: Io): Promise<void> => {
  const report = await withAdmin(flags, io, ({ admin }, options) => admin.accept(options))
  say(flags, io, report, acceptText(report))
}

export const prune = async (flags: PruneFlags, io: Io): Promise<void> => {
  const dryRun = flags.dryRun ?? false
  const report = await withAdmin(flags, io, ({ admin }, options) => admin.prune({ dryRun, ...options }))
  say(flags, io, { dryRun, ...report }, pruneText(report, dryRun))
}

export const withAdmin = async <T>(
  flags: StoreFlags,
  io: Io,
  work: (opened: OpenedAdmin, options: AdminOptions) => Promise<T>,
  needsHistory = true,
): Promise<T> => {
  await using opened = await openStoreAdmin({ config: await configOf(flags, io), needsHistory })
  return await withProgress(io, (options) => work(opened, options))
}

/** The line of progress is gone before anything else is written. */
export const withProgress = async <T>(
  { terminal, err, shutdown }: Io,
  work: (options: AdminOptions) => Promise<T>,
): Promise<T> => {
  using progress = openProgress({ terminal, err, now: () => performance.now() })
  return await work({ signal: shutdown.signal, onProgress: (step) => progress.show(step) })
}

export const say = (flags: StoreFlags, io: Io, value: object, text: string): void =>
  io.out(flags.json === true ? `${JSON.stringify(value)}\n` : text)
