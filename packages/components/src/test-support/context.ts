import type { Block, BlockNumber, NodeId } from '@netstats/protocol'
import { systemClock } from '@netstats/sdk'
import type { Clock, SinkContext } from '@netstats/sdk'
import { createRecordingLogger } from '@netstats/sdk/testing'
import type { RecordingLogger } from '@netstats/sdk/testing'

export interface TestContext extends SinkContext {
  readonly log: RecordingLogger
  /** What was counted, by name and labels: `frames{event=hello}`. */
  readonly counted: ReadonlyMap<string, number>
  /** The state reported last; empty for `ok`. */
  readonly trouble: () => string | undefined
}

export interface TestContextOptions {
  readonly clock?: Clock
  readonly blocks?: (node: NodeId, numbers: readonly BlockNumber[]) => Promise<readonly Block[]>
}

/** What a host gives a component, remembering what the component did with it. */
export const createTestContext = ({ clock = systemClock, blocks }: TestContextOptions = {}): TestContext => {
  const counted = new Map<string, number>()
  let trouble: string | undefined
  return {
    id: 'test/component.one',
    clock,
    log: createRecordingLogger(),
    status: {
      ok: () => {
        trouble = ''
      },
      degraded: (reason) => {
        trouble = reason
      },
    },
    count: (name, labels = {}, by = 1) => {
      const shown = Object.entries(labels).map(([key, value]) => `${key}=${value}`)
      const key = shown.length === 0 ? name : `${name}{${shown.join(',')}}`
      counted.set(key, (counted.get(key) ?? 0) + by)
    },
    blocks: async (node, numbers) => (await blocks?.(node, numbers)) ?? [],
    counted,
    trouble: () => trouble,
  }
}
