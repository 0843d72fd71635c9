/**
 * WebSocket client frames made by hand. The masking key is four zero bytes: legal, and it spares the load generator the
 * masking, while the server under test unmasks as ever.
 */
export const textFrame = (payload: Buffer): Buffer => {
  const n = payload.length
  const head = n < 126 ? 2 : n < 65_536 ? 4 : 10
  const frame = Buffer.alloc(head + 4 + n)
  frame[0] = 0x81
  if (n < 126) frame[1] = 0x80 | n
  else if (n < 65_536) {
    frame[1] = 0x80 | 126
    frame.writeUInt16BE(n, 2)
  } else {
    frame[1] = 0x80 | 127
    frame.writeBigUInt64BE(BigInt(n), 2)
  }
  payload.copy(frame, head + 4)
  return frame
}

/** Answer to a WebSocket ping: its payload is at most 125 bytes. */
export const pongFrame = (payload: Buffer): Buffer => {
  const frame = Buffer.alloc(6 + payload.length)
  frame[0] = 0x8a
  frame[1] = 0x80 | payload.length
  payload.copy(frame, 6)
  return frame
}

export interface ServerFrame {
  readonly opcode: number
  readonly payload: Buffer
}

/** Cuts server frames (unmasked) out of a byte stream; keeps what is not whole yet. */
export const frameReader = (): ((chunk: Buffer) => readonly ServerFrame[]) => {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const frames: ServerFrame[] = []
    for (;;) {
      if (data.length < 2) break
      const short = (data[1] ?? 0) & 0x7f
      const head = short < 126 ? 2 : short === 126 ? 4 : 10
      if (data.length < head) break
      const n = short < 126 ? short : short === 126 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2))
      if (data.length < head + n) break
      frames.push({ opcode: (data[0] ?? 0) & 0x0f, payload: data.subarray(head, head + n) })
      data = data.subarray(head + n)
    }
    rest = data
    return frames
  }
}
