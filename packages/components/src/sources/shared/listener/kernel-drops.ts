import { readFile } from 'node:fs/promises'
import type { ListenAddress } from '@netstats/sdk/config'

/**
 * Datagrams that the kernel dropped for the sockets bound to a port, since they were opened: it tells nobody else. Undefined
 * where the system keeps no such table.
 */
export const readKernelDrops = async (
  { port }: Pick<ListenAddress, 'port'>,
  proc = '/proc',
): Promise<number | undefined> => {
  const tables = await Promise.all(
    ['udp', 'udp6'].map((name) => readFile(`${proc}/net/${name}`, 'utf8').catch(() => undefined)),
  )
  if (tables.every((table) => table === undefined)) return undefined
  return tables.reduce((sum, table) => sum + dropsIn(table ?? '', port), 0)
}

const dropsIn = (table: string, port: number): number => {
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local]) => local?.endsWith(end))
    .reduce((sum, fields) => sum + (Number(fields.at(-1)) || 0), 0)
}
