import type { ServerMessage } from './messages.ts'
import { primusFrame } from './primus.ts'
import { amount, fieldsOf, whole } from '../loose/values.ts'

const unknown: ServerMessage = { type: 'unknown' }
/** Most blocks of one answer; of a longer request the newest. */
const maxNumbers = 50
/** A server's frame is small. What is longer is not read. */
const maxFrame = 1024 * 1024

/**
 * Reads one frame of a server, of any server, and never throws: a client ignores what it does not understand.
 */
export const parseServerMessage = (text: string): ServerMessage => {
  if (text.length > maxFrame) return unknown
  const value = tryJson(text)
  if (typeof value === 'string') {
    const frame = primusFrame(value)
    return frame === undefined || frame.type === 'primus-id' ? unknown : frame
  }
  const emit = fieldsOf(value)?.emit
  if (!Array.isArray(emit)) return unknown
  const payload: unknown = emit[1]
  switch (emit[0]) {
    case 'ready':
      return { type: 'ready' }
    case 'node-pong': {
      const fields = fieldsOf(payload)
      return { type: 'node-pong', clientTime: fields?.clientTime, serverTime: amount(fields?.serverTime) }
    }
    case 'history':
      return { type: 'history', numbers: readNumbers(payload) }
    default:
      return unknown
  }
}

/** Ascending. A usable list, else the range from `min` to `max`, else undefined: the last 50. */
const readNumbers = (payload: unknown): readonly number[] | undefined => {
  const fields = fieldsOf(payload)
  if (fields === undefined) return undefined
  if (Array.isArray(fields.list)) {
    const numbers = new Set(fields.list.map(whole).filter((n) => n !== undefined))
    if (numbers.size > 0) return [...numbers].sort((a, b) => a - b).slice(-maxNumbers)
  }
  const min = whole(fields.min)
  const max = whole(fields.max)
  if (min === undefined || max === undefined || max < min) return undefined
  const from = Math.max(min, max - maxNumbers + 1)
  return Array.from({ length: max - from + 1 }, (_, i) => from + i)
}

export const tryJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
