/** What command families of agents, users, nodes and networks share. */
import type { Command } from 'commander'
import { usageError } from '../errors.ts'
import { examples } from '../help-text.ts'

/** How these commands reach the data. */
export const how = `While a server runs on the data folder it is asked over a socket in that folder, so run this as its user or as root;
else the file auth.db is opened here.`

export const withPlace = (command: Command): Command =>
  command
    .option('--config <file>', 'configuration file of the server')
    .option('--data <folder>', 'data folder of the server, where it is not the one of its configuration')
    .option('--json', 'one JSON object on standard output, for machines')

export const family = (
  program: Command,
  name: string,
  summary: string,
  about: string,
  lines: readonly string[],
): Command =>
  program
    .command(name)
    .summary(summary)
    .description(`${about}\n${how}`)
    .helpCommand('help [command]', 'show the help of a command')
    .allowExcessArguments(true)
    .addHelpText('after', examples(...lines))
    .action((_flags: object, command: Command) => {
      const [word] = command.args
      if (word === undefined) throw usageError(`say what to do, for example: ${lines[0]?.trim()}`)
      throw usageError(`unknown command '${name} ${word.slice(0, 40)}' (see netstats ${name} --help)`)
    })
