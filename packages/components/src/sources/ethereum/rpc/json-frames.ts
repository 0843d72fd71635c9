/**
 * Cuts a byte stream into JSON texts that follow each other with or without white space, as IPC sockets send them.
 * Bytes of UTF-8 sequences are all above 127, so structure can be told from bytes alone.
 */
import { RpcError } from './errors.ts'

const [quote, backslash, open, close, openList, closeList] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d]
const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

export interface JsonFrames {
  /** The texts completed by these bytes. Throws when they cannot be JSON objects or lists, or one grows too long. */
  push(bytes: Buffer): readonly string[]
}

export const createJsonFrames = (maxBytes: number): JsonFrames => {
  let held: Buffer[] = []
  let heldBytes = 0
  let depth = 0
  let inText = false
  let escaped = false

  const take = (part: Buffer): string => {
    held.push(part)
    const text = (held.length === 1 ? part : Buffer.concat(held)).toString('utf8')
    held = []
    heldBytes = 0
    return text
  }

  return {
    push: (bytes) => {
      const texts: string[] = []
      let start = 0
      for (let i = 0; i < bytes.length; i++) {
        const byte = bytes[i] as number
        if (inText) {
          if (escaped) escaped = false
          else if (byte === backslash) escaped = true
          else if (byte === quote) inText = false
        } else if (byte === open || byte === openList) {
          if (depth++ === 0) start = i
        } else if (depth === 0) {
          if (!isBlank(byte)) throw new RpcError('RPC_ANSWER_INVALID', 'The node sent bytes that are no JSON message.')
        } else if (byte === quote) inText = true
        else if ((byte === close || byte === closeList) && --depth === 0) {
          if (heldBytes + i + 1 - start > maxBytes) throw tooLarge(maxBytes)
          texts.push(take(bytes.subarray(start, i + 1)))
        }
      }
      if (depth > 0) {
        const rest = bytes.subarray(start)
        heldBytes += rest.length
        if (heldBytes > maxBytes) throw tooLarge(maxBytes)
        held.push(rest)
      }
      return texts
    },
  }
}

const tooLarge = (maxBytes: number): RpcError =>
  new RpcError('RPC_ANSWER_TOO_LARGE', `The node sent a message of more than ${maxBytes} bytes.`)
