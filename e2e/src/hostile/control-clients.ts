/**
 * Agents and readers that do nothing wrong, three and two by default, in a thread of their own, so that delays are the
 * server's and not those of the hostile peers in this process. The thread answers any message with a report since the last.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { chainBlock, connect, emit, loginAt } from '../support/peer.ts'
import type { Peer } from '../support/peer.ts'

export interface ControlStart {
  readonly port: number
  readonly secret: string
  readonly network: string
  readonly ids: readonly string[]
  /** Dashboards on /feed; one more is a classic page. */
  readonly dashboards: number
}

export interface ControlReport {
  /** Times of pings answered since the last report, milliseconds. */
  readonly pongs: readonly number[]
  /** Age of the oldest ping that has no answer yet. */
  readonly unanswered: number
  /** Connections that ended, ever. */
  readonly ended: readonly string[]
  /** Height all of them have reported. */
  readonly height: number
  /** Longest silence of a reader since the last report. */
  readonly silence: number
  /** Times of answers of /healthz since the last report, milliseconds; those that failed are infinite. */
  readonly health: readonly number[]
}

const { port, secret, network, ids, dashboards } = workerData as ControlStart
const server = { port, secret }
const start = Math.floor(Date.now() / 1000) - 1000
const ended: string[] = []
const pings = new Map<string, number>()
let pongs: number[] = []
let height = 1000
let silence = 0
let health: number[] = []

const watchEnd = (name: string, peer: Peer): void => {
  void peer.ended.then(({ code }) => ended.push(`${name} with ${code}`))
}

const openAgent = async (id: string, index: number): Promise<Peer> => {
  const peer = await loginAt(server, { id, net: network }, { address: `127.0.9.${index + 1}`, maxKept: 10 })
  watchEnd(id, peer)
  peer.socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as { emit: [string, { clientTime: string; list: number[] }] }
    const [event, payload] = frame.emit
    if (event === 'node-pong') {
      const sent = pings.get(payload.clientTime)
      if (sent !== undefined) pongs.push(performance.now() - sent)
      pings.delete(payload.clientTime)
    } else if (event === 'history') {
      const history = payload.list.toReversed().map((number) => chainBlock(number, start))
      void peer.send(emit('history', { id, history }))
    }
  })
  return peer
}

const openReader = async (path: string, greeting: string): Promise<void> => {
  const peer = await connect(`ws://127.0.0.1:${port}${path}`, { address: '127.0.9.9', maxKept: 0 })
  watchEnd(path, peer)
  let heardAt = performance.now()
  peer.socket.on('message', () => {
    silence = Math.max(silence, performance.now() - heardAt)
    heardAt = performance.now()
  })
  await peer.send(greeting)
  setInterval(() => {
    silence = Math.max(silence, performance.now() - heardAt)
  }, 500)
}

const agents = await Promise.all(ids.map(openAgent))
const window = { sort: 'name', descending: false, filter: '', offset: 0, limit: 50, pinned: [] }
for (let i = 0; i < dashboards; i++)
  await openReader('/feed', JSON.stringify({ type: 'subscribe', id: 1, topic: 'nodes', network, window }))
// It names its network: a page that does not is moved to the largest, which the hostile peers may make.
await openReader(`/primus?network=${network}`, '{"emit":["ready"]}')

const report = (): void => {
  height++
  ids.forEach((id, index) => {
    const peer = agents[index]
    void peer?.send(emit('block', { id, block: chainBlock(height, start) }))
    void peer?.send(emit('pending', { id, stats: { pending: index + 1 } }))
    void peer?.send(
      emit('stats', { id, stats: { active: true, syncing: false, peers: 10 + index, gasPrice: 7, uptime: 100 } }),
    )
    void peer?.send(emit('latency', { id, latency: '3' }))
  })
}
let serial = 0
const ping = (): void => {
  ids.forEach((id, index) => {
    const clientTime = String(serial++)
    pings.set(clientTime, performance.now())
    void agents[index]?.send(emit('node-ping', { id, clientTime }))
  })
}
const look = async (): Promise<void> => {
  const from = performance.now()
  const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined)
  await answer?.text()
  health.push(answer === undefined ? Infinity : performance.now() - from)
}
report()
setInterval(report, 1000)
setInterval(() => void look(), 250)
setInterval(ping, 250)

parentPort?.on('message', () => {
  const oldest = pings.values().next().value
  const unanswered = oldest === undefined ? 0 : performance.now() - oldest
  const told: ControlReport = { pongs, unanswered, ended, height, silence, health }
  parentPort?.postMessage(told, [])
  pongs = []
  health = []
  silence = 0
})
parentPort?.postMessage('ready', [])
