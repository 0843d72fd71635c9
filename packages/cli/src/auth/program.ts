import { Option } from 'commander'
import type { Command } from 'commander'
import { examples } from '../help-text.ts'
import type { Io } from '../io.ts'
import { family, how, withPlace } from './family.ts'
import type { AddAgentFlags, AddUserFlags, AgentChange, AgentPlaceFlags, AuditFlags, JsonFlags } from './flags.ts'
import { addRosterCommands } from './roster-program.ts'

const withNetwork = (command: Command): Command =>
  withPlace(command).option('--network <id>', 'its entry for this network; by default the one for every network')

/** `netstats agents …`, `netstats users …`, `netstats nodes …`, `netstats networks …` and `netstats audit`. */
export const addAuthCommands = (program: Command, io: Io): void => {
  addAgents(program, io)
  addUsers(program, io)
  addRosterCommands(program, io)
  withPlace(program.command('audit'))
    .summary('who changed agents and users, and who logged in')
    .description(`Shows what was administered and who logged in, newest first.\n${how}`)
    .option('--limit <entries>', 'entries to show at most, from 1 to 1000', '100')
    .addHelpText('after', examples('netstats audit', 'netstats audit --limit 1000 --json'))
    .action(async (flags: AuditFlags) => (await import('./commands.ts')).audit(flags, io))
}

const addAgents = (program: Command, io: Io): void => {
  const agents = family(
    program,
    'agents',
    'who of the agents and nodes may log in: add, list, rotate, revoke, ban; who was refused',
    'Gives agents and native nodes a token or key of their own, and takes it away. An id that has one cannot log in with a\nshared secret any more. Sessions whose right is gone end at once.',
    ['netstats agents add node-1', 'netstats agents list', 'netstats agents help add'],
  )
  withNetwork(agents.command('add'))
    .summary('make an agent known and print its token, once')
    .description(
      'Makes an agent known and prints its token, alone on standard output; only its digest is kept. With a key it proves itself\nby that, and has no token unless it is asked for.',
    )
    .argument('<name>', 'identity of the agent; of a native node the name it logs in with')
    .option('--key <file>', 'Ed25519 public key, a file or its text (see netstats agent keygen)')
    .option('--token', 'make a token also beside a key')
    .option('--note <text>', 'a word for people')
    .addHelpText(
      'after',
      examples(
        'netstats agents add node-1 > node-1.token',
        'netstats agents add node-1 --network 1337 --note "rack 3"',
        'netstats agents add node-1 --key node-1.pub',
      ),
    )
    .action(async (name: string, flags: AddAgentFlags) => (await import('./commands.ts')).addAgent(name, flags, io))
  withPlace(agents.command('list'))
    .summary('agents that have a token, a key or a ban')
    .description('Shows agents that have a token, a key or a ban, with their last login.')
    .addHelpText('after', examples('netstats agents list', 'netstats agents list --json'))
    .action(async (flags: JsonFlags) => (await import('./commands.ts')).listAgents(flags, io))
  withPlace(agents.command('refused'))
    .summary('who was refused, why, and what to do')
    .description(
      'Shows who was refused since the server was started, the last one first: agents, nodes and people, with the reason and\nwhat to do about it.',
    )
    .addHelpText('after', examples('netstats agents refused', 'netstats agents refused --json'))
    .action(async (flags: JsonFlags) => (await import('./commands.ts')).listRefused(flags, io))
  withNetwork(agents.command('rotate'))
    .summary('print a new token, once; the old one is worth nothing')
    .description(
      'Gives an agent a new token, prints it alone on standard output, and ends the sessions of the old one. An agent that was\nrevoked has its right back.',
    )
    .argument('<name>', 'identity of the agent')
    .addHelpText('after', examples('netstats agents rotate node-1 > node-1.token'))
    .action(async (name: string, flags: AgentPlaceFlags) =>
      (await import('./commands.ts')).rotateAgent(name, flags, io),
    )
  for (const [verb, summary, description] of changes) {
    withNetwork(agents.command(verb))
      .summary(summary)
      .description(description)
      .argument('<name>', 'identity of the agent')
      .addHelpText('after', examples(`netstats agents ${verb} node-1`, `netstats agents ${verb} node-1 --network 1337`))
      .action(async (name: string, flags: AgentPlaceFlags) =>
        (await import('./commands.ts')).changeAgent(verb, name, flags, io),
      )
  }
}

const changes: readonly (readonly [AgentChange, string, string])[] = [
  [
    'revoke',
    'take token and key of an agent away',
    'Takes token and key of an agent away and ends its sessions. Its id is refused until it is rotated or removed.',
  ],
  [
    'ban',
    'refuse an id, whatever it shows',
    'Refuses an id whatever it shows, and ends its sessions; also one that was never added.',
  ],
  ['unban', 'let a banned id in again', 'Lets a banned id in again, with the token or key that it had.'],
  [
    'remove',
    'forget an agent',
    'Forgets an agent and ends its sessions. Its id may log in with a shared secret again, where those are let in.',
  ],
]

const roleOption = (): Option =>
  new Option('--role <role>', 'what it may: look, administer agents, administer users too').choices([
    'viewer',
    'operator',
    'admin',
  ])

const expiresText = 'when the API token ends: 12h, 90d, or never (default: 365d)'

const addUsers = (program: Command, io: Io): void => {
  const users = family(
    program,
    'users',
    'who may log in to the dashboard and REST: add, list, passwd, remove',
    'People with a password and scripts with an API token. A change of password, token or role ends all sessions of the user.',
    ['netstats users add alice --role admin', 'netstats users list', 'netstats users help add'],
  )
  withPlace(users.command('add'))
    .summary('add a person, or with --token a script')
    .description(
      'Adds a person, whose password is asked for or read from standard input; or with --token a script, whose API token is\nprinted alone on standard output, once.',
    )
    .argument('<name>', 'letters, digits and . _ @ -')
    .addOption(roleOption().makeOptionMandatory())
    .option('--token', 'for a script: an API token in place of a password')
    .option('--expires <time>', expiresText)
    .option('--password-file <file>', 'file that holds the password')
    .addHelpText(
      'after',
      examples(
        'netstats users add alice --role admin',
        'netstats users add deploy --role operator --token > deploy.token',
        'netstats users add ci --role viewer --token --expires 30d > ci.token',
        'netstats users add bob --role viewer --password-file bob.password',
      ),
    )
    .action(async (name: string, flags: AddUserFlags) => (await import('./commands.ts')).addUser(name, flags, io))
  withPlace(users.command('list'))
    .summary('people and scripts that may log in')
    .description('Shows people and scripts that may log in, with their roles.')
    .addHelpText('after', examples('netstats users list', 'netstats users list --json'))
    .action(async (flags: JsonFlags) => (await import('./commands.ts')).listUsers(flags, io))
  withPlace(users.command('passwd'))
    .summary('set a new password, or with --token a new API token')
    .description(
      'Sets the password of a person or makes a new API token for a script, and ends all sessions of the user.',
    )
    .argument('<name>', 'the user')
    .option('--token', 'for a script: print a new API token')
    .option('--expires <time>', expiresText)
    .option('--password-file <file>', 'file that holds the password')
    .addHelpText(
      'after',
      examples('netstats users passwd alice', 'netstats users passwd deploy --token > deploy.token'),
    )
    .action(async (name: string, flags: Omit<AddUserFlags, 'role'>) =>
      (await import('./commands.ts')).setPassword(name, flags, io),
    )
  withPlace(users.command('role'))
    .summary('set what a user may')
    .description('Sets the role of a user and ends all sessions of it.')
    .argument('<name>', 'the user')
    .addOption(roleOption().makeOptionMandatory())
    .addHelpText('after', examples('netstats users role alice --role operator'))
    .action(async (name: string, flags: AddUserFlags) => (await import('./commands.ts')).setRole(name, flags, io))
  withPlace(users.command('remove'))
    .summary('remove a user')
    .description('Removes a user and ends all sessions of it.')
    .argument('<name>', 'the user')
    .addHelpText('after', examples('netstats users remove alice'))
    .action(async (name: string, flags: JsonFlags) => (await import('./commands.ts')).removeUser(name, flags, io))
}

/** `netstats agent keygen`. */
export const addKeygen = (agent: Command, io: Io): void => {
  agent
    .command('keygen')
    .summary('make a key for an agent')
    .description(
      'Makes an Ed25519 key for an agent: the private key goes into a new file that only its owner can read, the public key is\nprinted alone on standard output, for netstats agents add NAME --key.',
    )
    .argument('<file>', 'where the private key goes, PEM; it must not exist yet')
    .addHelpText('after', examples('netstats agent keygen /etc/netstats/agent.key > agent.pub'))
    .action(async (file: string) => (await import('./keygen.ts')).keygen(file, io))
}
