/** What goes between the store's thread and the one that asks. A call is answered once; a stream is pulled piece by piece. */
import type { Progress } from '@netstats/sdk/store'
import type { ErrorRecord } from './failure.ts'
import type { WorkerOptions } from './options.ts'

export type ToWorker =
  | { readonly type: 'open'; readonly options: WorkerOptions }
  | {
      readonly type: 'call'
      readonly id: number
      readonly method: string
      readonly args: unknown
      readonly timeoutMs: number | undefined
    }
  /** The caller is gone: the call ends, and a stream lets go of what it holds. */
  | { readonly type: 'abort'; readonly id: number }
  /** Asks for the next piece of a stream. */
  | { readonly type: 'pull'; readonly id: number }
  | { readonly type: 'close' }

export type FromWorker =
  | { readonly type: 'opened' }
  | { readonly type: 'failed'; readonly error: ErrorRecord }
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: ErrorRecord }
  | { readonly type: 'progress'; readonly id: number; readonly progress: Progress }
  /** Undefined after the last one. */
  | { readonly type: 'piece'; readonly id: number; readonly bytes: Uint8Array | undefined }
  | { readonly type: 'closed' }
