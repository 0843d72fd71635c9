import type { KindDefinition } from './define.ts'
import { alarm } from './alarm.ts'
import type { Alarm } from './alarm.ts'
import { block } from './block.ts'
import type { Block } from './block.ts'
import { blockProcessing } from './block-processing.ts'
import type { BlockProcessing } from './block-processing.ts'
import { gap } from './gap.ts'
import type { Gap } from './gap.ts'
import { header } from './header.ts'
import type { Header } from './header.ts'
import { headEvent } from './head-event.ts'
import type { HeadEvent } from './head-event.ts'
import { host } from './host.ts'
import type { Host } from './host.ts'
import { latency } from './latency.ts'
import type { Latency } from './latency.ts'
import { log } from './log.ts'
import type { Log } from './log.ts'
import { metric } from './metric.ts'
import type { Metric } from './metric.ts'
import { nodeInfo } from './node-info.ts'
import type { NodeInfo } from './node-info.ts'
import { nodeStats } from './node-stats.ts'
import type { NodeStats } from './node-stats.ts'
import { pending } from './pending.ts'
import type { Pending } from './pending.ts'

export type {
  Alarm,
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
}

/** Body of each kind of observation. A new kind is a file in this folder and a line here and below. */
export interface Bodies {
  readonly 'node-info': NodeInfo
  readonly 'node-stats': NodeStats
  readonly pending: Pending
  readonly latency: Latency
  readonly block: Block
  readonly 'block-processing': BlockProcessing
  readonly 'head-event': HeadEvent
  readonly host: Host
  readonly gap: Gap
  readonly metric: Metric
  readonly log: Log
  readonly alarm: Alarm
  readonly header: Header
}
export type Kind = keyof Bodies

export const kinds: { readonly [K in Kind]: KindDefinition<Bodies[K]> } = {
  'node-info': nodeInfo,
  'node-stats': nodeStats,
  pending,
  latency,
  block,
  'block-processing': blockProcessing,
  'head-event': headEvent,
  host,
  gap,
  metric,
  log,
  alarm,
  header,
}

export const isKind = (value: unknown): value is Kind => typeof value === 'string' && Object.hasOwn(kinds, value)

/** The kind that a code stands for; undefined where it stands for none. */
export const kindOfCode = (code: number): Kind | undefined => byCode.get(code)

const byCode: ReadonlyMap<number, Kind> = new Map(
  Object.entries(kinds).map(([kind, { code }]) => [code, kind as Kind] as const),
)
