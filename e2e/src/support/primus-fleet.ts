/** One of each Primus client there is in the field, opened as its users open it, with all its times divided by `faster`. */
import { hello } from './peer.ts'
import { openPrimus } from './primus.ts'
import type { Primus } from './primus.ts'

export interface Member {
  readonly label: string
  readonly primus: Primus
  /** What it must have been told to count as logged in or shown. */
  readonly welcome: Promise<readonly unknown[]>
}

/** Times of a default Primus client, and the ping time that eth-net-intelligence-api's options make. */
const times = { ping: 25_000, pong: 10_000, slowPing: 110_000, pingTimeout: 45_000 } as const

export const openFleet = (
  server: { readonly port: number; readonly secret: string },
  faster: number,
): readonly Member[] => {
  const url = `http://127.0.0.1:${server.port}`
  const old = { ping: times.ping / faster, pong: times.pong / faster }
  const slow = { ping: times.slowPing / faster, pong: times.pong / faster, timeout: 120_000 }
  const young = { pingTimeout: times.pingTimeout / faster }
  const page = (version: 3 | 8, client: object): Member => {
    const primus = openPrimus({ version, url, pathname: '/primus', client })
    const welcome = primus.next('init')
    primus.socket.on('open', () => primus.send('ready'))
    answerPings(primus)
    return { label: `primus ${version} page`, primus, welcome }
  }
  const agent = (version: 4 | 8, client: object, plugins: readonly ('emit' | 'spark-latency')[]): Member => {
    const primus = openPrimus({ version, url, pathname: '/api', plugins, client })
    const welcome = primus.next('ready')
    const id = `primus-${version}`
    const frame = JSON.parse(hello({ id, secret: server.secret })) as { emit: [string, object] }
    primus.socket.on('open', () => primus.send(...frame.emit))
    return { label: `primus ${version} agent`, primus, welcome }
  }
  return [
    page(3, old),
    page(8, young),
    // eth-net-intelligence-api as it is; the agent of the next generation, which speaks only when asked.
    agent(4, slow, ['emit', 'spark-latency']),
    agent(8, young, ['emit']),
  ]
}

/** What the classic page does besides showing. */
const answerPings = ({ socket, send }: Primus): void => {
  socket.on('data', (message) => {
    const { action, data } = message as { action?: string; data?: { serverTime: number } }
    if (action === 'client-ping') send('client-pong', { serverTime: data?.serverTime, clientTime: Date.now() })
  })
}

/** What of it was not as it must be for a client that was never disturbed. */
export const disturbances = ({ label, primus }: Member): readonly string[] => {
  const { opens, closes, reconnects, errors } = primus.seen
  const faults =
    opens === 1 && closes === 0 && reconnects === 0
      ? []
      : [`${opens} opens, ${closes} closes, ${reconnects} reconnects`]
  return [...faults, ...errors].map((fault) => `${label}: ${fault}`)
}
