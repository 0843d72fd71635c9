/** What commands get: input and output, and the flags of their command line. */
import type { Shutdown } from './shutdown.ts'
import type { Terminal } from './store/progress.ts'

/** What commands work with; tests and `main` provide it. */
export interface Io {
  readonly out: (text: string) => void
  readonly err: (line: string) => void
  /** Standard error where a person looks at it. */
  readonly terminal: Terminal | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly shutdown: Shutdown
}

export interface LogFlags {
  readonly logLevel?: string
  readonly logFormat?: string
}
export interface ServerFlags extends LogFlags {
  readonly config?: string
  readonly listen?: string
  readonly data?: string
  readonly ethstatsSecret?: string
  readonly ethstatsSecretFile?: string
  readonly open?: boolean
  readonly workers?: string
  readonly alarmWebhook?: string
}
export interface AgentFlags extends LogFlags {
  readonly config?: string
  readonly name?: readonly string[]
  readonly rpc?: readonly string[]
  readonly rpcTokenFile?: string
  readonly rpcJwtFile?: string
  readonly logFile?: readonly string[]
  readonly statsd?: string
  readonly syslog?: string
  readonly ethstats?: readonly string[]
  readonly server?: readonly string[]
  readonly token?: string
  readonly tokenFile?: string
  readonly keyFile?: string
  readonly ethstatsSecret?: string
  readonly ethstatsSecretFile?: string
  readonly secret?: string
  readonly secretFile?: string
  readonly data?: string
  readonly metricsListen?: string
}
export interface UpFlags extends LogFlags {
  readonly listen?: string
  readonly data?: string
  readonly alarmWebhook?: string
  readonly alarmSlack?: string
}
export interface DemoFlags extends UpFlags {
  readonly blockTime?: string
  readonly engine?: string
  readonly validators?: string
  readonly script?: string
}
