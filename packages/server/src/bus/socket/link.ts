/**
 * One end of a link over a socket, in frames of many messages: `u32 length`, then what the codec makes of them. What is sent
 * leaves once a turn of the event loop, or when it is much.
 */
import type { Duplex } from 'node:stream'
import type { BusMessage, Decoder } from './codec.ts'
import { createEncoder } from './codec.ts'

export interface LinkOptions<In extends BusMessage> {
  readonly socket: Duplex
  readonly decoder: Decoder<In>
  readonly onMessage: (message: In) => void
  /** What came could not be read, or the socket failed; the link is over. */
  readonly onBroken: (error: unknown) => void
  /** The other end keeps up no more, or again. */
  readonly onFull?: ((full: boolean) => void) | undefined
}

/** Bytes that wait for the other end: what is sent beyond is still taken, but a sender that can wait should. */
const fullBytes = 8 << 20
/** Messages or observations at which a frame is closed; one large message may be longer. */
const frameWeight = 512
/** A longer frame is taken for nonsense. */
const maxFrameBytes = 64 << 20

const weightOf = (message: BusMessage): number =>
  message.type === 'batch'
    ? 1 + message.batch.items.length
    : message.type === 'blocks'
      ? 1 + message.blocks.length
      : message.type === 'snapshot'
        ? 1 + message.observations.length
        : 1

/** Cuts frames out of a stream of bytes. */
export const createFrameReader = (read: (frame: Buffer) => void): ((chunk: Buffer) => void) => {
  let parts: Buffer[] = []
  let size = 0
  let wanted = 4
  return (chunk) => {
    parts.push(chunk)
    size += chunk.length
    if (size < wanted) return
    let data = parts.length === 1 ? chunk : Buffer.concat(parts)
    while (data.length >= 4) {
      const length = data.readUInt32LE(0)
      if (length > maxFrameBytes) throw new RangeError('a frame is too long')
      wanted = 4 + length
      if (data.length < wanted) break
      read(data.subarray(4, wanted))
      data = data.subarray(wanted)
      wanted = 4
    }
    parts = data.length === 0 ? [] : [data]
    size = data.length
  }
}

/** Gives what sends. */
export const createLink = <In extends BusMessage>({
  socket,
  decoder,
  onMessage,
  onBroken,
  onFull,
}: LinkOptions<In>): ((message: BusMessage) => void) => {
  const encoder = createEncoder()
  let waiting: BusMessage[] = []
  let weight = 0
  let scheduled = false
  let full = false

  const flush = (): void => {
    scheduled = false
    if (waiting.length === 0 || socket.destroyed) return
    const bytes = encoder.encode(waiting)
    waiting = []
    weight = 0
    const length = Buffer.allocUnsafe(4)
    length.writeUInt32LE(bytes.length)
    socket.cork()
    socket.write(length)
    socket.write(bytes)
    socket.uncork()
    if (full || socket.writableLength < fullBytes) return
    full = true
    onFull?.(true)
  }

  const take = createFrameReader((frame) => {
    for (const message of decoder.decode(frame)) onMessage(message)
  })
  socket.on('drain', () => {
    if (!full) return
    full = false
    onFull?.(false)
  })
  socket.on('data', (chunk: Buffer) => {
    try {
      take(chunk)
    } catch (error) {
      socket.destroy()
      onBroken(error)
    }
  })
  socket.on('error', onBroken)

  return (message) => {
    waiting.push(message)
    weight += weightOf(message)
    if (weight >= frameWeight) return flush()
    if (scheduled) return
    scheduled = true
    setImmediate(flush)
  }
}
