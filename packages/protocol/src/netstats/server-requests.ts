/** What a server asks an agent, and what becomes of it. */
import type { Block } from '../kinds/mod.ts'
import type { ObservationOf } from '../observation.ts'
import { defaults, limits } from './limits.ts'
import type { Answer, Question } from './messages.ts'
import { isSigned, linesOf } from './server-signed.ts'
import type { Received } from './server-signed.ts'
import { fault, send } from './server-state.ts'
import type { ServerState } from './server-state.ts'
import type { At, ServerAction } from './server-types.ts'
import { answerText } from './signing.ts'

export const ask = (
  s: ServerState,
  out: ServerAction[],
  question: Question,
  timeoutMs: number = defaults.requestMs,
  at: At,
): void => {
  if (s.phase !== 'open') {
    out.push({ type: 'unanswered', question, reason: 'ended' })
    return
  }
  const asked = numbersOf(question).length
  if (s.requests.length >= limits.openRequests || asked === 0 || asked > limits.requestNumbers) {
    out.push({ type: 'unanswered', question, reason: 'too-many' })
    return
  }
  const id = ++s.requestId
  s.requests.push({ id, question, until: at.mono + timeoutMs })
  send(out, { type: 'request', id, ...question })
}

const numbersOf = (question: Question): readonly number[] =>
  question.what === 'header' ? [question.number] : question.numbers

export const receiveAnswer = (s: ServerState, out: ServerAction[], answer: Answer, { text, at }: Received): void => {
  const { id, missing, signature } = answer
  if (!isSigned(s, signature, (session) => answerText(session, id, missing, linesOf(text)))) {
    fault(s, out, 'signature', at)
    return
  }
  const open = s.requests.find((request) => request.id === id)
  if (open === undefined) {
    // Late, if it was ever asked for; the host has given up on it.
    if (id > s.requestId) fault(s, out, 'answer', at)
    return
  }
  s.requests = s.requests.filter((request) => request !== open)
  const asked = new Set(numbersOf(open.question))
  const isOfHeaders = open.question.what === 'headers'
  out.push({
    type: 'answered',
    question: open.question,
    // Whatever was not asked for is nobody's.
    blocks: isOfHeaders ? [] : answer.blocks.filter(({ body }) => asked.delete(body.number)).map(asHistory),
    headers: isOfHeaders ? answer.headers.flatMap(({ body }) => (asked.delete(body.number) ? [body] : [])) : [],
    missing: missing.filter((number) => asked.has(number)),
  })
}

/** An answer says nothing about when a block reached the node, whether the agent marked it or not. */
const asHistory = (observation: ObservationOf<'block'>): ObservationOf<'block'> => {
  const body: Block =
    observation.body.historical === true ? observation.body : { ...observation.body, historical: true }
  return { ...observation, body }
}

export const expireRequests = (s: ServerState, out: ServerAction[], { mono }: At): void => {
  if (s.requests.length === 0) return
  for (const { question, until } of s.requests)
    if (mono >= until) out.push({ type: 'unanswered', question, reason: 'timeout' })
  s.requests = s.requests.filter(({ until }) => mono < until)
}
