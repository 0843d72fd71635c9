/** The commands that read or write a file and are done. */
import { Option } from 'commander'
import type { Command } from 'commander'
import { collect, examples } from './help-text.ts'
import type { Io } from './io.ts'

export const addCheckConfig = (program: Command, io: Io): void => {
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
}

export const addSampleConfig = (program: Command, io: Io): void => {
  program
    .command('sample-config')
    .summary('print a configuration file to start from')
    .description('Prints a configuration file with every option, its default and what it is for.')
    .argument('<kind>', 'agent or server')
    .option('--plugin <name>', 'plugin whose components are listed too, by package name or path; repeatable', collect)
    .addHelpText(
      'after',
      examples('netstats sample-config agent > agent.yaml', 'netstats sample-config server > server.yaml'),
    )
    .action(async (kind: string, { plugin = [] }: { plugin?: readonly string[] }) =>
      (await import('./commands/sample-config.ts')).sampleConfigOf(kind, plugin, io),
    )
}

export const addHeaders = (program: Command, io: Io): void => {
  program
    .command('headers')
    .summary('say from block headers who sealed and who did not')
    .description(
      'Reads block headers, one JSON object a line: {"chain": "…", "header": {…}} with the header as eth_getBlockByNumber\ngives it, each chain in its order. Writes for each what the rules of its engine (Clique, AuRa, IBFT, QBFT) conclude.',
    )
    .argument('[file]', 'file with headers (default: standard input)')
    .option('--genesis <file>', 'genesis file of the chain: its epoch, policy of proposers, or AuRa list of validators')
    .option('--config <file>', 'file with networks.<chain>: epoch, policy, quorum, validators (a list, in its order)')
    .addHelpText(
      'after',
      examples('netstats headers headers.ndjson', 'netstats headers --genesis genesis.json < headers.ndjson'),
    )
    .action(async (file: string | undefined, flags: { genesis?: string; config?: string }) =>
      (await import('./commands/headers.ts')).headers(file, flags, io),
    )
}
