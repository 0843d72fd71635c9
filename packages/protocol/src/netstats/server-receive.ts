/** What a server session does with the frames of an agent. */
import { ParseError } from '../errors.ts'
import { nodeId } from '../units.ts'
import { spend } from './budget.ts'
import { land, launch } from './flight.ts'
import { closeCodes, defaults } from './limits.ts'
import { isOfOneLife } from './lineage.ts'
import type { AgentMessage, Batch, Hello, Now, Proof } from './messages.ts'
import { pong } from './pinger.ts'
import { readAgentFrame } from './read-agent.ts'
import { receiveAnswer } from './server-requests.ts'
import { isSigned, linesOf } from './server-signed.ts'
import type { Received } from './server-signed.ts'
import { end, fault, flushAck, nack, refuse, send, disconnect } from './server-state.ts'
import type { ServerState } from './server-state.ts'
import type { At, ServerAction } from './server-types.ts'
import { batchText, loginText, nowText } from './signing.ts'

export const receive = (s: ServerState, out: ServerAction[], frame: Received): void => {
  s.heardAt = frame.at.mono
  let message: AgentMessage
  try {
    message = readAgentFrame(frame.text, s.context)
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    receiveMalformed(s, out, frame, error.code)
    return
  }
  switch (message.type) {
    case 'ping':
      receivePing(s, out, message.t1, frame.at)
      return
    case 'pong': {
      const measured = pong(s.pinger, message, frame.at)
      if (measured !== undefined) out.push({ type: 'measured', ...measured })
      return
    }
    case 'bye':
      end(s, out, 'bye', closeCodes.normal, message.reason)
      return
    case 'unknown':
      s.counts.unknown++
      // It was read for nothing, however long it was: anyone who sends many is no newer agent, which knows what we take.
      outOfTurn(s, out, 'unknown', frame.at)
      return
    case 'hello':
    case 'proof':
      receiveLogin(s, out, message, frame.at)
      return
    case 'batch':
    case 'now':
    case 'answer':
      if (s.phase === 'open') receiveOpen(s, out, message, frame)
      // Anyone who was sent away may not have read it yet. Before the welcome there is no excuse.
      else if (s.phase !== 'draining') outOfTurn(s, out, message.type, frame.at)
  }
}

/** Before the welcome one fault is enough. */
const outOfTurn = (s: ServerState, out: ServerAction[], type: string, at: At): void => {
  if (!fault(s, out, `turn-${type}`, at)) return
  if (s.phase !== 'open' && s.phase !== 'draining') refuse(s, out, 'malformed')
}

const receiveMalformed = (s: ServerState, out: ServerAction[], { text, at }: Received, code: string): void => {
  if (!fault(s, out, code, at)) return
  if (s.phase !== 'open') {
    if (s.phase !== 'draining') refuse(s, out, code === 'NETSTATS_VERSION_UNSUPPORTED' ? 'version' : 'malformed')
    return
  }
  // Only a batch is missed: the agent has to send what was in it again. It was the next one, whatever it says.
  if (!text.startsWith('{"type":"batch"')) return
  s.number++
  nack(s, out, 'malformed', retryMs)
}

/** After a nack of ours; the host names its own. */
const retryMs = 1000

const receivePing = (s: ServerState, out: ServerAction[], t1: number, at: At): void => {
  if (spend(s.pings, at.mono)) send(out, { type: 'pong', t1, t2: at.now, t3: at.now })
  else fault(s, out, 'ping-flood', at)
}

const receiveLogin = (s: ServerState, out: ServerAction[], message: Hello | Proof, at: At): void => {
  if (message.type === 'hello' && s.phase === 'hello') {
    s.hello = message
    s.context = { ...s.context, node: nodeId(message.node) }
    s.phase = 'login'
    out.push({ type: 'login', hello: message })
  } else if (message.type === 'proof' && s.phase === 'proof') receiveProof(s, out, message)
  else outOfTurn(s, out, message.type, at)
}

const receiveProof = (s: ServerState, out: ServerAction[], { signature }: Proof): void => {
  const { hello, challenge } = s
  if (hello === undefined || challenge === undefined) return
  const ok = s.options.verify?.(challenge.key, loginText(challenge.nonce, hello), signature) === true
  s.challenge = undefined
  s.provenKey = ok ? challenge.key : undefined
  out.push({ type: 'proved', ok })
  if (ok) s.phase = 'login'
  else refuse(s, out, 'bad-proof')
}

const receiveOpen = (
  s: ServerState,
  out: ServerAction[],
  message: Extract<AgentMessage, { type: 'batch' | 'now' | 'answer' }>,
  frame: Received,
): void => {
  switch (message.type) {
    case 'batch':
      receiveBatch(s, out, message, frame)
      return
    case 'now':
      receiveNow(s, out, message, frame)
      return
    case 'answer':
      receiveAnswer(s, out, message, frame)
  }
}

const receiveBatch = (s: ServerState, out: ServerAction[], batch: Batch, { text, bytes, at }: Received): void => {
  const { admission } = s
  if (admission === undefined) return
  // First of all, so that a forged frame moves nothing.
  if (!isSigned(s, batch.signature, (session) => batchText(session, batch.number, batch.after, linesOf(text)))) {
    if (fault(s, out, 'signature', at) && batch.number > s.number) nack(s, out, 'signature', retryMs, batch.number)
    return
  }
  // A nack for a repeated batch would make the agent repeat more.
  if (batch.number <= s.number) {
    fault(s, out, 'replay', at)
    return
  }
  const follows = batch.number === s.number + 1
  s.number = batch.number
  if (batch.after !== s.expected || (!follows && !s.rewinding)) {
    if (s.rewinding) s.counts.skipped++
    else if (fault(s, out, 'hole', at)) nack(s, out, 'hole', 0)
    return
  }
  const { batchItems, batchBytes } = admission.limits
  const isWithin = batch.count <= batchItems && (batch.count === 1 || text.length <= batchBytes)
  if (!isWithin || !isOfOneLife(s.hello?.lives ?? [], batch.first, batch.last)) {
    if (fault(s, out, 'limits', at)) nack(s, out, 'malformed', retryMs)
    return
  }
  if (s.flight.count + batch.count > allowed(s, at) + batchItems) {
    disconnect(s, out, 'overrun', 'more in flight than the window allows')
    return
  }
  if (s.flight.count > 0 && s.flight.bytes + text.length > (s.options.flightBytes ?? defaults.serverFlightBytes)) {
    nack(s, out, 'busy', retryMs)
    return
  }
  accept(s, out, batch, text.length, bytes)
}

const allowed = (s: ServerState, { mono }: At): number =>
  mono < s.ceilingUntil ? Math.max(s.ceiling, s.window) : s.window

const accept = (s: ServerState, out: ServerAction[], batch: Batch, length: number, bytes: number): void => {
  const { after, before = 0, last, mark, count, items, setAside } = batch
  s.rewinding = false
  s.expected = last
  s.counts.batches++
  s.counts.observations += items.length
  s.counts.setAside += count - items.length
  launch(s.flight, last, count, length)
  out.push({ type: 'deliver', batch: { after, before, last, mark, count, items, setAside, bytes } })
  // An earlier connection brought it already, and the store has committed it since the welcome.
  land(s.flight, s.durable)
  if (last <= s.durable) flushAck(s, out)
}

const receiveNow = (s: ServerState, out: ServerAction[], now: Now, { text, at }: Received): void => {
  if (!isSigned(s, now.signature, (session) => nowText(session, now.number, linesOf(text)))) {
    fault(s, out, 'signature', at)
    return
  }
  if (now.number <= s.nowNumber) {
    fault(s, out, 'replay', at)
    return
  }
  s.nowNumber = now.number
  s.counts.nows++
  out.push({ type: 'now', observations: now.observations, setAside: now.setAside })
}
