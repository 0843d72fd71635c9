import type { Command } from 'commander'
import type { RulesFlags, RulesTestFlags } from './commands/rules.ts'
import { usageError } from './errors.ts'
import { examples } from './help-text.ts'
import type { Io } from './io.ts'

const config = 'configuration file of the server, with alarms.rules'

/** `netstats rules …`: what alarms follow from, before a server runs with it. */
export const addRulesCommands = (program: Command, io: Io): void => {
  const rules = program
    .command('rules')
    .summary('rules of alarms: list, check, test')
    .description(
      'Shows the rules that alarms follow from, checks those of a configuration, and tries them on data. Starts\nnothing.',
    )
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText(
      'after',
      examples('netstats rules list', 'netstats rules test --config server.yaml --data night.ndjson'),
    )
    .action((_flags: object, command: Command) => {
      const [word] = command.args
      if (word === undefined) throw usageError('say what to do with the rules, for example: netstats rules list')
      throw usageError(`unknown command 'rules ${word.slice(0, 40)}' (see netstats rules --help)`)
    })

  rules
    .command('list')
    .summary('every rule, and what it means')
    .description('Lists the rules of Netstats, or those that a server with this configuration judges by.')
    .option('--config <file>', config)
    .option('--json', 'one JSON object on standard output, for machines')
    .addHelpText('after', examples('netstats rules list', 'netstats rules list --config server.yaml --json'))
    .action(async (flags: RulesFlags) => (await import('./commands/rules.ts')).list(flags, io))

  rules
    .command('check')
    .summary('check the rules of a configuration')
    .description('Reads a configuration and names everything that is wrong with it, its expressions included.')
    .requiredOption('--config <file>', config)
    .addHelpText('after', examples('netstats rules check --config server.yaml'))
    .action(async (flags: RulesFlags) => (await import('./commands/rules.ts')).check(flags, io))

  rules
    .command('test')
    .summary('try rules on recorded or scripted data')
    .description(
      'Replays facts over time, one JSON object a line, and prints each step of each alarm that would have followed.\ndocs/guides/rules.md has the form of a line.',
    )
    .option('--config <file>', `${config}; without it, the rules of Netstats`)
    .requiredOption('--data <file>', 'file with the facts; - reads standard input')
    .option('--json', 'one JSON object a step on standard output, for machines')
    .addHelpText('after', examples('netstats rules test --config server.yaml --data night.ndjson'))
    .action(async (flags: RulesTestFlags) => (await import('./commands/rules.ts')).test(flags, io))

  // As with `store`: an unknown word is an argument to it.
  rules.allowExcessArguments(true)
}
