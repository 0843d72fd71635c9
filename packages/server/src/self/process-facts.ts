import { openFileCount } from './open-file-count.ts'
import { openFileLimit } from './open-files.ts'
import type { LoopWatch } from './process-metrics.ts'
import type { ProcessFacts, WorkCounts } from './server-facts.ts'

export interface ProcessFactsOptions {
  readonly role: string
  readonly name: string
  readonly loop: Pick<LoopWatch, 'read'>
  /** What it has done so far. */
  readonly work: () => WorkCounts
}

/** Reads what there is to say of this process; every process of the server has one. */
export const createProcessFacts = ({ role, name, loop, work }: ProcessFactsOptions): (() => Promise<ProcessFacts>) => {
  const openFilesLimit = openFileLimit() ?? null
  const startedAt = Math.round(Date.now() - process.uptime() * 1000)
  return async () => {
    const openFiles = await openFileCount()
    const { user, system } = process.cpuUsage()
    const { rss, heapUsed } = process.memoryUsage()
    const { p50, p99, max } = loop.read()
    const ms = (seconds: number): number => Math.round(seconds * 10_000) / 10
    return {
      role,
      name,
      pid: process.pid,
      at: Date.now(),
      startedAt,
      cpuMs: Math.round((user + system) / 1000),
      rssBytes: rss,
      heapBytes: heapUsed,
      openFiles,
      openFilesLimit,
      loop: { p50Ms: ms(p50), p99Ms: ms(p99), maxMs: ms(max) },
      work: work(),
    }
  }
}
