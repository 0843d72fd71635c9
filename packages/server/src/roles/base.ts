/** What the parts of every role use: the configuration, the identity of the server, and what is measured of the process. */
import { systemClock } from '@netstats/sdk'
import { createOwnLog, ownSources } from '@netstats/runtime'
import type { OwnLog, Registry } from '@netstats/runtime'
import { severityNames } from '@netstats/sdk'
import type { Logger } from '@netstats/sdk'
import type { ManagedStore } from '@netstats/store'
import { checkExposure } from '../exposure.ts'
import type { Entry } from '../cluster/entry.ts'
import type { ServerConfig } from '../config.ts'
import { openIdentity } from '../data-folder/identity.ts'
import type { ServerIdentity } from '../data-folder/identity.ts'
import { createSupervision } from '../telemetry/health.ts'
import type { Supervision } from '../telemetry/health.ts'
import { watchEventLoop } from '../telemetry/event-loop.ts'
import type { LoopWatch } from '../telemetry/event-loop.ts'
import { defaultMaxConnections } from '../telemetry/open-files.ts'
import { registerProcessMetrics } from '../telemetry/process-metrics.ts'
import { createMetricsRegistry } from '../telemetry/registry.ts'
import type { MetricsRegistry } from '../telemetry/registry.ts'
import { createStageTimes, registerStages } from '../telemetry/stage-timings.ts'
import type { StageTimes } from '../telemetry/stage-timings.ts'
import type { OnPartOpened, Parts } from './parts.ts'

export interface ServerOptions {
  readonly config: ServerConfig
  readonly log: Logger
  /** Shown in `/healthz` and sent to viewers of the feed. */
  readonly version: string
  /** Folder of the built dashboard; the one of this repository by default. A page says so where it is not built. */
  readonly dashboard?: string
  /** Connections a process can hold; by default what the system lets it open. */
  readonly mayOpen?: number
  /** The components that the configuration was made with; the built-in ones where absent. */
  readonly registry?: Registry
  /** Opens the store of the history; the one in the data folder by default. */
  readonly openStore?: () => Promise<ManagedStore>
  /** Called after each part has opened; where it throws, the start fails as if the part had. */
  readonly onPartOpened?: OnPartOpened
}

/** What changes while the process runs, and what parts opened early ask of parts opened later. */
export interface Progress {
  draining: boolean
  /** Undefined until all listeners are open. */
  entry: Entry | undefined
}

export interface Base extends ServerOptions {
  /** The server's log as its sinks are given it; undefined where they are not, or there are none. `log` writes to it. */
  readonly ownLog: OwnLog | undefined
  /** Who may report without a secret. */
  readonly exposure: ReturnType<typeof checkExposure>
  readonly identity: ServerIdentity
  readonly health: Supervision
  /** What this process and its workers count and measure; parts register what they have. */
  readonly metrics: MetricsRegistry
  readonly loop: LoopWatch
  readonly stages: StageTimes
  readonly progress: Progress
  readonly monotonic: () => number
  /** Connections this process holds at most, whatever is wanted in all. */
  readonly each: number
}

export const openBase = (parts: Parts, options: ServerOptions): Promise<Base> =>
  parts.open('base', async (stack) => {
    const { config, mayOpen = defaultMaxConnections() } = options
    const ownLog = ownLogOf(options)
    const log = ownLog?.log ?? options.log
    const monotonic = (): number => performance.now()
    // Before anything is written: a server that must not start leaves no folder behind.
    const exposure = checkExposure(config)
    const metrics = createMetricsRegistry()
    const loop = stack.use(watchEventLoop(monotonic()))
    await registerProcessMetrics(metrics, { name: 'server', loop })
    const progress: Progress = { draining: false, entry: undefined }
    metrics.include(() => progress.entry?.readings ?? [])
    return {
      ...options,
      log,
      ownLog,
      exposure,
      identity: await openIdentity(config.data),
      health: createSupervision({ clock: systemClock, log }),
      metrics,
      loop,
      stages: createStageTimes({ now: monotonic, observe: registerStages(metrics) }),
      progress,
      monotonic,
      each: Math.min(config.limits.connections ?? mayOpen, mayOpen),
    }
  })

const ownLogOf = ({ config: { sinks, selfMonitoring }, log }: ServerOptions): OwnLog | undefined =>
  sinks.length === 0 || !selfMonitoring.enabled
    ? undefined
    : createOwnLog({
        log,
        clock: systemClock,
        source: ownSources.server,
        severity: severityNames.indexOf(selfMonitoring.severity),
      })
