/** `netstats nodes …`, `netstats networks …`: asks the server that runs, and writes down the answer. */
import type { ResultOf } from '@netstats/server/auth-admin'
import type { Io } from '../io.ts'
import { left, moment, table } from '../store/format.ts'
import { say, withAuth } from './commands.ts'
import type { JsonFlags } from './flags.ts'
import type { NetworkFlags, NodeFlags, NodeListFlags } from './flags.ts'

export const listNodes = async (flags: NodeListFlags, io: Io): Promise<void> => {
  const { network, inactive } = flags
  const found = await withAuth(flags, io, (auth) =>
    auth.run('nodes/list', {
      ...(network === undefined ? {} : { network }),
      ...(inactive === undefined ? {} : { inactive }),
    }),
  )
  say(flags, io, found, nodesText(found))
}

const nodesText = ({ nodes }: ResultOf<'nodes/list'>): string =>
  nodes.length === 0
    ? 'No such nodes are known.\n'
    : table(
        ['network', 'node', 'id', 'state', 'last seen (UTC)'].map(left),
        nodes.map((one) => [one.network, one.name, one.id, one.state, moment(one.lastSeenAt)]),
      )

export const changeNode = async (
  verb: 'rename' | 'merge' | 'remove',
  id: string,
  flags: NodeFlags,
  io: Io,
): Promise<void> => {
  const { network, name, into = '' } = flags
  const changed = await withAuth(flags, io, (auth) => {
    if (verb === 'rename') return auth.run('nodes/rename', { network, id, name: name ?? null })
    return verb === 'merge' ? auth.run('nodes/merge', { network, id, into }) : auth.run('nodes/remove', { network, id })
  })
  const text = {
    rename: name === undefined ? `${id} is called what it calls itself.` : `${id} is called ${name}.`,
    merge: `What ${id} reports counts for ${into} from now on.`,
    remove: `${id} is not known any more; its history stays.`,
  }
  say(flags, io, changed, `${text[verb]}\n`)
}

export const listNetworks = async (flags: JsonFlags, io: Io): Promise<void> => {
  const found = await withAuth(flags, io, (auth) => auth.run('networks/list', {}))
  say(flags, io, found, networksText(found))
}

const networksText = ({ networks }: ResultOf<'networks/list'>): string =>
  networks.length === 0
    ? 'No network is known.\n'
    : table(
        ['network', 'network id', 'genesis', 'nodes', 'active'].map(left),
        networks.map((one) => [
          one.key,
          one.networkId ?? '-',
          one.genesis?.slice(0, 18) ?? '-',
          String(one.nodes),
          String(one.active),
        ]),
      )

export const changeNetwork = async (
  verb: 'rename' | 'merge' | 'remove',
  network: string,
  { to = '', into = '', ...flags }: NetworkFlags,
  io: Io,
): Promise<void> => {
  const changed = await withAuth(flags, io, (auth) => {
    if (verb === 'rename') return auth.run('networks/rename', { network, key: to })
    return verb === 'merge' ? auth.run('networks/merge', { network, into }) : auth.run('networks/remove', { network })
  })
  const text = {
    rename: `${network} has the key ${to}; ${changed.changed} nodes went there.`,
    merge: `${network} is a part of ${into}; ${changed.changed} nodes went there.`,
    remove: `${network} is not known any more; its history stays.`,
  }
  say(flags, io, changed, `${text[verb]}\n`)
}
