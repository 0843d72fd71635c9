import { isDeepStrictEqual } from 'node:util'
import { ParseError } from '../errors.ts'
import { agentParseCodes, createBlockMemo, dialectOf, parseAgentMessage } from '../ethstats/mod.ts'
import type { AgentMessage, Dialect } from '../ethstats/mod.ts'
import { decodeObservation, encodeBody } from '../observation.ts'
import type { Observation } from '../observation.ts'
import { nodeId, unixMs } from '../units.ts'
import { fixtureClients, readFixture } from './fixtures.ts'
import { mutateFrame } from './mutate.ts'
import { createRandom } from './random.ts'

/** How often each outcome came: a message's type, or the code of a refusal. */
export type FuzzOutcomes = Readonly<Record<string, number>>

/**
 * Mutates the fixtures of all clients and checks of every frame: the codec gives a message or a `ParseError` of a known
 * code, the same with a memo as without, and what it calls a report can be stored and read back. Throws, naming seed and
 * frame, where that does not hold.
 */
export const fuzzAgentFrames = (options: { readonly frames: number; readonly seed: number }): FuzzOutcomes => {
  const corpus = fixtureClients().flatMap((client) => readFixture(client).frames)
  const random = createRandom(options.seed)
  const memo = createBlockMemo()
  const dialects = [dialectOf('besu/v1'), dialectOf(undefined)] as const
  const outcomes: Record<string, number> = {}
  for (let n = 0; n < options.frames; n++) {
    // Now and then an honest frame, so that the memo has something to recognise.
    const frame = random.int(10) === 0 ? random.pick(corpus) : mutateFrame(corpus, random)
    const dialect = random.pick(dialects)
    try {
      const plain = attempt(frame, dialect)
      const remembered = attempt(frame, dialect, memo)
      if (!isDeepStrictEqual(plain, remembered)) throw new Error('the memo changes what the frame means')
      if ('type' in plain) checkStorable(plain)
      const outcome = 'type' in plain ? plain.type : plain.code
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    } catch (error) {
      throw new Error(`seed ${options.seed}, frame ${n}: ${JSON.stringify(frame.slice(0, 2000))}`, { cause: error })
    }
  }
  return outcomes
}

const codes: readonly string[] = agentParseCodes

const attempt = (
  frame: string,
  dialect: Dialect,
  memo?: ReturnType<typeof createBlockMemo>,
): AgentMessage | { readonly code: string; readonly path: string } => {
  try {
    return parseAgentMessage(frame, dialect, memo)
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    if (!codes.includes(error.code)) throw new Error(`unlisted code ${error.code}`, { cause: error })
    return { code: error.code, path: error.path }
  }
}

const checkStorable = (message: AgentMessage): void => {
  for (const { kind, body } of bodiesOf(message)) {
    const observation = { kind, body, node: nodeId('x'), observedAt: unixMs(0) } as Observation
    const back = decodeObservation(kind, observation.node, observation.observedAt, encodeBody(observation))
    if (!isDeepStrictEqual(back.body, body)) throw new Error(`a ${kind} does not survive storing`)
  }
}

const bodiesOf = (message: AgentMessage): readonly { readonly kind: string; readonly body: unknown }[] => {
  if (message.type === 'report') return message.reports
  if (message.type === 'history') return message.blocks.map((body) => ({ kind: 'block', body }))
  return message.type === 'hello' ? [{ kind: 'node-info', body: message.info }] : []
}
