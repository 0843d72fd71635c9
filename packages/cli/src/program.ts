import { Command, CommanderError, Option } from 'commander'
import { exitCodes, usageError } from './errors.ts'
import { examples } from './help-text.ts'
import { logFormats, logLevels } from '@netstats/sdk/config'
import type { Shutdown } from './shutdown.ts'
import { addAccessCommands, addKeygen } from './access/program.ts'
import { addStoreCommands } from './store-program.ts'
import type { Terminal } from './store/progress.ts'
import { version } from './version.ts'

/** What commands work with; tests and `main` provide it. */
export interface Io {
  readonly out: (text: string) => void
  readonly err: (line: string) => void
  /** Standard error where a person looks at it. */
  readonly terminal: Terminal | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly shutdown: Shutdown
}

export interface LogFlags {
  readonly logLevel?: string
  readonly logFormat?: string
}
export interface ServerFlags extends LogFlags {
  readonly config?: string
  readonly listen?: string
  readonly data?: string
  readonly ethstatsSecret?: string
  readonly ethstatsSecretFile?: string
  readonly workers?: string
}
export interface AgentFlags extends LogFlags {
  readonly config?: string
  readonly name?: readonly string[]
  readonly rpc?: readonly string[]
  readonly ethstats?: readonly string[]
  readonly server?: readonly string[]
  readonly token?: string
  readonly tokenFile?: string
  readonly keyFile?: string
  readonly ethstatsSecret?: string
  readonly ethstatsSecretFile?: string
  readonly secret?: string
  readonly secretFile?: string
  readonly data?: string
  readonly metricsListen?: string
}
export interface UpFlags extends LogFlags {
  readonly listen?: string
  readonly data?: string
}
export interface DemoFlags extends UpFlags {
  readonly blockTime?: string
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

const withLog = (command: Command): Command =>
  command
    .addOption(new Option('--log-level <level>', 'least important entries that are logged').choices(logLevels))
    .addOption(new Option('--log-format <format>', 'form of the log on standard error').choices(logFormats))

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

  withLog(program.command('up'))
    .summary('run server, dashboard and an agent for this machine')
    .description(
      'Runs server, dashboard and an agent for the Ethereum client of this machine. It looks for one on the ports 8545 and 8546\nand on the usual IPC sockets; where there is none it starts a demo chain with three agents instead.',
    )
    .option('--listen <address>', 'where the dashboard is shown (default: 127.0.0.1:3000, or the next free port)')
    .option('--data <folder>', 'where everything is kept (default: .netstats in the repository)')
    .addHelpText(
      'after',
      examples(
        'netstats up',
        'netstats up --listen :8080               reachable from other machines',
        'netstats up --data /srv/netstats',
      ),
    )
    .action(async (flags: UpFlags) => (await import('./commands/up.ts')).up(flags, io))

  withLog(program.command('demo'))
    .summary('run server and dashboard with a demo chain')
    .description('Runs server, dashboard and a demo chain (anvil) with three agents, whatever else this machine runs.')
    .option('--listen <address>', 'where the dashboard is shown (default: 127.0.0.1:3000, or the next free port)')
    .option('--data <folder>', 'where everything is kept (default: .netstats in the repository)')
    .option('--block-time <seconds>', 'seconds between blocks of the demo chain, whole and from 1 to 60 (default: 2)')
    .addHelpText('after', examples('netstats demo', 'netstats demo --block-time 5'))
    .action(async (flags: DemoFlags) => (await import('./commands/up.ts')).demo(flags, io))

  withLog(program.command('server'))
    .summary('run the server')
    .description('Runs the server: takes in agents and ethstats clients, shows the dashboard, all on one port.')
    .option('--config <file>', 'configuration file (see netstats sample-config server)')
    .option(
      '--listen <address>',
      'where it accepts connections: 127.0.0.1:3000, [::1]:3000, or :3000 for every address',
    )
    .option('--data <folder>', 'where it keeps what it must not forget')
    .option('--ethstats-secret <secret>', 'secret that nodes must know; other users of this machine can see it here')
    .option('--ethstats-secret-file <file>', 'file that holds the secret; the safer way')
    .option('--workers <count>', 'processes that take in agents: a number, or auto for as many as they need (default)')
    .addHelpText(
      'after',
      examples(
        'netstats server --listen 127.0.0.1:3000 --data /var/lib/netstats --ethstats-secret-file /etc/netstats/secret',
        'NETSTATS_ETHSTATS_SECRET=SECRET netstats server',
        'netstats server --config server.yaml',
        'geth --ethstats node-1:SECRET@ws://127.0.0.1:3000      a node that reports to it',
        'curl http://127.0.0.1:3000/readyz                      200 when it is ready',
      ),
    )
    .action(async (flags: ServerFlags) => (await import('./commands/server.ts')).server(flags, io))

  const agent = withLog(program.command('agent'))
    .summary('run an agent beside a node')
    .description(
      'Runs an agent: watches one or more Ethereum nodes, keeps what it sees on disk, reports it to servers.',
    )
    .option('--config <file>', 'configuration file (see netstats sample-config agent)')
    .option(
      '--name <name>',
      'name of the node on the network (default: name of this machine); one for each --rpc',
      collect,
    )
    .option(
      '--rpc <url>',
      'JSON-RPC of a node: ws://, wss://, http://, https:// or the path of its IPC socket; repeatable',
      collect,
    )
    .option(
      '--server <url>',
      'Netstats server to report to, wss:// or ws://; nothing is lost on the way; repeatable',
      collect,
    )
    .option('--token-file <file>', 'file that holds the token this agent logs in with there')
    .option('--token <token>', 'the token itself; other users of this machine can see it here')
    .option('--key-file <file>', 'private Ed25519 key (PEM) to prove itself with there')
    .option('--ethstats <url>', 'ethstats server to report to, of any make, ws:// or wss://; repeatable', collect)
    .option('--ethstats-secret <secret>', 'secret of those servers; other users of this machine can see it here')
    .option('--ethstats-secret-file <file>', 'file that holds the secret; the safer way')
    .addOption(new Option('--secret <secret>', 'secret of all servers').hideHelp())
    .option('--secret-file <file>', 'file that holds a secret which all servers share')
    .option('--data <folder>', 'where observations are kept until they are delivered')
    .option('--metrics-listen <address>', 'where the agent tells of itself: /metrics and /healthz')
    .addHelpText(
      'after',
      examples(
        'netstats agent --name node-1 --rpc ws://127.0.0.1:8546 --server wss://stats.example.org --token-file token',
        'netstats agent --rpc /var/lib/geth/geth.ipc --ethstats ws://127.0.0.1:3000 --ethstats-secret SECRET',
        'netstats agent --name a --rpc http://10.0.0.1:8545 --name b --rpc http://10.0.0.2:8545 --server ws://127.0.0.1:3000',
        'netstats agent --config agent.yaml',
      ) +
        '\nVariables: NETSTATS_NAME, NETSTATS_RPC, NETSTATS_SERVER, NETSTATS_ETHSTATS (lists with commas), NETSTATS_TOKEN,\nNETSTATS_TOKEN_FILE, NETSTATS_KEY_FILE, NETSTATS_ETHSTATS_SECRET, NETSTATS_ETHSTATS_SECRET_FILE; every other option as in docs/reference/agent.md. Flags win over variables, both over the file.\n',
    )
    .action(async (flags: AgentFlags) => {
      await (await import('./commands/agent.ts')).agent(flags, io)
    })

  addKeygen(agent, io)
  addAccessCommands(program, io)
  addStoreCommands(program, io)

  program
    .command('check-config')
    .summary('check a configuration file')
    .description('Reads a configuration file and names everything that is wrong with it. Starts nothing.')
    .argument('<file>', 'the file to check')
    .addOption(
      new Option('--kind <kind>', 'what the file configures; by default its keys tell').choices(['agent', 'server']),
    )
    .addHelpText(
      'after',
      examples('netstats check-config agent.yaml', 'netstats check-config --kind server server.yaml'),
    )
    .action(async (file: string, flags: { kind?: 'agent' | 'server' }) =>
      (await import('./commands/check-config.ts')).checkConfig(file, flags.kind, io),
    )

  program
    .command('sample-config')
    .summary('print a configuration file to start from')
    .description('Prints a configuration file with every option, its default and what it is for.')
    .argument('<kind>', 'agent or server')
    .addHelpText(
      'after',
      examples('netstats sample-config agent > agent.yaml', 'netstats sample-config server > server.yaml'),
    )
    .action(async (kind: string) => (await import('./commands/sample-config.ts')).sampleConfigOf(kind, io))

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
