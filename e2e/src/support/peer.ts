import { WebSocket } from 'ws'

/** How a connection ended. */
export interface Ended {
  readonly code: number
  /** Milliseconds since it was asked for. */
  readonly afterMs: number
}

/** One WebSocket under a test's control, with all it was sent. */
export interface Peer extends Disposable {
  readonly socket: WebSocket
  /** Text frames so far, oldest first. */
  readonly received: readonly string[]
  readonly ended: Promise<Ended>
  /** The first frame that matches, of those that came or come; fails where the connection ends before. */
  first(matches: string | ((frame: string) => boolean)): Promise<string>
  /** Sends, and resolves when the frame is with the operating system: false where the connection is gone. */
  send(frame: string | Buffer): Promise<boolean>
}

export interface PeerOptions {
  /** One of the many addresses of the loopback; limits count by it. */
  readonly address?: string
  readonly maxKept?: number
  /** Sub-protocol to ask for. */
  readonly protocol?: string
}

/** Connects; fails where the server refuses the upgrade, naming its status. */
export const connect = (url: string, options: PeerOptions = {}): Promise<Peer> =>
  new Promise((resolve, reject) => {
    const began = performance.now()
    const socket = new WebSocket(url, options.protocol === undefined ? [] : [options.protocol], {
      perMessageDeflate: false,
      maxPayload: 256 << 20,
      ...(options.address === undefined ? {} : { localAddress: options.address }),
    })
    const peer = follow(socket, began, options.maxKept ?? 10_000)
    socket.once('open', () => resolve(peer))
    socket.once('unexpected-response', (request, response) => {
      request.destroy()
      reject(new Error(`refused with ${response.statusCode}`))
    })
    socket.once('close', () => reject(new Error('closed before it was open')))
    socket.on('error', reject)
  })

const follow = (socket: WebSocket, began: number, maxKept: number): Peer => {
  const received: string[] = []
  const listeners = new Set<(frame: string) => void>()
  socket.on('message', (data: Buffer) => {
    const frame = data.toString()
    if (received.length < maxKept) received.push(frame)
    for (const listener of listeners) listener(frame)
  })
  const ended = new Promise<Ended>((done) =>
    socket.once('close', (code) => done({ code, afterMs: performance.now() - began })),
  )
  return {
    socket,
    received,
    ended,
    first: (matches) => {
      const fits = typeof matches === 'string' ? (frame: string) => frame.includes(matches) : matches
      const known = received.find(fits)
      if (known !== undefined) return Promise.resolve(known)
      return new Promise((resolve, reject) => {
        const listener = (frame: string): void => {
          if (!fits(frame)) return
          listeners.delete(listener)
          resolve(frame)
        }
        listeners.add(listener)
        void ended.then(({ code }) => reject(new Error(`closed with ${code} while waiting for ${String(matches)}`)))
      })
    },
    send: (frame) =>
      new Promise((done) => {
        if (socket.readyState !== socket.OPEN) done(false)
        else socket.send(frame, (error) => done(error === undefined || error === null))
      }),
    [Symbol.dispose]: () => socket.terminate(),
  }
}

export const emit = (event: string, payload: object): string => JSON.stringify({ emit: [event, payload] })

export interface HelloFacts {
  readonly id: string
  readonly secret: string
  readonly name?: string
  readonly node?: string
  readonly net?: string
  /** Further fields of `info`, or others in their place. */
  readonly more?: object
}

/** A hello as geth sends it. */
export const hello = ({
  id,
  secret,
  name = id,
  node = 'Geth/v1.16.3-stable/linux-amd64/go1.24.6',
  net = '4242',
  more = {},
}: HelloFacts): string =>
  emit('hello', {
    id,
    info: {
      name,
      node,
      port: 30303,
      net,
      protocol: 'eth/69, eth/68',
      api: 'No',
      os: 'linux',
      os_v: 'amd64',
      client: '0.1.1',
      canUpdateHistory: true,
      ...more,
    },
    secret,
  })

export const isReady = (frame: string): boolean => frame === '{"emit":["ready"]}'

/** Connects an agent and logs it in. */
export const loginAt = async (
  server: { readonly port: number; readonly secret: string },
  facts: Omit<HelloFacts, 'secret'>,
  options: PeerOptions = {},
): Promise<Peer> => {
  const peer = await connect(`ws://127.0.0.1:${server.port}/api`, options)
  await peer.send(hello({ secret: server.secret, ...facts }))
  await peer.first(isReady)
  return peer
}

const word = (number: number, salt: number): string => `0x${(salt * 2 ** 32 + number).toString(16).padStart(64, '0')}`

/** Block `number` of a made-up chain, with geth's types. `start`: Unix seconds of block 0; one block a second. */
export const chainBlock = (number: number, start: number, salt = 7): object => ({
  number,
  hash: word(number, salt),
  parentHash: number === 0 ? `0x${'0'.repeat(64)}` : word(number - 1, salt),
  timestamp: start + number,
  miner: '0xb80cdaae9b322bba2a38fd396299782a4cc6b4a0',
  gasUsed: 21_000,
  gasLimit: 30_000_000,
  difficulty: '2',
  totalDifficulty: String(2 * number + 1),
  transactions: [{ hash: word(number, salt + 1) }],
  transactionsRoot: word(number, salt + 2),
  stateRoot: word(number, salt + 3),
  uncles: [],
})
