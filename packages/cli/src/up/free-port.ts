import { createServer } from 'node:net'
import type { ListenAddress } from '@netstats/sdk/config'

const isFree = ({ host, port }: ListenAddress): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host, port }, () => server.close(() => resolve(true)))
  })

/** The address itself or the next one above it that nobody listens on; undefined where `tries` are all taken. */
export const nextFreeAddress = async (wanted: ListenAddress, tries: number): Promise<ListenAddress | undefined> => {
  for (let port = wanted.port; port < wanted.port + tries && port <= 65_535; port++) {
    if (await isFree({ host: wanted.host, port })) return { host: wanted.host, port }
  }
  return undefined
}
