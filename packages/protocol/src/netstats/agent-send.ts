/** What an agent session does with what its host wants to be sent. */
import { shedClassOf } from '../observation.ts'
import { sendLines } from './agent-state.ts'
import type { AgentState, Queued } from './agent-state.ts'
import type { AgentAction, AgentInput } from './agent-types.ts'
import { launch } from './flight.ts'
import { defaults, limits } from './limits.ts'
import { isOfOneLife } from './lineage.ts'
import type { Writable } from './messages.ts'
import type { At } from './server-types.ts'
import { answerText, batchText, nowText } from './signing.ts'
import { utf8Length } from './utf8.ts'
import { writeAnswer, writeBatch, writeItem, writeLine, writeNow } from './write.ts'

/** Longest first line of a frame with lines: all numbers at their longest, and a signature. */
const headerBytes = 256
const mostMissingBytes = limits.requestNumbers * 17

export const room = (s: AgentState): number => {
  if (s.phase !== 'open' || s.pausedUntil !== undefined) return 0
  if (s.flight.bytes + s.queuedBytes >= (s.options.flightBytes ?? defaults.agentFlightBytes)) return 0
  return Math.max(0, s.window - s.flight.count - s.queue.length)
}

/** Takes what directly follows; the rest was read before the session went back. */
export const offer = (
  s: AgentState,
  out: AgentAction[],
  { after, before = 0, items }: Extract<AgentInput, { type: 'offer' }>,
  { mono }: At,
): void => {
  if (after !== s.tail) return
  for (const [place, item] of items.entries()) {
    const { sequence, kind } = item
    if (!(sequence > s.tail)) throw new RangeError(`observation ${sequence} offered after ${s.tail}`)
    s.tail = sequence
    const line = writeItem(item)
    const bytes = utf8Length(line) + 1
    if (bytes + headerBytes > limits.frameBytes) {
      // It would be refused for ever. What follows it says that there is nothing in between.
      s.counts.faults++
      out.push({ type: 'fault', code: 'oversized' })
      continue
    }
    s.queue.push({ sequence, before: before + place, line, bytes, since: mono })
    s.queuedBytes += bytes
    const shed = shedClassOf(kind)
    if (shed === 'block' || shed === 'alarm' || kind === 'header') s.urgent = sequence
  }
}

/** Sends batches while there are any to send: full ones, urgent ones, and those whose company did not come in time. */
export const cutBatches = (s: AgentState, out: AgentAction[], at: At): void => {
  while (s.phase === 'open' && s.pausedUntil === undefined) {
    const count = nextCount(s, at.mono)
    if (count === 0) return
    sendBatch(s, out, s.queue.splice(0, count), at)
  }
}

/** How many observations go into a batch now; 0: none. */
const nextCount = (s: AgentState, mono: number): number => {
  const [first] = s.queue
  if (first === undefined) return 0
  const { batchItems, batchBytes } = s.limits
  const credit = s.window - s.flight.count
  const most = Math.min(s.queue.length, batchItems, credit)
  if (most <= 0) return 0
  if (s.flight.count > 0 && s.flight.bytes >= (s.options.flightBytes ?? defaults.agentFlightBytes)) return 0
  let count = 0
  let bytes = headerBytes
  const { lives } = s.options.hello
  for (const { bytes: more, sequence } of s.queue) {
    if (count === most || (count > 0 && (bytes + more > batchBytes || !isOfOneLife(lives, first.sequence, sequence))))
      break
    bytes += more
    count++
  }
  // Full, also where more would not be allowed: there is no company to wait for.
  const isFull = count < s.queue.length || count === batchItems || count === credit
  const isDue = isFull || first.sequence <= s.urgent || mono >= first.since + s.intervals.lingerMs
  if (!isDue) return 0
  // The window is nearly used up: wait for acks instead of sending crumbs.
  if (count === credit && count < batchItems && s.flight.count > count * 3) return 0
  return count
}

/** When what waits for company has waited long enough. Never, where it waits for acks besides. */
export const lingerEnd = (s: AgentState): number => {
  const [first] = s.queue
  if (first === undefined) return Infinity
  const due = first.since + s.intervals.lingerMs
  return nextCount(s, due) > 0 ? due : Infinity
}

const sendBatch = (s: AgentState, out: AgentAction[], items: readonly Queued[], { mono }: At): void => {
  const [first] = items
  const last = items.at(-1)?.sequence
  if (first === undefined || last === undefined) return
  const lines = items.map(({ line }) => line).join('\n')
  const number = ++s.number
  const signature = signed(s, (session) => batchText(session, number, s.sent, lines))
  const header = { after: s.sent, before: first.before, number, ...(signature === undefined ? {} : { signature }) }
  sendLines(s, out, writeBatch(header, items.length, lines))
  const bytes = items.reduce((sum, item) => sum + item.bytes, 0)
  if (s.flight.count === 0) s.progressAt = mono
  launch(s.flight, last, items.length, bytes)
  s.queuedBytes -= bytes
  s.sent = last
  s.highest = Math.max(s.highest, last)
  s.counts.batches++
  s.counts.observations += items.length
}

const signed = (s: AgentState, text: (session: string) => string): string | undefined =>
  s.challenged && s.options.sign !== undefined && s.welcome !== undefined
    ? s.options.sign(text(s.welcome.session))
    : undefined

/** Where nothing is left that could be acknowledged, what was passed over is settled. */
export const settlePassed = (s: AgentState, out: AgentAction[]): void => {
  if (s.phase !== 'open' || s.queue.length > 0 || s.flight.count > 0 || s.tail <= s.acked || s.tail <= s.sent) return
  s.acked = s.tail
  out.push({ type: 'acknowledged', through: s.tail })
}

export const sendNow = (s: AgentState, out: AgentAction[], items: readonly Writable[]): void => {
  if (s.phase !== 'open') return
  for (const lines of fit(items, Math.min(limits.nowItems, s.limits.batchItems), s.limits.batchBytes)) {
    const text = lines.join('\n')
    const number = ++s.nowNumber
    s.counts.nows++
    sendLines(
      s,
      out,
      writeNow(
        number,
        signed(s, (session) => nowText(session, number, text)),
        text,
      ),
    )
  }
}

/** Frames of lines within both bounds; a line that fits in none is dropped. */
function* fit(items: readonly Writable[], most: number, mostBytes: number): Generator<readonly string[]> {
  let lines: string[] = []
  let bytes = headerBytes
  for (const item of items) {
    const line = writeLine(item)
    const more = utf8Length(line) + 1
    if (lines.length === most || (lines.length > 0 && bytes + more > mostBytes)) {
      yield lines
      lines = []
      bytes = headerBytes
    }
    if (headerBytes + more > limits.frameBytes) continue
    lines.push(line)
    bytes += more
  }
  if (lines.length > 0) yield lines
}

export const sendAnswer = (
  s: AgentState,
  out: AgentAction[],
  id: number,
  written: readonly Writable[],
  missing: readonly number[],
): void => {
  if (s.phase !== 'open' || !s.requests.delete(id)) return
  // What has no room in one frame is not answered: anyone who needs it asks again for less.
  const [lines = []] = fit(written, limits.requestNumbers, limits.frameBytes - mostMissingBytes)
  const text = lines.join('\n')
  const without = missing.slice(0, limits.requestNumbers)
  const signature = signed(s, (session) => answerText(session, id, without, text))
  sendLines(s, out, writeAnswer(id, without, signature, text))
}
