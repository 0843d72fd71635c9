import { describe, expect, it } from 'vitest'
import { createMetricsRegistry } from './registry.ts'
import { serverSelfMetrics } from './self-metrics.ts'

describe('what a server measures of itself', () => {
  it('is of all its processes together, but for the event loop, and 0 where nothing is there', () => {
    const registry = createMetricsRegistry()
    registry.gauge('process_memory_bytes', '', ['process', 'kind'], () => ({ server: { resident: 10, heap: 5 } }))
    registry.gauge('event_loop_delay_seconds', '', ['process', 'statistic'], () => ({ server: { p50: 0.1, p99: 0.5 } }))
    registry.gauge('sessions', '', ['state'], () => ({ registered: 3, waiting: 4 }))
    registry.include(() => [
      {
        process_memory_bytes: { 'worker 1': { resident: 7, heap: 1 } },
        event_loop_delay_seconds: { 'worker 1': { p99: 9 } },
      },
    ])
    const values = Object.fromEntries(serverSelfMetrics(registry).map(({ name, value }) => [name, value]))
    expect(values).toMatchObject({
      'netstats.server.memoryBytes': 17,
      'netstats.server.loopDelaySeconds': 0.5,
      'netstats.server.sessions': 3,
      'netstats.server.storeDiskBytes': 0,
    })
  })
})
