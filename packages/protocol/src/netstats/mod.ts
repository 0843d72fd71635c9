/** The protocol `netstats.v1` between agents and servers, as `docs/specs/netstats-protocol.md` specifies it; no I/O. */
export * from './messages.ts'
export { defaults, limits, mostInflated, silentIntervals, subProtocol } from './limits.ts'
export { netstatsParseCodes } from './errors.ts'
export type { NetstatsParseCode } from './errors.ts'
export { createBodyMemo } from './body-memo.ts'
export type { BodyMemo } from './lines.ts'
export { parseBatch, readAgentFrame } from './read-agent.ts'
export type { ReadContext } from './lines.ts'
export { readServerFrame } from './read-server.ts'
export { advance, lineageText, markOf, noPlace, readLineage, resumeAt, skipTo } from './lineage.ts'
export type { Place, Resumed } from './lineage.ts'
export { writeFrame, writeItem } from './write.ts'
export type { AgentFrame, Frame, ServerFrame } from './write.ts'
export { answerText, batchText, loginText, nowText } from './signing.ts'
export type { ClockEstimate } from './clock-estimate.ts'
export { createAgentSession } from './agent-session.ts'
export type {
  AgentAction,
  AgentCounts,
  AgentEnd,
  AgentInput,
  AgentPhase,
  AgentSession,
  AgentSessionOptions,
  Sign,
} from './agent-types.ts'
export { createServerSession } from './server-session.ts'
export type {
  Admission,
  At,
  DeliveredBatch,
  ServerAction,
  ServerCounts,
  ServerEnd,
  ServerInput,
  ServerPhase,
  ServerSession,
  ServerSessionOptions,
  Verify,
} from './server-types.ts'
