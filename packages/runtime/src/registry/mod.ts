export { createRegistry } from './registry.ts'
export type { Registry } from './registry.ts'
export { loadRegistry } from './load-plugins.ts'
export type { LoadPluginsOptions } from './load-plugins.ts'
export {
  analyzerList,
  checkSinks,
  pluginList,
  receiverList,
  receiverSink,
  sinkList,
  sinkName,
  sourceList,
} from './entries.ts'
export type { AnalyzerEntry, ReceiverEntry, SinkEntry, SourceEntry } from './entries.ts'
export { checkSources, nodeNames } from './source-nodes.ts'
