import { Command, CommanderError } from 'commander'
import { exitCodes, usageError } from './errors.ts'
import { examples } from './help-text.ts'
import { addAuthCommands, addKeygen } from './auth/program.ts'
import { addAlarmCommands } from './alarms/program.ts'
import { addBackupCommands } from './backup-program.ts'
import { addCheckConfig, addHeaders, addSampleConfig } from './file-program.ts'
import type { Io } from './io.ts'
import { addRulesCommands } from './rules-program.ts'
import { addAgent, addDemo, addServer, addUp } from './run-program.ts'
import { addStoreCommands } from './store-program.ts'
import { version } from './version.ts'

/** The whole command line. Actions load what they run when they run: an agent does not carry the server in memory. */
export const createProgram = (io: Io): Command => {
  const program = new Command('netstats')
    .description(
      'Watches Ethereum proof-of-authority networks: an agent beside each node, one live picture of them all.',
    )
    .version(version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .showSuggestionAfterError(true)
    .configureOutput({ writeOut: io.out, writeErr: () => undefined })
    .exitOverride()
    .addHelpText(
      'after',
      examples(
        'netstats up                                   everything on this machine, with a page to look at',
        'netstats server --listen :3000 --ethstats-secret SECRET',
        'netstats agent --name node-1 --rpc ws://127.0.0.1:8546 --server wss://stats.example.org',
        'netstats help agent                           what an agent can be told',
      ),
    )

  addUp(program, io)
  addDemo(program, io)
  addServer(program, io)
  addKeygen(addAgent(program, io), io)
  addAuthCommands(program, io)
  addAlarmCommands(program, io)
  addBackupCommands(program, io)
  addStoreCommands(program, io)
  addRulesCommands(program, io)

  addCheckConfig(program, io)
  addSampleConfig(program, io)
  addHeaders(program, io)
  program
    .command('version')
    .summary('print the version')
    .description('Prints the versions of Netstats and of the Node that runs it.')
    .addHelpText('after', examples('netstats version'))
    .action(() => io.out(`netstats ${version} (Node ${process.version})\n`))

  return program
}

/** Parses and runs; wrong use comes out as a `CliError` of one line. */
export const runProgram = async (args: readonly string[], io: Io): Promise<void> => {
  const program = createProgram(io)
  if (args.length === 0) {
    io.err(program.helpInformation().trimEnd())
    throw usageError('say what to run, for example: netstats up')
  }
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === exitCodes.ok) return
    throw usageError(`${oneLine(error.message)} (see ${named(program, args).join(' ')} --help)`)
  }
}

/** The words of the command that was meant, as far as they are known. */
const named = (command: Command, [word, ...rest]: readonly string[]): readonly string[] => {
  const next = command.commands.find((one) => one.name() === word)
  return next === undefined ? [command.name()] : [command.name(), ...named(next, rest)]
}

const oneLine = (text: string): string =>
  text
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim()
