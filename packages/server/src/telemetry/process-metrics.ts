/** What every process of the server says of itself: CPU, memory, open files, and how long its event loop is held up. */
import type { LoopWatch } from './event-loop.ts'
import { openFileCount } from './open-file-count.ts'
import { openFileLimit } from './open-files.ts'
import type { MetricsRegistry } from './registry.ts'

export interface ProcessMetricsOptions {
  /** Tells the processes of a server apart; a label of each metric. */
  readonly name: string
  readonly loop: Pick<LoopWatch, 'read'>
}

export const registerProcessMetrics = async (
  registry: MetricsRegistry,
  { name, loop }: ProcessMetricsOptions,
): Promise<void> => {
  const limit = openFileLimit()
  const startedAt = Math.round(Date.now() / 1000 - process.uptime())
  // Counting them can take milliseconds: what is read is at most one reading old.
  let openFiles = await openFileCount()
  registry.counter('process_cpu_seconds_total', 'CPU time of a process, all threads.', ['process', 'mode'], () => {
    const { user, system } = process.cpuUsage()
    return { [name]: { user: user / 1e6, system: system / 1e6 } }
  })
  registry.gauge('process_memory_bytes', 'Memory of a process, by kind.', ['process', 'kind'], () => {
    const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage()
    return { [name]: { resident: rss, heap: heapUsed, external, 'array-buffers': arrayBuffers } }
  })
  registry.gauge('process_start_time_seconds', 'When a process started, Unix seconds.', ['process'], () => ({
    [name]: startedAt,
  }))
  registry.gauge('process_open_files', 'Files and sockets a process has open.', ['process'], () => {
    void openFileCount().then((count) => (openFiles = count))
    return openFiles === null ? undefined : { [name]: openFiles }
  })
  registry.gauge('process_open_files_limit', 'Files and sockets a process may have open.', ['process'], () =>
    limit === undefined ? undefined : { [name]: limit },
  )
  registry.gauge(
    'event_loop_delay_seconds',
    'Delay of the event loop of a process over the last 30 s.',
    ['process', 'statistic'],
    () => {
      const { p50, p99, max } = loop.read()
      return { [name]: { p50, p99, max } }
    },
  )
}
