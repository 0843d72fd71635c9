import type { Command } from 'commander'
import { withPlace } from '../auth/family.ts'
import { usageError } from '../errors.ts'
import { examples } from '../help-text.ts'
import type { Io } from '../io.ts'
import type { AlarmFlags } from './commands.ts'

/** `netstats alarms …`: what a running server is asked about alarms. */
export const addAlarmCommands = (program: Command, io: Io): void => {
  const alarms = program
    .command('alarms')
    .summary('alarms of a running server: who is notified of them')
    .description(
      'Asks the server that runs on a data folder, over a socket in that folder, so run this as its user or as root.',
    )
    .helpCommand('help [command]', 'show the help of a command')
    .allowExcessArguments(true)
    .addHelpText('after', examples('netstats alarms receivers', 'netstats alarms test team'))
    .action((_flags: object, command: Command) => {
      const [word] = command.args
      if (word === undefined) throw usageError('say what to do, for example: netstats alarms test team')
      throw usageError(`unknown command 'alarms ${word.slice(0, 40)}' (see netstats alarms --help)`)
    })

  withPlace(alarms.command('receivers'))
    .summary('who is notified of alarms, and whether that works')
    .description('Lists the receivers of the configuration, what waits for each, and when it last took something.')
    .addHelpText('after', examples('netstats alarms receivers', 'netstats alarms receivers --json'))
    .action(async (flags: AlarmFlags) => (await import('./commands.ts')).listReceivers(flags, io))

  withPlace(alarms.command('test'))
    .summary('send a receiver a test message')
    .description(
      'Sends a receiver a message that says it is a test, the way an alarm goes, and waits until it was taken or refused.',
    )
    .argument('<receiver>', 'its name in the configuration; alarm-webhook is that of --alarm-webhook')
    .addHelpText('after', examples('netstats alarms test team', 'netstats alarms test team --data /var/lib/netstats'))
    .action(async (receiver: string, flags: AlarmFlags) =>
      (await import('./commands.ts')).testReceiver(receiver, flags, io),
    )
}
