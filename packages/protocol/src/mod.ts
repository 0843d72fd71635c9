export * from './units.ts'
export * from './shed.ts'
export { BaseError, ParseError } from './errors.ts'
export { hasHidden, replaceHidden } from './hidden.ts'
export { decodeObservation, encodeBody, shedClassOf } from './observation.ts'
export type { Observation, ObservationOf } from './observation.ts'
export { maxLogFields } from './kinds/log.ts'
export { fullHeader } from './kinds/header.ts'
export { isKind, kindOfCode, kinds } from './kinds/mod.ts'
export type {
  Alarm,
  Bodies,
  Kind,
  Block,
  BlockProcessing,
  Gap,
  HeadEvent,
  Header,
  Host,
  Latency,
  Log,
  Metric,
  NodeInfo,
  NodeStats,
  Pending,
} from './kinds/mod.ts'
export * from './path-segment.ts'
export * as read from './parse.ts'
export { toPlain } from './parse.ts'
