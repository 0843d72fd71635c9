import { nodeId, unixMs } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { subProtocol, writeFrame } from '@netstats/protocol/netstats'
import { connect } from './peer.ts'

export interface HandAgent extends Disposable {
  readonly ended: Promise<unknown>
  /** Sends observations `after + 1`, `after + 2` and so on; does not wait until they are acknowledged. */
  batch(after: number, observations: readonly Observation[]): Promise<void>
}

export interface HandAgentFacts {
  readonly name: string
  readonly token: string
  /** How far its clock is behind this machine's. */
  readonly behindMs?: number
}

/** An agent of the netstats protocol by hand: for what one that is well does not do. Its spool is the same every time. */
export const connectHandAgent = async (
  server: { readonly port: number },
  { name, token, behindMs = 0 }: HandAgentFacts,
): Promise<HandAgent> => {
  const peer = await connect(`ws://127.0.0.1:${server.port}/agent`, { protocol: subProtocol })
  const time = (): number => Date.now() - behindMs
  peer.socket.on('message', (data: Buffer) => {
    const { type, t1 } = headOf(data.toString())
    if (type === 'ping') void peer.send(writeFrame({ type: 'pong', t1: Number(t1), t2: time(), t3: time() }))
  })
  const info = { name, networkId: '1337', client: 'Geth/v1.16.3' }
  const stream = { after: 0, acknowledged: 0, lives: [{ life: 'a'.repeat(16), from: 1 }] }
  const who = { agent: name, node: name, info, spool: 'a'.repeat(32), token, software: 'netstats/test' }
  await peer.send(writeFrame({ type: 'hello', version: 1, ...stream, time: time(), ...who }))
  const answer = await peer.first((frame) => ['welcome', 'refuse'].includes(String(headOf(frame).type)))
  if (headOf(answer).type !== 'welcome') throw new Error(answer)
  let number = 0
  return {
    ended: peer.ended,
    async batch(after, observations) {
      const items = observations.map((one, i) => ({ ...one, sequence: after + 1 + i }))
      await peer.send(writeFrame({ type: 'batch', after, number: ++number, items }))
    },
    [Symbol.dispose]: () => peer[Symbol.dispose](),
  }
}

/** The first line of a frame is JSON, whatever follows. */
const headOf = (frame: string): { readonly type?: unknown; readonly t1?: unknown } =>
  JSON.parse(frame.split('\n', 1)[0] ?? '{}')

export const pendingOf = (node: string, pending: number): Observation => ({
  kind: 'pending',
  node: nodeId(node),
  observedAt: unixMs(Date.now()),
  body: { pending },
})

/** What an agent says it had to give up. */
export const gapOf = (node: string, dropped: number): Observation => ({
  kind: 'gap',
  node: nodeId(node),
  observedAt: unixMs(Date.now()),
  body: { class: 'log', reason: 'size', dropped, from: unixMs(Date.now() - 1000), to: unixMs(Date.now()) },
})

/** What it says is wrong, by a name of its own. */
export const alarmOf = (
  node: string,
  name: string,
  message: string,
  step: 'raised' | 'cleared' = 'raised',
): Observation => ({
  kind: 'alarm',
  node: nodeId(node),
  observedAt: unixMs(Date.now()),
  body: { alarm: name, step, type: name, severity: 2, message },
})
