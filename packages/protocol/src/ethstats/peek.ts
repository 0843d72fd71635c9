import type { ShedClass } from '../shed.ts'

/** What a client's frame is about, as far as its first bytes tell. */
export const ethstatsEvents = [
  'hello',
  'block',
  'pending',
  'stats',
  'latency',
  'history',
  'update',
  'node-ping',
  'node-pong',
  'headEvent',
  'block_new_payload',
  'new-payload',
  'primus',
  'spark-latency',
] as const
export type EthstatsEvent = (typeof ethstatsEvents)[number]

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const emitKey = bytesOf('"emit"')
const sparkKey = bytesOf('"_latency"')
const primusStart = bytesOf('"primus::')

// By first letter and length at most one candidate is left, and it is compared whole.
const candidates: readonly (readonly { readonly name: EthstatsEvent; readonly bytes: Uint8Array }[])[] = Array.from(
  { length: 128 },
  (_, letter) =>
    ethstatsEvents
      .filter((name) => name !== 'primus' && name !== 'spark-latency' && name.charCodeAt(0) === letter)
      .map((name) => ({ name, bytes: bytesOf(`${name}"`) })),
)

const blanks = (data: Uint8Array, from: number): number => {
  let at = from
  for (let c = data[at]; c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09; c = data[at]) at++
  return at
}

const matches = (data: Uint8Array, at: number, expected: Uint8Array): boolean => {
  for (let i = 0; i < expected.length; i++) if (data[at + i] !== expected[i]) return false
  return true
}

/**
 * The event of a frame from its raw bytes, without decoding or parsing it: a server under load sheds cheap classes
 * before it pays for them. A frame that puts another key before `emit` is not recognised, and one may claim an event it
 * does not hold; both only make shedding less exact, since what is parsed is judged again.
 */
export const peekEvent = (data: Uint8Array): EthstatsEvent | undefined => {
  let at = blanks(data, 0)
  if (data[at] === 0x22) return matches(data, at, primusStart) ? 'primus' : undefined
  if (data[at] !== 0x7b) return undefined
  at = blanks(data, at + 1)
  if (!matches(data, at, emitKey)) return matches(data, at, sparkKey) ? 'spark-latency' : undefined
  at = blanks(data, at + emitKey.length)
  if (data[at] !== 0x3a) return undefined
  at = blanks(data, at + 1)
  if (data[at] !== 0x5b) return undefined
  at = blanks(data, at + 1)
  if (data[at] !== 0x22) return undefined
  const known = candidates[data[at + 1] ?? 0]
  if (known !== undefined) for (const one of known) if (matches(data, at + 1, one.bytes)) return one.name
  return undefined
}

const classes: Readonly<Record<EthstatsEvent, ShedClass>> = {
  hello: 'alarm',
  // geth disconnects when its ping is not answered within five seconds, so pings outlive everything.
  'node-ping': 'alarm',
  primus: 'alarm',
  block: 'block',
  history: 'block',
  headEvent: 'block',
  update: 'block',
  stats: 'stats',
  block_new_payload: 'stats',
  'new-payload': 'stats',
  pending: 'latency',
  latency: 'latency',
  'node-pong': 'latency',
  'spark-latency': 'latency',
}

/** What a frame is given up with. What is not recognised goes first. */
export const shedClassOfEvent = (event: EthstatsEvent | undefined): ShedClass =>
  event === undefined ? 'latency' : classes[event]
