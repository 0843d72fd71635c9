/** A method that the worker is asked for by name. */
import type { Progress } from '../store-admin.ts'
import type { Engine } from './engine.ts'

export interface CallOptions {
  readonly signal: AbortSignal
  readonly timeoutMs: number | undefined
  readonly onProgress: (progress: Progress) => void
}
export type Method = (engine: Engine, args: never, options: CallOptions) => Promise<unknown>
export type StreamMethod = (engine: Engine, args: never, options: CallOptions) => AsyncIterable<Uint8Array>
