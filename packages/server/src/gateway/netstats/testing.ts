/** An agent of the netstats protocol by hand, on a real socket. For tests. */
import { nodeId, unixMs } from '@netstats/protocol'
import type { NodeInfo, Observation } from '@netstats/protocol'
import { subProtocol, writeFrame } from '@netstats/protocol/netstats'
import type { Hello, Welcome } from '@netstats/protocol/netstats'
import type { RunningServer, TestSocket } from '../../testing.ts'

export interface HandAgent extends TestSocket {
  readonly welcome: Welcome
  /** Sends a batch that goes on where the last one ended. */
  batch(observations: readonly Observation[]): void
  /** Sequence of the last observation sent. */
  sent(): number
  acked(through: number): Promise<void>
}

export const spoolOf = (digit: string): string => digit.repeat(32)

export const helloOf = (node: string, more: Partial<Hello> = {}): Hello => ({
  type: 'hello',
  version: 1,
  agent: node,
  node,
  info: { name: node, networkId: '1337', client: 'Geth/v1.16.3' } satisfies NodeInfo,
  spool: spoolOf('a'),
  after: 0,
  acknowledged: 0,
  lives: [{ life: 'a'.repeat(16), from: 1 }],
  time: Date.now(),
  software: 'netstats/test',
  token: 's3cret',
  ...more,
})

export const openAgentSocket = (running: RunningServer): Promise<TestSocket> =>
  running.connect('/agent', { protocols: [subProtocol] })

export const typeOf = (text: string): string => (JSON.parse(text.split('\n', 1)[0] ?? '') as { type: string }).type

/** Logs in and answers pings. */
export const connectAgent = async (
  running: RunningServer,
  node: string,
  more: Partial<Hello> = {},
  from?: number,
): Promise<HandAgent> => {
  const socket = await openAgentSocket(running)
  socket.socket.on('message', (data: Buffer) => {
    const text = data.toString()
    if (typeOf(text) !== 'ping') return
    const { t1 } = JSON.parse(text) as { t1: number }
    socket.send(writeFrame({ type: 'pong', t1, t2: Date.now(), t3: Date.now() }))
  })
  socket.send(writeFrame(helloOf(node, more)))
  const answer = await socket.next((text) => ['welcome', 'refuse'].includes(typeOf(text)))
  const welcome = JSON.parse(answer) as Welcome
  if (welcome.type !== 'welcome') throw new Error(answer)
  let after = from ?? welcome.through
  let number = 0
  return Object.assign(socket, {
    welcome,
    sent: () => after,
    batch(observations: readonly Observation[]) {
      const items = observations.map((one, i) => ({ ...one, sequence: after + 1 + i }))
      socket.send(writeFrame({ type: 'batch', after, number: ++number, items }))
      after += observations.length
    },
    async acked(through: number) {
      await socket.next(
        (text) => typeOf(text) === 'ack' && (JSON.parse(text) as { through: number }).through >= through,
      )
    },
  })
}

export const logOf = (node: string, message: string, observedAt = Date.now()): Observation => ({
  kind: 'log',
  node: nodeId(node),
  observedAt: unixMs(observedAt),
  body: { severity: 6, source: 'test', message },
})
export const pendingOf = (node: string, pending: number, observedAt = Date.now()): Observation => ({
  kind: 'pending',
  node: nodeId(node),
  observedAt: unixMs(observedAt),
  body: { pending },
})
