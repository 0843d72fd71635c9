/**
 * What goes between the store's thread and the one that asks. A call is answered once, a long answer in parts before its
 * result; parts and streams are pulled one by one, so that anyone who asks has time for others in between.
 */
import type { Progress } from '../store-admin.ts'
import type { ErrorRecord } from './failure.ts'
import type { WorkerOptions } from './options.ts'
import type { Part } from './transfer.ts'

export type ToWorker =
  | { readonly type: 'open'; readonly options: WorkerOptions }
  | {
      readonly type: 'call'
      readonly id: number
      readonly method: string
      readonly args: unknown
      readonly timeoutMs: number | undefined
    }
  /** The caller is gone: the call ends, and a stream releases what it holds. */
  | { readonly type: 'abort'; readonly id: number }
  /** Asks for the next piece of a stream, or the next part of an answer. */
  | { readonly type: 'pull'; readonly id: number }
  | { readonly type: 'close' }

export type FromWorker =
  | { readonly type: 'opened' }
  | { readonly type: 'failed'; readonly error: ErrorRecord }
  | { readonly type: 'part'; readonly id: number; readonly part: Part }
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: ErrorRecord }
  | { readonly type: 'progress'; readonly id: number; readonly progress: Progress }
  /** Undefined after the last one. */
  | { readonly type: 'piece'; readonly id: number; readonly bytes: Uint8Array | undefined }
  | { readonly type: 'closed' }
