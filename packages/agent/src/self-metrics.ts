/** Of what an agent measures of itself what its sinks are given, as metrics of its first node. */
import type { Metric } from '@netstats/protocol'
import type { SpoolStats } from '@netstats/runtime'
import type { AgentStatus } from './agent-status.ts'

export interface Measured {
  readonly status: AgentStatus
  readonly spool: SpoolStats
}

/** Gives the metrics; shares are of the time since they were given last. */
export const createSelfMetrics = (): ((measured: Measured) => readonly Metric[]) => {
  let loop = performance.eventLoopUtilization()
  return ({ status, spool }) => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, loop)
    loop = now
    const { user, system } = process.cpuUsage()
    const unwell = status.parts.filter(({ state }) => state === 'degraded' || state === 'failed')
    const values: Readonly<Record<string, number>> = {
      memoryBytes: process.memoryUsage.rss(),
      cpuSeconds: (user + system) / 1e6,
      loopShare: utilization,
      partsUnwell: unwell.length,
      sinkBacklog: sum(status.backlogs.values()),
      spoolBytes: spool.sizeBytes,
      spoolShare: spool.roomBytes === 0 ? 0 : spool.usedBytes / spool.roomBytes,
      spoolAppended: spool.appended,
      spoolDropped: sum(spool.dropped.map(({ count }) => count)),
    }
    return Object.entries(values).map(([name, value]) => ({ name: `netstats.agent.${name}`, value }))
  }
}

const sum = (counts: Iterable<number>): number => [...counts].reduce((total, one) => total + one, 0)
