/**
 * Serves the built dashboard with an invented network behind it: `node dev/simulator.ts --nodes 3000`.
 * It speaks the feed's messages only, so the pages can not tell it from a server; for looking at pages, not for tests.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { serveFeed } from './sim/feed.ts'
import { createNetwork } from './sim/network.ts'
import { servePages } from './sim/pages.ts'
import { createRandom } from './sim/random.ts'

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '3' },
    networks: { type: 'string', default: '1' },
    port: { type: 'string', default: '4100' },
    'block-time': { type: 'string', default: '5000' },
    sealers: { type: 'string', default: '5' },
    seed: { type: 'string', default: '7' },
  },
})

const count = Number(values.networks)
const networks = Array.from({ length: count }, (_, i) =>
  createNetwork(
    {
      key: String(1337 + i),
      nodes: i === 0 ? Number(values.nodes) : 4 + i * 20,
      blockTimeMs: Number(values['block-time']) * (i + 1),
      sealers: Number(values.sealers) + i,
    },
    createRandom(Number(values.seed) + i),
    Date.now(),
  ),
)

const pages = servePages(join(import.meta.dirname, '../dist'))
const server = createServer((request, response) => void pages(request, response))
const stop = serveFeed(server, networks)
server.listen(Number(values.port), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.stdout.write(`http://127.0.0.1:${port}/\n`)
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stop()
    server.close()
    server.closeAllConnections()
  })
}
