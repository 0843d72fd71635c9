/** One end of the local socket: writes leave once a turn of the event loop, or when there are many. */
import type { Duplex } from 'node:stream'
import { createByteWriter, createFrameReader } from './bytes.ts'
import type { ByteReader, ByteWriter } from './bytes.ts'

export interface LineEnd {
  readonly out: ByteWriter
  /** To be called after each message that was written. */
  readonly wrote: () => void
  /** The other end does not keep up with reading. */
  readonly isFull: boolean
}

export interface LineOptions {
  readonly socket: Duplex
  readonly read: (reader: ByteReader) => void
  /** What came could not be read, or the socket failed; the line is over. */
  readonly onBroken: (error: unknown) => void
  /** The other end keeps up no more, or again. */
  readonly onFull?: (full: boolean) => void
}

/** Bytes that wait for the other end: what is written beyond is still taken, but whoever can wait should. */
const fullBytes = 8 << 20

export const createLine = ({ socket, read, onBroken, onFull }: LineOptions): LineEnd => {
  let scheduled = false
  let full = false
  const out = createByteWriter((bytes) => {
    if (socket.destroyed) return
    socket.write(bytes)
    if (full || socket.writableLength < fullBytes) return
    full = true
    onFull?.(true)
  })
  socket.on('drain', () => {
    if (!full) return
    full = false
    onFull?.(false)
  })
  const flush = (): void => {
    scheduled = false
    out.flush()
  }
  const take = createFrameReader(read)
  socket.on('data', (chunk: Buffer) => {
    try {
      take(chunk)
    } catch (error) {
      socket.destroy()
      onBroken(error)
    }
  })
  socket.on('error', onBroken)
  return {
    out,
    wrote() {
      if (scheduled) return
      scheduled = true
      setImmediate(flush)
    },
    get isFull() {
      return full
    },
  }
}
