import type { Command } from 'commander'
import { usageError } from './errors.ts'
import { examples } from './help-text.ts'
import type { Io } from './io.ts'
import type { PruneFlags, StoreFlags } from './store-flags.ts'

const about = `Tells of the history that a server keeps, and checks it. While a server runs on the data folder it does the
work itself, asked over a socket in that folder, so run this as its user or as root; else the files are opened here.`

/** The options that say which server's data folder is meant. */
export const withPlace = (command: Command): Command =>
  command
    .option('--config <file>', 'configuration file of the server')
    .option('--data <folder>', 'data folder of the server, where it is not the one of its configuration')
    .option('--json', 'one JSON object on standard output, for machines')

/** `netstats store …`, apart because it is a family of its own. */
export const addStoreCommands = (program: Command, io: Io): void => {
  const store = program
    .command('store')
    .summary('look after the history: info, verify, accept, prune')
    .description(about)
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText(
      'after',
      examples(
        'netstats store info --data /var/lib/netstats',
        'netstats store verify --config /etc/netstats/server.yaml',
        'netstats store help prune',
      ),
    )
    .action((_flags: object, command: Command) => {
      const [word] = command.args
      if (word === undefined) throw usageError('say what to do with the store, for example: netstats store info')
      if (word === 'backup' || word === 'restore')
        throw usageError(`it is netstats ${word} now, and of all a server keeps`)
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

  withPlace(store.command('accept'))
    .summary('take note of what files have lost')
    .description(
      'Shows which files of the history are missing or have lost something, and has the server tell of it no longer: after\nthis its health is good again. Nothing comes back by it. A file that cannot be used is to be moved away first.',
    )
    .addHelpText('after', examples('netstats store accept', 'netstats store accept --config server.yaml --json'))
    .action(async (flags: StoreFlags) => (await import('./commands/store.ts')).accept(flags, io))

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
