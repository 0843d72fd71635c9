// What a component says, re-exported so that a plugin depends on this package alone.
export { BaseError, blockNumber, encodeBody, isKind, kinds, nodeId, unixMs } from '@netstats/protocol'
export type {
  Alarm,
  Block,
  Kind,
  Log,
  Metric,
  NodeId,
  NodeInfo,
  NodeStats,
  Observation,
  ObservationOf,
  UnixMs,
} from '@netstats/protocol'
export { systemClock, ticks } from './clock.ts'
export type { Clock } from './clock.ts'
export { createBackoff } from './backoff.ts'
export type { Backoff, BackoffOptions } from './backoff.ts'
export { channel, overflows } from './channel.ts'
export type { Channel, ChannelOptions, Overflow } from './channel.ts'
export { createMapping } from './mapping.ts'
export type { Mapping, MappingOptions } from './mapping.ts'
export { isPattern, matchesPatterns, matchPattern } from './pattern.ts'
export { sampleKinds, samplesOf } from './samples.ts'
export type { Sample } from './samples.ts'
export { severityName, severityNames } from './severity.ts'
export type { SeverityName } from './severity.ts'
export { fillTemplate, templateNames } from './template.ts'
export type { Logger } from './logger.ts'
export { reasonOf, SinkError, SpoolError, spoolErrorCodes, UsageError } from './errors.ts'
export type { SpoolErrorCode } from './errors.ts'
export { partStates } from './status.ts'
export type { PartState, PartStatus, StatusReporter } from './status.ts'
export { defineAnalyzer } from './analyzer.ts'
export type { Analyzer, AnalyzerDefinition, AnalyzerEvent, AnalyzerResult, NetworkChange } from './analyzer.ts'
export { definePlugin, pluginApiVersion } from './plugin.ts'
export type { Plugin } from './plugin.ts'
export { defineSink, defineSource, observationsIn } from './component.ts'
export type {
  ComponentContext,
  ComponentDefinition,
  Delivery,
  NodeSinkDefinition,
  Observed,
  OneNode,
  Refused,
  SharedSinkDefinition,
  Sink,
  SinkContext,
  SinkDefinition,
  SinkHabits,
  Source,
  SourceContext,
  SourceDefinition,
  SpoolIdentity,
} from './component.ts'
export type { Batch, Checkpoint, Checkpointed, Sequence, SpooledObservation } from './spool.ts'
export { removalPolicies } from './spool.ts'
export type { Life, ReaderOptions, RemovalPolicy, Spool, SpoolReader } from './spool.ts'
