import { count, flag, list, number, object, oneOf, optional } from '../parse.ts'
import { base64Of32, plain, readFields, sessionId, whole } from './fields.ts'
import { refuseLines, splitFrame } from './header.ts'
import type { Split } from './header.ts'
import { limits } from './limits.ts'
import type { Request, ServerMessage } from './messages.ts'
import { farewellReader, pingReader, pongReader, reasonReader, wait } from './read-both.ts'

/** Reads a frame of a server whole, or throws `ParseError` with one of `netstatsParseCodes`. */
export const readServerFrame = (text: string): ServerMessage => {
  const split = splitFrame(text)
  const read = readers[split.type]
  if (read === undefined) return { type: 'unknown' }
  refuseLines(split)
  return read(split)
}

const window = whole(0, limits.window)

const intervals = {
  reportMs: whole(100, limits.waitMs),
  lingerMs: whole(0, 600_000),
  pingMs: whole(100, 600_000),
}

const welcome = object({
  session: sessionId,
  network: plain(1, 200),
  through: count,
  last: optional(count),
  mark: optional(whole(0, 0xffff_ffff)),
  doubt: optional(flag),
  time: number,
  window,
  limits: object({ batchItems: whole(1, limits.batchItems), batchBytes: whole(1024, limits.frameBytes) }),
  intervals: object(intervals),
  compress: optional(oneOf(['deflate'] as const)),
  durable: flag,
})
const challenge = object({ nonce: base64Of32 })
const ack = object({ through: count })
const nack = object({ through: count, number: count, reason: reasonReader, retryMs: wait })
const credit = object({ window })
const intervalsReader = object(intervals)
const id = whole(1, Number.MAX_SAFE_INTEGER)
const question = object({ id, what: plain(1, 40) })
const history = object({ numbers: list(count, limits.requestNumbers) })
const header = object({ number: count })

const readRequest = (fields: Split['header']): Request | { readonly type: 'unknown' } => {
  const { id, what } = readFields(question, fields)
  if (what === 'history' || what === 'headers') return { type: 'request', id, what, ...readFields(history, fields) }
  if (what === 'header') return { type: 'request', id, what, ...readFields(header, fields) }
  // A question of a later version: who asks lives with no answer.
  return { type: 'unknown' }
}

// No prototype: a type called `constructor` is unknown like any other.
const readers: Readonly<Record<string, (split: Split) => ServerMessage>> = {
  __proto__: null as never,
  ack: (s) => ({ type: 'ack', ...readFields(ack, s.header) }),
  ping: (s) => ({ type: 'ping', ...readFields(pingReader, s.header) }),
  pong: (s) => ({ type: 'pong', ...readFields(pongReader, s.header) }),
  nack: (s) => ({ type: 'nack', ...readFields(nack, s.header) }),
  credit: (s) => ({ type: 'credit', ...readFields(credit, s.header) }),
  intervals: (s) => ({ type: 'intervals', ...readFields(intervalsReader, s.header) }),
  request: (s) => readRequest(s.header),
  welcome: (s) => ({ type: 'welcome', ...readFields(welcome, s.header) }),
  challenge: (s) => ({ type: 'challenge', ...readFields(challenge, s.header) }),
  refuse: (s) => ({ type: 'refuse', ...readFields(farewellReader, s.header) }),
  bye: (s) => ({ type: 'bye', retryMs: 0, ...readFields(farewellReader, s.header) }),
}
