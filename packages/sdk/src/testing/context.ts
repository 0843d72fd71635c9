import type { Block, NodeInfo } from '@netstats/protocol'
import type { Clock } from '../clock.ts'
import { systemClock } from '../clock.ts'
import type { SinkContext } from '../component.ts'
import { createRecordingLogger } from './logger.ts'
import type { RecordingLogger } from './logger.ts'

/** A component's context that remembers what the component said. */
export interface TestContext extends SinkContext {
  readonly log: RecordingLogger
  /** `ok`, or the reason of being degraded, in the order said. */
  readonly health: readonly string[]
  /** Sum by name and labels: `messages{direction=in}`. */
  readonly counts: Readonly<Record<string, number>>
}

export interface TestContextOptions {
  readonly id?: string
  /** The machine's own where none is given: sources and sinks with real peers need real time. */
  readonly clock?: Clock
  /** Blocks that `blocks` knows. */
  readonly blocks?: readonly Block[]
  /** What `info` says of every node. */
  readonly info?: NodeInfo
}

export const createTestContext = ({
  id = 'test/component',
  clock = systemClock,
  blocks = [],
  info,
}: TestContextOptions = {}): TestContext => {
  const health: string[] = []
  const counts: Record<string, number> = {}
  return {
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
    info: () => info,
  }
}
