/** Sockets below WebSocket: what no library would send. */
import { connect } from 'node:net'
import type { Socket } from 'node:net'

export interface RawPeer extends Disposable {
  readonly socket: Socket
  /** All it was sent, as Latin-1 text. Stops growing while the socket is paused. */
  text(): string
  /** Resolves when the server has ended it, with the milliseconds since it was opened. */
  readonly ended: Promise<number>
  /** Resolves when the bytes are with the operating system; false where the connection is gone. */
  send(data: string | Buffer): Promise<boolean>
  /** Resolves when what it was sent contains this. */
  told(text: string): Promise<void>
}

export const openRaw = (server: { readonly port: number }, address = '127.0.0.1'): Promise<RawPeer> =>
  new Promise((resolve, reject) => {
    const began = performance.now()
    const socket = connect({ port: server.port, host: '127.0.0.1', localAddress: address })
    let text = ''
    const waiting = new Set<() => void>()
    socket.on('data', (chunk) => {
      text = (text + chunk.toString('latin1')).slice(-100_000)
      for (const look of waiting) look()
    })
    const ended = new Promise<number>((done) => socket.once('close', () => done(performance.now() - began)))
    socket.once('error', reject)
    socket.on('error', () => undefined)
    socket.once('connect', () =>
      resolve({
        socket,
        text: () => text,
        ended,
        send: (data) =>
          new Promise((done) => {
            if (!socket.writable) return done(false)
            void ended.then(() => done(false))
            socket.write(data, (error) => done(error === undefined || error === null))
          }),
        told: (wanted) =>
          new Promise((done, failed) => {
            const look = (): void => {
              if (!text.includes(wanted)) return
              waiting.delete(look)
              done()
            }
            waiting.add(look)
            look()
            void ended.then(() =>
              failed(new Error(`ended before it was told ${wanted}; it was told ${text.slice(-300)}`)),
            )
          }),
        [Symbol.dispose]: () => socket.destroy(),
      }),
    )
  })

/** Agents of the netstats protocol have to ask for it by name. */
export const upgradeRequest = (path: string, ...headers: readonly string[]): string =>
  [
    `GET ${path} HTTP/1.1`,
    'Host: localhost',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...(path === '/agent' ? ['Sec-WebSocket-Protocol: netstats.v1'] : []),
    ...headers,
    '\r\n',
  ].join('\r\n')

/** A WebSocket by hand: after this, frames of any make. */
export const upgradeRaw = async (
  server: { readonly port: number },
  path: string,
  address?: string,
): Promise<RawPeer> => {
  const raw = await openRaw(server, address)
  await raw.send(upgradeRequest(path))
  await raw.told('101 Switching Protocols')
  return raw
}

export const opcodes = { more: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** A WebSocket frame as told, right or wrong. The mask is all zeros: it masks nothing and is still one. */
export const rawFrame = (
  opcode: number,
  payload: string | Buffer,
  options: { readonly fin?: boolean; readonly masked?: boolean; readonly reserved?: number } = {},
): Buffer => {
  const body = Buffer.isBuffer(payload) ? payload : Buffer.from(payload)
  const { fin = true, masked = true, reserved = 0 } = options
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode
  const mark = masked ? 0x80 : 0
  const { length } = body
  let head: Buffer
  if (length < 126) head = Buffer.from([first, mark | length])
  else if (length < 65_536) {
    head = Buffer.from([first, mark | 126, length >> 8, length & 255])
  } else {
    head = Buffer.alloc(10)
    head[0] = first
    head[1] = mark | 127
    head.writeUInt32BE(length, 6)
  }
  return Buffer.concat([head, ...(masked ? [Buffer.alloc(4)] : []), body])
}
