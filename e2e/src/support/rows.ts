import type { NetworkSummary, NodeRow } from '@netstats/protocol/feed'
import type { ServerProcess } from './processes.ts'

interface Listing {
  readonly total: number
  readonly nodes: readonly NodeRow[]
}

export const networksOf = async (server: ServerProcess): Promise<readonly NetworkSummary[]> =>
  ((await server.get('/api/v1/networks')) as { networks: NetworkSummary[] } | undefined)?.networks ?? []

/** All rows of a network, by name; none while the network is not known. */
export const rowsOf = async (server: ServerProcess, network: string): Promise<readonly NodeRow[]> =>
  ((await server.get(`/api/v1/networks/${network}/nodes?limit=1000`)) as Listing | undefined)?.nodes ?? []

export const rowOf = async (server: ServerProcess, network: string, id: string): Promise<NodeRow | undefined> =>
  (await server.get(`/api/v1/networks/${network}/nodes/${encodeURIComponent(id)}`)) as NodeRow | undefined

/** The one row of a name, in whatever network it is. */
export const findRow = async (server: ServerProcess, name: string): Promise<NodeRow | undefined> => {
  for (const { key } of await networksOf(server)) {
    const row = (await rowsOf(server, key)).find((one) => one.name === name)
    if (row !== undefined) return row
  }
  return undefined
}
