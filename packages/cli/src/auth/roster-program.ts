import type { Command } from 'commander'
import { examples } from '../help-text.ts'
import type { Io } from '../io.ts'
import { family, withPlace } from './family.ts'
import type { JsonFlags, NetworkFlags, NodeFlags, NodeListFlags } from './flags.ts'

const load = () => import('./roster-commands.ts')

/** `netstats nodes …` and `netstats networks …`. */
export const addRosterCommands = (program: Command, io: Io): void => {
  addNodes(program, io)
  addNetworks(program, io)
}

const addNodes = (program: Command, io: Io): void => {
  const nodes = family(
    program,
    'nodes',
    'nodes the server knows: list, rename, merge, remove',
    'Shows the nodes that a running server knows, calls them otherwise, takes two for one, and forgets them.',
    ['netstats nodes list --inactive', 'netstats nodes remove OLD --network 1337', 'netstats nodes help merge'],
  )
  const ofNode = (name: string): Command =>
    withPlace(nodes.command(name))
      .argument('<id>', 'id of the node, as netstats nodes list shows it')
      .requiredOption('--network <key>', 'key of its network')
  withPlace(nodes.command('list'))
    .summary('nodes with their ids and networks')
    .description('Shows at most 1000 nodes that a running server knows.')
    .option('--network <key>', 'only of this network')
    .option('--inactive', 'only those that are inactive')
    .addHelpText('after', examples('netstats nodes list', 'netstats nodes list --network 1337 --inactive'))
    .action(async (flags: NodeListFlags) => (await load()).listNodes(flags, io))
  ofNode('rename')
    .summary('call a node otherwise in lists, alarms and messages')
    .description(
      'Calls a node otherwise in lists, alarms and messages; its id stays, and what it calls itself does not count.',
    )
    .option('--name <text>', 'the new name; left out: what it calls itself')
    .addHelpText('after', examples('netstats nodes rename 0x0190e83f… --network 1337 --name besu-1'))
    .action(async (id: string, flags: NodeFlags) => (await load()).changeNode('rename', id, flags, io))
  ofNode('merge')
    .summary('take a node for another word for a second one')
    .description(
      'Takes a node out of the lists: what its id reports from now on counts for the other one. Remove undoes it.',
    )
    .requiredOption('--into <id>', 'id of the node that stays')
    .addHelpText('after', examples('netstats nodes merge besu-1-old --network 1337 --into besu-1'))
    .action(async (id: string, flags: NodeFlags) => (await load()).changeNode('merge', id, flags, io))
  ofNode('remove')
    .summary('forget an inactive node now')
    .description(
      'Forgets an inactive node now, and what was decided about it; its history stays. One that is active would come back at once.',
    )
    .addHelpText('after', examples('netstats nodes remove Gamma-0x0000 --network 9601'))
    .action(async (id: string, flags: NodeFlags) => (await load()).changeNode('remove', id, flags, io))
}

const addNetworks = (program: Command, io: Io): void => {
  const networks = family(
    program,
    'networks',
    'networks the server knows: list, rename, merge, remove',
    'Shows the networks that a running server knows, gives them other keys, takes two for one, and forgets them.',
    ['netstats networks list', 'netstats networks rename 31337-3fa2b1c9 --to dev', 'netstats networks help merge'],
  )
  const ofNetwork = (name: string): Command =>
    withPlace(networks.command(name)).argument('<key>', 'key of the network, as netstats networks list shows it')
  withPlace(networks.command('list'))
    .summary('networks with their chains and how many nodes they have')
    .description('Shows the networks that a running server knows.')
    .addHelpText('after', examples('netstats networks list', 'netstats networks list --json'))
    .action(async (flags: JsonFlags) => (await load()).listNetworks(flags, io))
  ofNetwork('rename')
    .summary('give a network another key, for good')
    .description('Gives a network another key, for good. What was written under the old key stays there.')
    .requiredOption('--to <key>', 'the new key')
    .addHelpText('after', examples('netstats networks rename 31337-3fa2b1c9 --to dev'))
    .action(async (key: string, flags: NetworkFlags) => (await load()).changeNetwork('rename', key, flags, io))
  ofNetwork('merge')
    .summary('take all nodes of a network into another one')
    .description('Takes all nodes of a network into another one, now and whenever they come.')
    .requiredOption('--into <key>', 'key of the network they go to')
    .addHelpText('after', examples('netstats networks merge 31337-3fa2b1c9 --into 31337'))
    .action(async (key: string, flags: NetworkFlags) => (await load()).changeNetwork('merge', key, flags, io))
  ofNetwork('remove')
    .summary('forget a network none of whose nodes is active')
    .description('Forgets a network none of whose nodes is active; its history stays.')
    .addHelpText('after', examples('netstats networks remove 31337-3fa2b1c9'))
    .action(async (key: string, flags: NetworkFlags) => (await load()).changeNetwork('remove', key, flags, io))
}
