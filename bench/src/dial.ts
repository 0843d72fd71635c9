/** A WebSocket client on a plain socket: the upgrade, frames in, frames out as they are. */
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { frameReader, pongFrame } from './frames.ts'

export interface DialOptions {
  readonly host: string
  readonly port: number
  readonly path: string
  readonly localAddress: string
  readonly protocol?: string | undefined
  readonly onOpen: () => void
  readonly onText: (payload: Buffer) => void
  /** A WebSocket ping came and was answered. */
  readonly onPing: () => void
  /** Once: it was refused, cut or ended. */
  readonly onGone: (reason: string) => void
}

/** As geth's: a server that does not answer the upgrade by then is given up. */
const handshakeMs = 5000
const headEnd = '\r\n\r\n'

/** What the answer to the upgrade says, and where frames begin; undefined while it is not whole. */
const readAnswer = (data: Buffer): { readonly status: string; readonly end: number } | undefined => {
  const end = data.indexOf(headEnd)
  return end < 0 ? undefined : { status: data.toString('latin1', 9, 12), end: end + headEnd.length }
}

export const dial = (options: DialOptions): Socket => {
  const { host, port, path, localAddress, protocol, onOpen, onText, onPing, onGone } = options
  const socket = connect({ host, port, localAddress, noDelay: true })
  const read = frameReader()
  let reason: string | undefined
  let answer: Buffer | undefined = Buffer.alloc(0)

  socket.setTimeout(handshakeMs, () => {
    reason ??= 'timeout'
    socket.destroy()
  })
  socket.once('connect', () =>
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nOrigin: http://localhost\r\n` +
        (protocol === undefined ? '\r\n' : `Sec-WebSocket-Protocol: ${protocol}\r\n\r\n`),
    ),
  )

  const upgraded = (chunk: Buffer): Buffer | undefined => {
    if (answer === undefined) return chunk
    answer = Buffer.concat([answer, chunk])
    const told = readAnswer(answer)
    if (told === undefined) return undefined
    if (told.status !== '101') {
      reason = `http ${told.status}`
      socket.destroy()
      return undefined
    }
    const rest = answer.subarray(told.end)
    answer = undefined
    socket.setTimeout(0)
    onOpen()
    return rest
  }

  socket.on('data', (chunk: Buffer) => {
    const data = upgraded(chunk)
    if (data === undefined) return
    for (const { opcode, payload } of read(data)) {
      if (opcode === 1) onText(payload)
      else if (opcode === 8) {
        reason ??= payload.length < 2 ? 'closed' : `closed ${payload.readUInt16BE(0)}`
        socket.end()
      } else if (opcode === 9) {
        socket.write(pongFrame(payload))
        onPing()
      }
    }
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    reason ??= error.code ?? 'error'
  })
  socket.once('close', () => onGone(reason ?? 'closed'))
  return socket
}

/** Every agent has an address of its own in 127/8, so neither ports nor limits per address decide the result. */
export const sourceAddress = (index: number): string => `127.${10 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`
