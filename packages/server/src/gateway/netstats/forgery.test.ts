import { generateKeyPairSync, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { batchText, loginText, nowText, writeFrame } from '@netstats/protocol/netstats'
import type { Batch, Hello } from '@netstats/protocol/netstats'
import { createMemoryStore } from '@netstats/store/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startServer } from '../../testing.ts'
import type { RunningServer, TestSocket } from '../../testing.ts'
import { helloOf, logOf, openAgentSocket, pendingOf, typeOf } from './testing.ts'

const root = { name: 'root', via: 'cli', address: '' } as const
const rawKey = (key: KeyObject): string => key.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')
const signed = (text: string, by: KeyObject): string => sign(null, Buffer.from(text), by).toString('base64')

interface Holder {
  readonly id: string
  readonly key: string
  readonly secret: KeyObject
}
const holder = (id: string): Holder => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  return { id, key: rawKey(publicKey), secret: privateKey }
}
const helloBy = ({ id, key }: Holder, more: Partial<Hello> = {}): Hello => {
  const { token: _, ...hello } = helloOf(id, { key, ...more })
  return hello
}

interface Keyed extends TestSocket {
  /** As a recorder on the wire would have it. */
  readonly nonce: string
  readonly proof: string
  readonly session: string
}

/** A frame with lines, as its agent signs it. */
const frameOf = (type: 'batch' | 'now', fields: Pick<Batch, 'after' | 'number'>, message: string, node: string) => {
  const items = [{ ...logOf(node, message, 1_700_000_000_000), sequence: fields.after + 1 }]
  const of = (signature?: string): string =>
    type === 'batch'
      ? writeFrame({ type, ...fields, items, ...(signature !== undefined && { signature }) })
      : writeFrame({ type, number: fields.number, items, ...(signature !== undefined && { signature }) })
  const lines = of().split('\n').slice(1).join('\n')
  return { of, lines }
}
const batchBy = (
  { session }: Pick<Keyed, 'session'>,
  by: Holder,
  number: number,
  after: number,
  message: string,
): string => {
  const { of, lines } = frameOf('batch', { number, after }, message, by.id)
  return of(signed(batchText(session, number, after, lines), by.secret))
}

describe('what was signed with a key', () => {
  const alpha = holder('alpha')
  const beta = holder('beta')
  const store = createMemoryStore()
  let running: RunningServer
  const open: TestSocket[] = []
  beforeAll(async () => {
    const settings = { history: { flushEvery: '100ms' }, ethstats: { takeover: '500ms' }, auth: { failures: 1000 } }
    running = await startServer(settings, { openStore: () => Promise.resolve(store) })
    for (const { id, key } of [alpha, beta]) running.server.auth.admin.agents.add(root, { id, key })
  })
  afterEach(async () => {
    for (const socket of open.splice(0)) {
      socket[Symbol.dispose]()
      await socket.closed
    }
  })
  afterAll(() => running[Symbol.asyncDispose]())

  const challenged = async (hello: Hello): Promise<{ socket: TestSocket; nonce: string }> => {
    const socket = await openAgentSocket(running)
    open.push(socket)
    socket.send(writeFrame(hello))
    const { nonce } = JSON.parse(await socket.next((text) => typeOf(text) === 'challenge')) as { nonce: string }
    return { socket, nonce }
  }
  const logIn = async (by: Holder, more: Partial<Hello> = {}): Promise<Keyed> => {
    const hello = helloBy(by, more)
    const { socket, nonce } = await challenged(hello)
    const proof = writeFrame({ type: 'proof', signature: signed(loginText(nonce, hello), by.secret) })
    socket.send(proof)
    const { session } = JSON.parse(await socket.next((text) => typeOf(text) === 'welcome')) as { session: string }
    return Object.assign(socket, { nonce, proof, session })
  }
  /** The word it is refused with. */
  const refusal = async (socket: TestSocket): Promise<unknown> => {
    const text = await socket.next((one) => ['refuse', 'welcome'].includes(typeOf(one)))
    return typeOf(text) === 'welcome' ? 'welcome' : (JSON.parse(text) as { reason: unknown }).reason
  }
  const ackOf = async (socket: TestSocket, through: number): Promise<void> => {
    await socket.next((one) => typeOf(one) === 'ack' && (JSON.parse(one) as { through: number }).through >= through)
  }
  const fault = (code: string): Promise<number> => running.metric(`netstats_bad_frames_total{code="${code}"}`)
  /** Everything was heard that was sent before. */
  const settled = async (socket: TestSocket, t1: number): Promise<void> => {
    socket.send(writeFrame({ type: 'ping', t1 }))
    await socket.next((one) => typeOf(one) === 'pong' && (JSON.parse(one) as { t1: number }).t1 === t1)
  }
  const stored = (): readonly unknown[] =>
    store
      .rows('log')
      .filter((row) => row.source === 'test')
      .map((row) => row.message)

  it('is no proof a second time: every login has a nonce of its own', async () => {
    const recorded = await logIn(alpha)
    expect(recorded.nonce).toMatch(/^[\w+/]{43}=$/)
    recorded[Symbol.dispose]()
    await recorded.closed
    const { socket, nonce } = await challenged(helloBy(alpha))
    expect(nonce).not.toBe(recorded.nonce)
    socket.send(recorded.proof)
    expect(await refusal(socket)).toBe('bad-proof')
  })

  it('is one answer to one challenge', async () => {
    const agent = await logIn(alpha)
    agent.send(agent.proof)
    await settled(agent, 1)
    expect(await fault('turn-proof')).toBe(1)
    // A proof before any challenge, and instead of the hello.
    const early = await openAgentSocket(running)
    open.push(early)
    early.send(agent.proof)
    expect(await refusal(early)).toBe('malformed')
  })

  it('proves no other agent, node or spool, and no challenge of another connection', async () => {
    const stranger = holder('stranger')
    const { socket, nonce } = await challenged(helloBy(alpha))
    for (const [by, hello, wanted] of [
      // Its own key under the id of somebody else.
      [beta, helloBy(beta, { agent: 'alpha', node: 'alpha' }), 'wrong-id'],
      [stranger, helloBy(stranger, { agent: 'alpha', node: 'alpha' }), 'bad-key'],
      // The key of somebody else, which it does not hold.
      [beta, helloBy(alpha), 'bad-proof'],
    ] as const) {
      const other = await challenged(hello)
      const proof = signed(loginText(other.nonce, hello), by.secret)
      other.socket.send(writeFrame({ type: 'proof', signature: proof }))
      expect([hello.agent, await refusal(other.socket)]).toEqual([hello.agent, wanted])
    }
    for (const more of [{ agent: 'beta' }, { node: 'beta' }, { spool: 'b'.repeat(32) }]) {
      const hello = helloBy(alpha)
      const other = await challenged(hello)
      const proof = signed(loginText(other.nonce, { ...hello, ...more }), alpha.secret)
      other.socket.send(writeFrame({ type: 'proof', signature: proof }))
      expect([more, await refusal(other.socket)]).toEqual([more, 'bad-proof'])
    }
    // What was signed for the connection beside it.
    const other = await challenged(helloBy(alpha))
    const proof = writeFrame({ type: 'proof', signature: signed(loginText(nonce, helloBy(alpha)), alpha.secret) })
    other.socket.send(proof)
    expect(await refusal(other.socket)).toBe('bad-proof')
    socket.send(proof)
    expect(await refusal(socket)).toBe('welcome')
  })

  it('a batch is stored once, however often it is played, in its session or in another', async () => {
    const agent = await logIn(alpha)
    const first = batchBy(agent, alpha, 1, 0, 'once')
    agent.send(first)
    await ackOf(agent, 1)
    agent.send(first, first)
    await settled(agent, 1)
    expect(await fault('replay')).toBe(2)
    agent[Symbol.dispose]()
    await agent.closed
    const again = await logIn(alpha, { spool: 'c'.repeat(32) })
    const before = await fault('signature')
    again.send(first)
    await again.next((one) => typeOf(one) === 'nack')
    expect(await fault('signature')).toBe(before + 1)
    expect(stored().filter((message) => message === 'once')).toHaveLength(1)
  })

  it('a batch cannot be moved, left out, spliced, or passed off as something else', async () => {
    const spool = 'd'.repeat(32)
    const agent = await logIn(alpha, { spool })
    const [one, two, three] = [1, 2, 3].map((n) => batchBy(agent, alpha, n, n - 1, `piece ${n}`)) as [
      string,
      string,
      string,
    ]
    const [head = '', ...lines] = two.split('\n')
    const [, ...others] = three.split('\n')
    const { of: unsigned } = frameOf('batch', { number: 2, after: 1 }, 'unsigned', 'alpha')
    const now = frameOf('now', { number: 2, after: 1 }, 'as now', 'alpha')
    const nowSignature = signed(nowText(agent.session, 2, now.lines), alpha.secret)
    const headOf = JSON.parse(head) as { signature: string; number: number; after: number; count: number }
    const forgeries: readonly (readonly [name: string, frame: string])[] = [
      ['lines of another batch', [head, ...others].join('\n')],
      ['lines of both', [JSON.stringify({ ...headOf, count: 2 }), ...lines, ...others].join('\n')],
      ['no lines', JSON.stringify({ ...headOf, count: 0 })],
      ['another number', [JSON.stringify({ ...headOf, number: 7 }), ...lines].join('\n')],
      ['another place', [JSON.stringify({ ...headOf, after: 0 }), ...lines].join('\n')],
      ['a byte of a line', two.replace('piece 2', 'piece X')],
      ['no signature', unsigned()],
      ['a signature of zeros', unsigned(Buffer.alloc(64).toString('base64'))],
      ['a signature of a now frame', frameOf('batch', { number: 2, after: 1 }, 'as now', 'alpha').of(nowSignature)],
      ['the signature of somebody else', batchBy(agent, { ...beta, id: 'alpha' }, 2, 1, 'by beta')],
    ]
    agent.send(one)
    await ackOf(agent, 1)
    const received = running.server.history?.deliveries.counts.received
    for (const [i, [name, frame]] of forgeries.entries()) {
      agent.send(frame)
      await settled(agent, 100 + i)
      expect([name, running.server.history?.deliveries.counts.received]).toEqual([name, received])
    }
    // Out of order: the third before the second.
    agent.send(three)
    await settled(agent, 200)
    expect(stored().filter((message) => /piece|unsigned|as now|by beta/.test(String(message)))).toEqual(['piece 1'])
    agent[Symbol.dispose]()
    await agent.closed
    const back = await logIn(alpha, { spool })
    expect(JSON.parse(back.received.find((text) => typeOf(text) === 'welcome') ?? '')).toMatchObject({ through: 1 })
  })

  it('a now frame is shown once, signed, and by whom it is about', async () => {
    const agent = await logIn(beta)
    const nowBy = (by: Holder, number: number, pending: number, signature?: string): string => {
      const items = [{ ...pendingOf('beta', pending), sequence: 1 }]
      const plain = writeFrame({ type: 'now', number, items })
      const lines = plain.split('\n').slice(1).join('\n')
      return writeFrame({
        type: 'now',
        number,
        items,
        signature: signature ?? signed(nowText(agent.session, number, lines), by.secret),
      })
    }
    const pending = (): unknown => running.server.core.network('1337')?.node('beta')?.pending
    const first = nowBy(beta, 1, 41)
    agent.send(first, nowBy(beta, 2, 42))
    await settled(agent, 1)
    await expect.poll(pending).toBe(42)
    agent.send(first, nowBy(alpha, 3, 66), nowBy(beta, 3, 67, Buffer.alloc(64).toString('base64')))
    await settled(agent, 2)
    expect(pending()).toBe(42)
    agent.send(nowBy(beta, 3, 43))
    await settled(agent, 3)
    await expect.poll(pending).toBe(43)
  })
})
