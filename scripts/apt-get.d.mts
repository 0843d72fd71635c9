import type { SpawnSyncOptions } from 'node:child_process'

interface AptOptions extends Pick<SpawnSyncOptions, 'cwd' | 'env'> {
  readonly say?: (line: string) => void
  readonly wait?: (ms: number) => void
  readonly now?: () => number
}
export declare const aptGet: (args: readonly string[], options?: AptOptions) => boolean
