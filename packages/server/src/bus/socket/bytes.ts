/**
 * Bytes of the local socket between processes of one server: frames of many small messages, written and read in place.
 *
 *     frame:   u32 length, then messages without gaps
 *     message: u8 type, then its fields: whole numbers of 7 bits a byte, doubles, text with its length
 *
 * Both ends are of the same version, so there is nothing to negotiate; what can not be read is a defect and ends the line.
 */

/** A frame is closed when it has so many bytes; one large message may be longer. */
const frameBytes = 64 * 1024
const chunkBytes = 256 * 1024
/** A reader takes no longer frame for one. */
export const maxFrameBytes = 64 * 1024 * 1024

export interface ByteWriter {
  u8(value: number): void
  /** Whole number from 0 to 2^53 - 1. */
  uint(value: number): void
  f64(value: number): void
  text(value: string): void
  /** The message is complete. */
  end(): void
  /** Sends what is complete. */
  flush(): void
}

/** `send` gets bytes that are never written to again. */
export const createByteWriter = (send: (bytes: Buffer) => void): ByteWriter => {
  let chunk = Buffer.allocUnsafeSlow(chunkBytes)
  let start = 0
  let at = 4

  /** Room for `bytes` more in the frame that is being written. */
  const reserve = (bytes: number): void => {
    if (at + bytes <= chunk.length) return
    const next = Buffer.allocUnsafeSlow(Math.max(chunkBytes, (at - start + bytes) * 2))
    chunk.copy(next, 0, start, at)
    chunk = next
    at -= start
    start = 0
  }

  const flush = (): void => {
    if (at === start + 4) return
    chunk.writeUInt32LE(at - start - 4, start)
    send(chunk.subarray(start, at))
    start = at
    reserve(4)
    at = start + 4
  }

  const uint = (value: number): void => {
    reserve(8)
    let rest = value
    while (rest >= 0x80) {
      chunk[at++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    chunk[at++] = rest
  }

  return {
    u8(value) {
      reserve(1)
      chunk[at++] = value
    },
    uint,
    f64(value) {
      reserve(8)
      at = chunk.writeDoubleLE(value, at)
    },
    text(value) {
      // Most text is short: its length is known after it was written, in a byte kept free before it.
      if (value.length < 42) {
        reserve(1 + 3 * value.length)
        const bytes = chunk.write(value, at + 1)
        chunk[at] = bytes
        at += 1 + bytes
        return
      }
      const bytes = Buffer.byteLength(value)
      uint(bytes)
      reserve(bytes)
      at += chunk.write(value, at)
    },
    end() {
      if (at - start >= frameBytes) flush()
    },
    flush,
  }
}

export interface ByteReader {
  u8(): number
  uint(): number
  f64(): number
  text(): string
  readonly done: boolean
}

const createByteReader = () => {
  let bytes: Buffer = Buffer.alloc(0)
  let at = 0
  return {
    open(frame: Buffer) {
      bytes = frame
      at = 0
    },
    u8(): number {
      if (at >= bytes.length) throw new RangeError('a message ends too soon')
      return bytes[at++] as number
    },
    uint(): number {
      let value = 0
      let scale = 1
      for (;;) {
        const byte = this.u8()
        value += (byte & 0x7f) * scale
        if (byte < 0x80) return value
        scale *= 0x80
        if (scale > 2 ** 56) throw new RangeError('a number is too long')
      }
    },
    f64(): number {
      const value = bytes.readDoubleLE(at)
      at += 8
      return value
    },
    text(): string {
      const length = this.uint()
      if (at + length > bytes.length) throw new RangeError('a text ends too soon')
      const value = bytes.toString('utf8', at, at + length)
      at += length
      return value
    },
    get done() {
      return at >= bytes.length
    },
  }
}

/** Cuts frames out of a stream of bytes; `read` is called for each message of them. */
export const createFrameReader = (read: (reader: ByteReader) => void): ((chunk: Buffer) => void) => {
  const reader = createByteReader()
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
      reader.open(data.subarray(4, wanted))
      while (!reader.done) read(reader)
      data = data.subarray(wanted)
      wanted = 4
    }
    parts = data.length === 0 ? [] : [data]
    size = data.length
  }
}
