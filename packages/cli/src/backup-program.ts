import type { Command } from 'commander'
import { examples } from './help-text.ts'
import type { Io } from './io.ts'
import { withPlace } from './store-program.ts'
import type { RestoreFlags, StoreFlags } from './store-flags.ts'

/** `netstats backup` and `netstats restore`. */
export const addBackupCommands = (program: Command, io: Io): void => {
  withPlace(program.command('backup'))
    .summary('copy everything a server keeps, while it goes on')
    .description(
      'Writes a copy as of one moment into a new folder: the history, as Parquet files with a manifest, agents and users, and\nwho the server is. A running server goes on writing meanwhile; it makes the copy itself, so its user must be able to\nwrite there. Who can read the copy cannot log in with it, but keep it as you keep the data folder.',
    )
    .argument('<folder>', 'where to; it must not exist yet')
    .addHelpText(
      'after',
      examples(
        'netstats backup /backups/monday',
        'netstats backup "/backups/$(date +%F)" --config /etc/netstats/server.yaml',
      ),
    )
    .action(async (folder: string, flags: StoreFlags) =>
      (await import('./commands/backup.ts')).backup(folder, flags, io),
    )

  withPlace(program.command('restore'))
    .summary('put a backup in place while the server is stopped')
    .description(
      'Checks a backup whole, makes a history and a file of agents and users of it, and puts those in place. The server must\nbe stopped. Where there are some already, nothing is done without --force; nothing is ever deleted. Everybody has to log\nin again.',
    )
    .argument('<folder>', 'the backup')
    .option('--force', 'move what is there aside; it is kept beside the new')
    .addHelpText(
      'after',
      examples(
        'netstats restore /backups/monday --data /var/lib/netstats',
        'netstats restore /backups/monday --data /var/lib/netstats --force',
      ),
    )
    .action(async (folder: string, flags: RestoreFlags) =>
      (await import('./commands/backup.ts')).restore(folder, flags, io),
    )
}
