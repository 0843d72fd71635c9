/** What a server has stored of the agents' numbered observations, as it exports them. */
import { exported } from '../history/reads.ts'
import type { ServerProcess } from '../support/processes.ts'
import type { StoredRow } from './delivery-oracle.ts'

export const source = 'delivery'

export const storedRows = async (
  server: Pick<ServerProcess, 'url'>,
  network: string,
  from: number,
): Promise<readonly StoredRow[]> => {
  const logs = (await exported(server, network, 'log', from))
    .filter((row) => row['source'] === source)
    .map((row) => ({ node: String(row['node']), kind: 'log', number: Number(row['message']), at: Number(row['at']) }))
  const samples = (await exported(server, network, 'nodeSample', from))
    .filter((row) => row['pending'] !== null)
    .map((row) => ({
      node: String(row['node']),
      kind: 'pending',
      number: Number(row['pending']),
      at: Number(row['at']),
    }))
  const metrics = (await exported(server, network, 'metric', from))
    .filter((row) => row['metric'] === source)
    .map((row) => ({ node: String(row['node']), kind: 'metric', number: Number(row['value']), at: Number(row['at']) }))
  return [...logs, ...samples, ...metrics]
}

/** Given up by agents for want of room, by node. */
export const toldGaps = async (
  server: Pick<ServerProcess, 'url'>,
  network: string,
  from: number,
): Promise<ReadonlyMap<string, number>> => {
  const gaps = new Map<string, number>()
  for (const row of await exported(server, network, 'gap', from)) {
    if (row['node'] === null) continue
    const node = String(row['node'])
    gaps.set(node, (gaps.get(node) ?? 0) + Number(row['dropped']))
  }
  return gaps
}

/** Observations that the server says were acknowledged and are not there, here or by the server that was in its place before. */
export const toldHoles = async (server: Pick<ServerProcess, 'get'>): Promise<number> => {
  const { deliveries } = (await server.get('/api/v1/deliveries?limit=1000')) as {
    readonly deliveries: readonly { readonly missingRanges: number; readonly elsewhere: number }[]
  }
  return deliveries.reduce((sum, { missingRanges, elsewhere }) => sum + missingRanges + elsewhere, 0)
}
