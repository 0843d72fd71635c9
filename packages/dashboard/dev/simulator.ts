/**
 * Serves the built dashboard with an invented network behind it: `node dev/simulator.ts --nodes 3000`.
 * It speaks the feed's messages and the questions about the past, so the pages can not tell it from a server; for looking at pages, not for tests.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { serveFeed } from './sim/feed.ts'
import { createNetwork, firstHeight, type SimNetwork } from './sim/network.ts'
import { servePages } from './sim/pages.ts'
import { createRandom } from './sim/random.ts'
import { serveRest } from './sim/rest.ts'

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '3' },
    networks: { type: 'string', default: '1' },
    port: { type: 'string', default: '4100' },
    'block-time': { type: 'string', default: '5000' },
    sealers: { type: 'string', default: '5' },
    seed: { type: 'string', default: '7' },
    /** Role of who looks: viewer, operator, admin. */
    user: { type: 'string' },
    troubled: { type: 'boolean', default: false },
  },
})

const count = Number(values.networks)
const started = Date.now()
const plans = Array.from({ length: count }, (_, i) => ({
  key: String(1337 + i),
  nodes: i === 0 ? Number(values.nodes) : 4 + i * 20,
  blockTimeMs: Number(values['block-time']) * (i + 1),
  sealers: Number(values.sealers) + i,
}))
const networks = plans.map((plan, i) => createNetwork(plan, createRandom(Number(values.seed) + i), started))

// The same network as it would have been then: the same seed, a lower height.
const networkAt = (key: string, at: number): SimNetwork | undefined => {
  const i = plans.findIndex((plan) => plan.key === key)
  const plan = plans[i]
  if (!plan) return undefined
  const height = firstHeight - Math.round((started - at) / plan.blockTimeMs)
  return createNetwork({ ...plan, height }, createRandom(Number(values.seed) + i), at)
}

const pages = servePages(join(import.meta.dirname, '../dist'))
const rest = serveRest(networks, networkAt, { user: values.user, troubled: values.troubled })
const server = createServer((request, response) => void (rest(request, response) || pages(request, response)))
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
