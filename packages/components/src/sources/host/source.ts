import type { Observation } from '@netstats/protocol'
import type { Source, SourceContext } from '@netstats/sdk'
import type { HostConfig } from './config.ts'
import { findProcess } from './find-process.ts'
import type { Counters } from './rates.ts'
import { sampleHost } from './sample.ts'

/** A process that is not there is searched for no more often: a search reads a file per process. */
const searchAgainMs = 60_000

export interface HostPlace {
  /** Where the kernel's files are. */
  readonly proc: string
}

export const openHostSource = async (
  config: HostConfig,
  context: SourceContext,
  { proc }: HostPlace = { proc: '/proc' },
): Promise<Source> => {
  const { clock } = context
  const disposed = new AbortController()
  let pid: number | undefined
  let searchedAt = -Infinity

  const search = async (): Promise<void> => {
    if (pid !== undefined || config.process === undefined) return
    if (clock.monotonic() - searchedAt < searchAgainMs) return
    searchedAt = clock.monotonic()
    pid = await findProcess(config.process, proc)
  }

  return {
    node: config.node,
    async *observe({ signal }): AsyncGenerator<Observation> {
      const either = AbortSignal.any([signal, disposed.signal])
      let before: Counters | undefined
      let sampledAt = -Infinity
      for await (const _ of clock.every(config.interval, { signal: either })) {
        // A timer may fire a hair early.
        if (clock.monotonic() - sampledAt < context.paceMs() - config.interval / 10) continue
        sampledAt = clock.monotonic()
        await search()
        const at = clock.monotonic() / 1000
        const sample = await sampleHost({ proc, disks: config.disks, pid, at, before })
        if (!sample.processFound) pid = undefined
        before = sample.counters
        yield { kind: 'host', node: config.node, observedAt: clock.now(), body: sample.host }
      }
    },
    [Symbol.asyncDispose]: async () => disposed.abort(),
  }
}
