import type { Block, Header, NodeInfo, Observation } from '@netstats/protocol'
import type { Clock } from '../clock.ts'
import { systemClock } from '../clock.ts'
import type { SinkContext, SourceContext } from '../component.ts'
import { createMapping } from '../mapping.ts'
import type { MappingOptions } from '../mapping.ts'
import { createRecordingLogger } from './logger.ts'
import type { RecordingLogger } from './logger.ts'

/** A component's context that remembers what the component said. */
export interface TestContext extends SinkContext, SourceContext {
  readonly log: RecordingLogger
  /** `ok`, or the reason of being degraded, in the order said. */
  readonly health: readonly string[]
  /** Sum by name and labels: `messages{direction=in}`. */
  readonly counts: Readonly<Record<string, number>>
  /** What a sink asked of the sources, in that order. */
  readonly paces: readonly number[]
}

export interface TestContextOptions {
  readonly id?: string
  /** The machine's own where none is given: sources and sinks with real peers need real time. */
  readonly clock?: Clock
  /** Blocks that `blocks` knows. */
  readonly blocks?: readonly Block[]
  /** Headers that `headers` knows. */
  readonly headers?: readonly Header[]
  /** What `info` says of every node. */
  readonly info?: NodeInfo
  /** Whether a source watches the node itself. */
  readonly isWatched?: boolean
  /** What `latest` says of every node. */
  readonly latest?: () => readonly Observation[]
  /** What sources are asked to keep to. */
  readonly paceMs?: () => number
  /** What a source noted in an earlier run. */
  readonly checkpoints?: ReadonlyMap<string, string>
  /** Where the batches of a sink come from. */
  readonly spool?: SinkContext['spool']
  /** What the entry of a sink says of names and labels. */
  readonly mapping?: MappingOptions
}

export const exampleSpool: SinkContext['spool'] = {
  id: '0123456789abcdef0123456789abcdef',
  last: Number.MAX_SAFE_INTEGER,
  lives: [{ life: '0123456789abcdef', from: 1 }],
  at: () => undefined,
  disown: () => Promise.resolve(0),
}

export const createTestContext = ({
  id = 'test/component',
  clock = systemClock,
  blocks = [],
  headers = [],
  info,
  isWatched = true,
  latest = () => [],
  paceMs = () => 0,
  checkpoints = new Map(),
  spool = exampleSpool,
  mapping,
}: TestContextOptions = {}): TestContext => {
  const paces: number[] = []
  const health: string[] = []
  const counts: Record<string, number> = {}
  return {
    ...createMapping(mapping),
    id,
    clock,
    log: createRecordingLogger(),
    health,
    counts,
    status: { ok: () => health.push('ok'), degraded: (reason) => health.push(reason) },
    count(name, labels = {}, by = 1) {
      const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`)
      const key = pairs.length > 0 ? `${name}{${pairs.join(',')}}` : name
      counts[key] = (counts[key] ?? 0) + by
    },
    blocks: (_, numbers) => Promise.resolve(blocks.filter((block) => numbers.includes(block.number))),
    headers: (_, numbers) => Promise.resolve(headers.filter((header) => numbers.includes(header.number))),
    info: () => info,
    isWatched: () => isWatched,
    latest,
    pace: (_, reportMs) => paces.push(reportMs),
    paces,
    paceMs,
    checkpoints: () => checkpoints,
    spool,
  }
}
