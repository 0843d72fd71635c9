import type { NodeId } from '../units.ts'
import type { BodyMemo } from './body-memo.ts'
import type { AgentMessage, Batch } from './messages.ts'

export interface ReadContext {
  /** Whose observations the lines are: the node of the hello. */
  readonly node: NodeId
  readonly memo?: BodyMemo
}

/** Reads a frame of an agent whole, or throws `ParseError` with one of `netstatsParseCodes`. */
export const readAgentFrame = (text: string, context: ReadContext): AgentMessage => {
  throw new Error(`not built yet: ${text} ${context.node}`)
}

/** Reads a frame that must be a batch. */
export const parseBatch = (text: string, context: ReadContext): Batch => {
  const message = readAgentFrame(text, context)
  if (message.type !== 'batch') throw new Error('not built yet')
  return message
}
