/** What the server and its workers say to each other over Node's own channel; what agents and clients say goes over the bus. */
import type { RefusalNote } from '../auth/refused-logins.ts'
import type { Address } from '../net/address.ts'
import type { GatewaySettings } from '../gateway/gateway.ts'
import type { Reading } from '../telemetry/registry.ts'
import type { TlsConfig } from '../net/tls/config.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

export interface WorkerStart {
  readonly type: 'start'
  readonly name: string
  readonly listen: Address
  readonly settings: GatewaySettings
  readonly maxConnections: number
  readonly tls: TlsConfig | undefined
  /** Socket of the server, for everything that is not from agents and clients. */
  readonly internalSocket: string
  /** Whether lines for debugging are logged. */
  readonly debug: boolean
}

export type ToWorker = WorkerStart | { readonly type: 'reload' } | { readonly type: 'drain'; readonly graceMs: number }

export type FromWorker =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'failed'; readonly code: string; readonly reason: string }
  | { readonly type: 'reading'; readonly at: number; readonly metrics: Reading }
  | {
      readonly type: 'log'
      readonly level: LogLevel
      readonly fields: object
      readonly message: string
    }
  | { readonly type: 'refused'; readonly notes: readonly RefusalNote[] }
  | { readonly type: 'drained' }

/** Places of the two links to the core among the open files of a worker. */
export const linkFiles = { ethstats: 4, netstats: 5 } as const
