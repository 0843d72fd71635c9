import type { Command } from 'commander'
import { usageError } from './errors.ts'
import { examples } from './help-text.ts'
import type { Io } from './program.ts'

export interface StoreFlags {
  readonly config?: string
  readonly data?: string
  readonly json?: boolean
}
export interface RestoreFlags extends StoreFlags {
  readonly force?: boolean
}
export interface PruneFlags extends StoreFlags {
  readonly dryRun?: boolean
}

const about = `Tells of the history that a server keeps, checks it, copies it. While a server runs on the data folder it does the
work itself, asked over a socket in that folder, so run this as its user or as root; else the files are opened here.`

const withPlace = (command: Command): Command =>
  command
    .option('--config <file>', 'configuration file of the server')
    .option('--data <folder>', 'data folder of the server, where it is not the one of its configuration')
    .option('--json', 'one JSON object on standard output, for machines')

/** `netstats store …`, apart because it is a family of its own. */
export const addStoreCommands = (program: Command, io: Io): void => {
  const store = program
    .command('store')
    .summary('look after the history: info, verify, backup, restore, prune')
    .description(about)
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText(
      'after',
      examples(
        'netstats store info --data /var/lib/netstats',
        'netstats store backup /backups/monday --config /etc/netstats/server.yaml',
        'netstats store help restore',
      ),
    )
    .action((_flags: object, command: Command) => {
      const [word] = command.args
      if (word === undefined) throw usageError('say what to do with the store, for example: netstats store info')
      throw usageError(`unknown command 'store ${word.slice(0, 40)}' (see netstats store --help)`)
    })

  withPlace(store.command('info'))
    .summary('what is kept, since when, in how much space')
    .description('Tells driver, schema, files and tables of the history, with the times they reach over.')
    .addHelpText('after', examples('netstats store info', 'netstats store info --data /var/lib/netstats --json'))
    .action(async (flags: StoreFlags) => (await import('./commands/store.ts')).info(flags, io))

  withPlace(store.command('verify'))
    .summary('read everything and say what is wrong')
    .description(
      'Reads every file to its end and checks what it finds; changes nothing. Ends with 1 where there is an error.',
    )
    .addHelpText('after', examples('netstats store verify', 'netstats store verify --config server.yaml'))
    .action(async (flags: StoreFlags) => (await import('./commands/store.ts')).verify(flags, io))

  withPlace(store.command('backup'))
    .summary('copy the history as of one moment, while the server goes on')
    .description(
      'Writes a copy as of one moment into a new folder, as Parquet files with a manifest. A running server goes on writing\nmeanwhile; it makes the copy itself, so its user must be able to write there.',
    )
    .argument('<folder>', 'where to; it must not exist yet')
    .addHelpText(
      'after',
      examples(
        'netstats store backup /backups/monday',
        'netstats store backup "/backups/$(date +%F)" --config /etc/netstats/server.yaml',
      ),
    )
    .action(async (folder: string, flags: StoreFlags) =>
      (await import('./commands/store.ts')).backup(folder, flags, io),
    )

  withPlace(store.command('restore'))
    .summary('put a backup in place while the server is stopped')
    .description(
      'Checks a backup whole, makes a history of it, and puts that in place in one step. The server must be stopped. Where\nthere is a history already, nothing is done without --force; nothing is ever deleted.',
    )
    .argument('<folder>', 'the backup')
    .option('--force', 'move a history that is there aside; it is kept beside the new one')
    .addHelpText(
      'after',
      examples(
        'netstats store restore /backups/monday --data /var/lib/netstats',
        'netstats store restore /backups/monday --data /var/lib/netstats --force',
      ),
    )
    .action(async (folder: string, flags: RestoreFlags) =>
      (await import('./commands/store.ts')).restore(folder, flags, io),
    )

  withPlace(store.command('prune'))
    .summary('drop now what is past its retention')
    .description(
      'Drops what is past the retention of the configuration. A running server does so by itself, and takes its own\nconfiguration; this is for when disk space is wanted at once.',
    )
    .option('--dry-run', 'only say what would be dropped')
    .addHelpText('after', examples('netstats store prune --dry-run', 'netstats store prune --config server.yaml'))
    .action(async (flags: PruneFlags) => (await import('./commands/store.ts')).prune(flags, io))

  // Only here: what is made of it above has taken over its settings. An unknown word is an argument to it.
  store.allowExcessArguments(true)
}
