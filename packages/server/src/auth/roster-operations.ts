/** What can be done to nodes and networks that the server knows. */
import { z } from 'zod'
import { AuthError } from './errors.ts'
import { operation } from './operation.ts'
import type { AuthAdmin, RosterAdmin } from './operation.ts'
import { isPlain } from './plain.ts'

const word = (what: string) =>
  z.string().min(1).max(200).refine(isPlain, 'has a character that is not shown').describe(what)
const network = word('Key of the network.')
const id = word('Id of the node.')
const key = z
  .string()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u,
    'expected letters, digits and . _ -, at most 64, a letter or digit first',
  )
  .refine((text) => text !== 'overflow' && text !== 'unknown', 'is a word of the server')
  .refine((text) => !text.endsWith('-newest'), 'ends as the word for the newest chain of an id does')
  .describe('The key it has from now on, for every chain of its network id and genesis.')

const decided = z.object({
  changed: z.int().describe('How many nodes it changed.'),
  network: z.string().nullable().describe('Where they are now; null: nowhere.'),
})

const knownNode = z.object({
  network: z.string(),
  id: z.string(),
  name: z.string(),
  state: z.enum(['active', 'inactive']),
  lastSeenAt: z.number().describe('Unix time in milliseconds.'),
})
const knownNetwork = z.object({
  key: z.string(),
  networkId: z.string().nullable(),
  genesis: z.string().nullable(),
  nodes: z.int(),
  active: z.int(),
})

export const rosterShapes = {
  KnownNode: knownNode,
  KnownNodeList: z.object({ nodes: z.array(knownNode) }),
  KnownNetwork: knownNetwork,
  KnownNetworkList: z.object({ networks: z.array(knownNetwork) }),
  RosterChanged: decided,
} as const

const rosterOf = ({ roster }: AuthAdmin): RosterAdmin => {
  if (roster !== undefined) return roster
  throw new AuthError(
    'AUTH_SERVER_NEEDED',
    'No server runs on this data folder: nodes and networks are known to one that runs.',
  )
}

export const rosterOperations = {
  'nodes/list': operation({
    id: 'listKnownNodes',
    summary: 'Nodes the server knows, at most 1000; of one network, and only the inactive ones, where that is asked.',
    role: 'operator',
    args: z.strictObject({ network: network.optional(), inactive: z.boolean().optional() }),
    result: rosterShapes.KnownNodeList,
    run: (admin, _, { network: of, inactive = false }) => ({ nodes: [...rosterOf(admin).nodes(of, inactive)] }),
  }),
  'nodes/rename': operation({
    id: 'renameNode',
    summary: 'Calls a node otherwise in lists, alarms and messages; its id stays.',
    role: 'operator',
    args: z.strictObject({ network, id, name: word('What it is called; null: what it calls itself.').nullable() }),
    result: decided,
    run: (admin, actor, args) => rosterOf(admin).rename(actor, args),
  }),
  'nodes/merge': operation({
    id: 'mergeNode',
    summary: 'Takes a node out of the lists: what its id reports from now on counts for another one.',
    role: 'operator',
    args: z.strictObject({ network, id, into: word('Id of the node that it is another word for.') }),
    result: decided,
    run: (admin, actor, args) => rosterOf(admin).merge(actor, args),
  }),
  'nodes/remove': operation({
    id: 'removeNode',
    summary: 'Forgets an inactive node now, and what was decided about it; its history stays.',
    role: 'operator',
    args: z.strictObject({ network, id }),
    result: decided,
    run: (admin, actor, args) => rosterOf(admin).remove(actor, args),
  }),
  'networks/list': operation({
    id: 'listKnownNetworks',
    summary: 'Networks the server knows, with their chain and how many nodes they have.',
    role: 'operator',
    args: z.strictObject({}),
    result: rosterShapes.KnownNetworkList,
    run: (admin) => ({ networks: [...rosterOf(admin).networks()] }),
  }),
  'networks/rename': operation({
    id: 'renameNetwork',
    summary: 'Gives a network another key, for good; what was written under the old one stays there.',
    role: 'operator',
    args: z.strictObject({ network, key }),
    result: decided,
    run: (admin, actor, args) => rosterOf(admin).renameNetwork(actor, args),
  }),
  'networks/merge': operation({
    id: 'mergeNetwork',
    summary: 'Takes all nodes of a network into another one, now and whenever they come.',
    role: 'operator',
    args: z.strictObject({ network, into: word('Key of the network they go to.') }),
    result: decided,
    run: (admin, actor, args) => rosterOf(admin).mergeNetwork(actor, args),
  }),
  'networks/remove': operation({
    id: 'removeNetwork',
    summary: 'Forgets a network none of whose nodes is active; its history stays.',
    role: 'operator',
    args: z.strictObject({ network }),
    result: decided,
    run: (admin, actor, args) => rosterOf(admin).removeNetwork(actor, args),
  }),
} as const
