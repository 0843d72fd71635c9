/** What the server and its workers say to each other over Node's own channel; agents' words go over the bus. */
import type { Address } from '../listen.ts'
import type { GatewaySettings } from '../ingest/gateway.ts'
import type { IngestSnapshot } from '../ingest/snapshot.ts'
import type { ProcessFacts } from '../self/server-facts.ts'
import type { TlsConfig } from '../tls/config.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

export interface WorkerStart {
  readonly type: 'start'
  readonly name: string
  readonly listen: Address
  readonly settings: GatewaySettings
  readonly maxConnections: number
  readonly tls: TlsConfig | undefined
  /** Socket of the server, for everything that is not for agents. */
  readonly inner: string
  /** Whether what is told for debugging is written down. */
  readonly debug: boolean
}

export type ToWorker =
  | WorkerStart
  | { readonly type: 'facts'; readonly id: number }
  | { readonly type: 'reload' }
  | { readonly type: 'drain'; readonly graceMs: number }

export type FromWorker =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'failed'; readonly code: string; readonly reason: string }
  | { readonly type: 'snapshot'; readonly snapshot: IngestSnapshot }
  | { readonly type: 'facts'; readonly id: number; readonly facts: ProcessFacts }
  | {
      readonly type: 'log'
      readonly level: LogLevel
      readonly fields: object
      readonly message: string
    }
  | { readonly type: 'drained' }

/** Places of the two lines to the desk among the open files of a worker. */
export const lineFiles = { ethstats: 4, netstats: 5 } as const

/** Tells the server whose request a worker passes on; nobody outside can set them. */
export const peerHeader = 'x-netstats-peer'
export const secureHeader = 'x-netstats-secure'
