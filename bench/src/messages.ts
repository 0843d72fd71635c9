/** Between the bench and its generator processes, over Node's IPC channel. */
export type ToGenerator =
  | {
      readonly type: 'open'
      readonly host: string
      readonly port: number
      readonly first: number
      readonly count: number
      readonly secret: string
    }
  | { readonly type: 'run'; readonly on: boolean }
  | {
      readonly type: 'announce'
      readonly number: number
      readonly timestampSeconds: number
      readonly sampleEvery: number
    }
  | { readonly type: 'count' }
  | { readonly type: 'end' }

export interface Counts {
  readonly messages: number
  readonly bytes: number
  /** Frames not sent because the peer's socket took no more. */
  readonly blocked: number
  readonly ready: number
  readonly lost: number
}

export type ToParent =
  | { readonly type: 'opened' }
  | { readonly type: 'failed'; readonly reason: string }
  | { readonly type: 'sent'; readonly id: string; readonly number: number; readonly at: number }
  | ({ readonly type: 'counts'; readonly pid: number } & Counts)
