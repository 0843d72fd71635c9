/**
 * ethstats messages after parsing. The wire and its many dialects are in `../../README.md`; nothing behind the codec
 * sees a hex number, an inverted flag or a missing array.
 */
import type { Bodies, NodeInfo } from '../kinds/mod.ts'
import type { Block } from '../kinds/mod.ts'

/** Kinds that one ethstats frame turns into exactly one observation. */
export type ReportKind = 'block' | 'pending' | 'node-stats' | 'latency' | 'block-processing' | 'head-event'
export type Report = { readonly [K in ReportKind]: { readonly kind: K; readonly body: Bodies[K] } }[ReportKind]

/** What a client says to a server. `id` is what the frame claims; the server binds a session to the id of its hello. */
export type AgentMessage =
  | {
      readonly type: 'hello'
      readonly id: string
      readonly secret: string | undefined
      readonly info: NodeInfo
    }
  /** `unread`: fields of a block that were there and cannot be used; told where it was read, not where it was recognised. */
  | {
      readonly type: 'report'
      readonly id: string | undefined
      readonly reports: readonly Report[]
      readonly unread?: readonly string[]
    }
  /** Blocks in ascending order; `skipped` counts entries that were null, false or malformed. */
  | {
      readonly type: 'history'
      readonly id: string | undefined
      readonly blocks: readonly Block[]
      readonly skipped: number
    }
  /** `clientTime` goes back with its JSON type unchanged. */
  | { readonly type: 'node-ping'; readonly id: string | undefined; readonly clientTime: string | number | null }
  | { readonly type: 'node-pong' }
  /** `"primus::ping::T"`: T goes back as it came. */
  | { readonly type: 'primus-ping'; readonly time: string }
  | { readonly type: 'primus-pong'; readonly time: string }
  | { readonly type: 'primus-id' }
  | { readonly type: 'spark-latency'; readonly latencyMs: number }
  /** Well-formed, but of no meaning here: an unknown event, a bare value. `name` is bounded and safe to count by. */
  | { readonly type: 'unknown'; readonly name: 'event' | 'value' }

/** What a server says to a client. */
export type ServerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'node-pong'; readonly clientTime: unknown; readonly serverTime: number | undefined }
  /** `numbers` undefined: the last 50 (`false`, `null`, `{}` and their like). */
  | { readonly type: 'history'; readonly numbers: readonly number[] | undefined }
  | { readonly type: 'primus-ping'; readonly time: string }
  | { readonly type: 'primus-pong'; readonly time: string }
  | { readonly type: 'server-close' }
  | { readonly type: 'unknown' }

/** What a classic dashboard says. */
export type DashboardMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'client-pong'; readonly serverTime: number; readonly clientTime: number | undefined }
  | { readonly type: 'primus-ping'; readonly time: string }
  | { readonly type: 'primus-pong'; readonly time: string }
  | { readonly type: 'primus-id' }
  | { readonly type: 'unknown' }

/**
 * What is different about a client, known from `info.node` of its hello. `syncing`: whether its flag means what it says.
 */
export interface Dialect {
  readonly syncing: 'plain' | 'inverted'
  /** Most blocks to ask for in one history request: Besu answers with whole transactions. */
  readonly historyBatch: number
}
