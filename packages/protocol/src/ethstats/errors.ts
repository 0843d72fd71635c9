import { ParseError } from '../errors.ts'

/** Every code `parseAgentMessage` throws. A closed set: servers count refused frames by it. */
export const agentParseCodes = [
  'FRAME_NOT_JSON',
  'FRAME_TOO_DEEP',
  'FRAME_TOO_MANY_VALUES',
  'EVENT_MALFORMED',
  'HELLO_MALFORMED',
  'BLOCK_MALFORMED',
  'HISTORY_MALFORMED',
  'STATS_MALFORMED',
  'PENDING_MALFORMED',
  'LATENCY_MALFORMED',
  'PING_MALFORMED',
  'PROCESSING_MALFORMED',
  'HEAD_EVENT_MALFORMED',
  'UPDATE_MALFORMED',
] as const
export type AgentParseCode = (typeof agentParseCodes)[number]

export const malformed = (code: AgentParseCode, path: string, message: string): ParseError =>
  new ParseError(code, path, message)
