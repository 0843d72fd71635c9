/** The commands that run something until they are stopped: agent, server, or both. */
import { Option } from 'commander'
import type { Command } from 'commander'
import { logFormats, logLevels } from '@netstats/runtime/config'
import { builtinScripts } from '@netstats/simulator/scripts'
import { collect, examples } from './help-text.ts'
import type { AgentFlags, DemoFlags, Io, ServerFlags, UpFlags } from './io.ts'

const withAlarms = (command: Command): Command =>
  command
    .option(
      '--alarm-slack <url>',
      'incoming webhook of Slack, or of a chat that takes its form, that is notified of alarms',
    )
    .option('--alarm-webhook <url>', 'where each step of each alarm is posted as JSON, until it is accepted')

const withLog = (command: Command): Command =>
  command
    .addOption(new Option('--log-level <level>', 'least important entries that are logged').choices(logLevels))
    .addOption(new Option('--log-format <format>', 'form of the log on standard error').choices(logFormats))

export const addUp = (program: Command, io: Io): void => {
  withAlarms(withLog(program.command('up')))
    .summary('run server, dashboard and an agent for this machine')
    .description(
      'Runs server, dashboard and an agent for the Ethereum client of this machine. It looks for one on the ports 8545 and 8546\nand on the usual IPC sockets; where there is none it starts the demo instead (netstats demo --help).',
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
}

const scriptList = Object.entries(builtinScripts)
  .map(([name, { summary }]) => `  ${name.padEnd(12)} ${summary}`)
  .join('\n')

export const addDemo = (program: Command, io: Io): void => {
  withAlarms(withLog(program.command('demo')))
    .summary('run server and dashboard with a simulated network')
    .description(
      'Runs server, dashboard and a simulated proof-of-authority network, whatever else this machine runs. Every few minutes\nsomething goes wrong in it and heals, and a line says what it is.',
    )
    .option('--listen <address>', 'where the dashboard is shown (default: 127.0.0.1:3000, or the next free port)')
    .option('--data <folder>', 'where everything is kept (default: .netstats in the repository)')
    .option('--engine <engine>', 'rules of the network: clique, aura, ibft1, ibft2 or qbft (default: qbft)')
    .option('--validators <number>', 'how many validators it has, from 3 to 21 (default: 5); two more nodes are none')
    .option('--script <name>', 'what goes wrong: a script of the list below, or a file (default: tour)')
    .option('--block-time <seconds>', 'seconds between blocks, whole and from 1 to 60 (default: 2)')
    .addHelpText('after', `\nScripts:\n${scriptList}\n`)
    .addHelpText(
      'after',
      examples(
        'netstats demo',
        'netstats demo --engine clique --script deadlock',
        'netstats demo --script my-script.yaml',
      ),
    )
    .action(async (flags: DemoFlags) => (await import('./commands/up.ts')).demo(flags, io))
}

export const addServer = (program: Command, io: Io): void => {
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
    .option('--open', 'let everybody report without a secret; else it listens beyond this machine only with one')
    .option(
      '--alarm-webhook <url>',
      'where each step of each alarm is posted as JSON, until it is accepted; other users of this machine can see it here',
    )
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
}

export const addAgent = (program: Command, io: Io): Command => {
  return withLog(program.command('agent'))
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
      '--rpc-token-file <file>',
      'file that holds the token (bearer) which those nodes, or what is before them, ask for',
    )
    .option(
      '--rpc-jwt-file <file>',
      'file that holds the secret shared with those nodes, of which a token (JWT) is made',
    )
    .option('--statsd <address>', 'where StatsD is taken in, by UDP and TCP, such as 127.0.0.1:8125')
    .option('--syslog <address>', 'where syslog is taken in, by UDP and TCP, such as 127.0.0.1:5514')
    .option(
      '--log-file <path>',
      'log of the node to follow, also a pattern in quotes such as "/var/log/geth/geth.log*"; repeatable',
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
    .option('--metrics-listen <address>', 'where the agent serves /metrics and /healthz')
    .addHelpText(
      'after',
      examples(
        'netstats agent --name node-1 --rpc ws://127.0.0.1:8546 --server wss://stats.example.org --token-file token',
        'netstats agent --rpc /var/lib/geth/geth.ipc --ethstats ws://127.0.0.1:3000 --ethstats-secret SECRET',
        'netstats agent --name a --rpc http://10.0.0.1:8545 --name b --rpc http://10.0.0.2:8545 --server ws://127.0.0.1:3000',
        'netstats agent --statsd 127.0.0.1:8125 --syslog 127.0.0.1:5514 --server wss://stats.example.org --token-file token',
        'netstats agent --config agent.yaml',
      ) +
        '\nVariables: NETSTATS_NAME, NETSTATS_RPC, NETSTATS_SERVER, NETSTATS_ETHSTATS (lists with commas),\nNETSTATS_STATSD, NETSTATS_SYSLOG, NETSTATS_RPC_TOKEN, NETSTATS_RPC_TOKEN_FILE, NETSTATS_RPC_JWT_FILE, NETSTATS_TOKEN, NETSTATS_TOKEN_FILE, NETSTATS_KEY_FILE,\nNETSTATS_ETHSTATS_SECRET, NETSTATS_ETHSTATS_SECRET_FILE; every other option as in docs/reference/agent.md. Flags win over variables, both over the file.\n',
    )
    .action(async (flags: AgentFlags) => {
      await (await import('./commands/agent.ts')).agent(flags, io)
    })
}
