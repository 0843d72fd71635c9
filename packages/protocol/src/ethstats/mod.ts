/** The ethstats protocol in both directions; no I/O. What each client does differently is in `../../README.md`. */
export type { AgentMessage, DashboardMessage, Dialect, Report, ReportKind, ServerMessage } from './messages.ts'
export { agentParseCodes } from './errors.ts'
export type { AgentParseCode } from './errors.ts'
export { ethstatsEvents, peekEvent, shedClassOfEvent } from './peek.ts'
export type { EthstatsEvent } from './peek.ts'
export { dialectOf, plainDialect } from './dialect.ts'
export { createBlockMemo } from './block-memo.ts'
export type { BlockMemo } from './block-memo.ts'
export { parseAgentMessage } from './read-agent.ts'
export { parseServerMessage } from './read-server.ts'
export {
  writeHistoryRequest,
  writeNodePong,
  writePrimusId,
  writePrimusPing,
  writePrimusPong,
  writeReady,
  writeServerClose,
} from './write-server.ts'
export {
  goTime,
  writeBlock,
  writeHello,
  writeHistory,
  writeLatency,
  writeNodePing,
  writePending,
  writeStats,
} from './write-agent.ts'
export { classicBins } from './classic.ts'
export type {
  ClassicAction,
  ClassicActions,
  ClassicBin,
  ClassicBlock,
  ClassicCharts,
  ClassicGeo,
  ClassicInfo,
  ClassicMiner,
  ClassicNode,
  ClassicNodeInfo,
  ClassicReport,
  ClassicStats,
  ClassicUptime,
} from './classic.ts'
export {
  classicBlock,
  classicCharts,
  classicHistogram,
  classicHistory,
  classicInfo,
  classicNode,
  classicNodeInfo,
  classicReport,
  classicStats,
  classicZeroBlock,
  escapeHtml,
} from './classic-build.ts'
export type { ChartBlock, ClassicBlockSource, ClassicInfoSource, ClassicReportSource, Sight } from './classic-build.ts'
export {
  parseDashboardMessage,
  writeAction,
  writeClientLatency,
  writeClientPing,
  writeInit,
  writeLastBlock,
} from './classic-wire.ts'
