/** What a store says of its files and how they are looked after; databases that look after themselves have less of it. */
import type { QueryOptions } from './query-options.ts'
import type { ExpiringTier } from './table.ts'

export interface FileInfo {
  readonly name: string
  readonly bytes: number
  readonly tier: string
  readonly from: number | null
  readonly to: number | null
  readonly state: 'ok' | 'unusable'
  readonly reason?: string
}
export interface StoreInfo {
  /** Which driver, such as `duckdb`, and the version of what is below it. */
  readonly driver: string
  readonly version: string
  readonly schema: number
  readonly bytes: number
  readonly files: readonly FileInfo[]
  readonly tables: readonly {
    readonly name: string
    readonly rows: number
    readonly from: number | null
    readonly to: number | null
  }[]
}

/** A file of the store that is not as it was left. */
export interface FileTrouble {
  readonly name: string
  readonly tier: string
  /** Not there; there, and left aside; in use, with less in it than it had. */
  readonly what: (typeof fileTroubles)[number]
  readonly message: string
  /** How far streams of acknowledged observations are may have been in it. */
  readonly resumePoints: boolean
}
export const fileTroubles = ['missing', 'unusable', 'shortened'] as const

export interface Finding {
  readonly severity: 'error' | 'warning'
  readonly where: string
  readonly message: string
}
export interface VerifyReport {
  readonly rows: number
  readonly files: number
  readonly findings: readonly Finding[]
}

export interface BackupReport {
  readonly path: string
  readonly rows: number
  readonly files: number
  readonly bytes: number
  /** What else is in it, by name. */
  readonly also?: readonly string[]
  /** Files that could not be used: what they held is not in the copy. */
  readonly missing?: readonly { readonly name: string; readonly reason: string }[]
}

/** Milliseconds each expiring tier keeps its rows. */
export type Retention = { readonly [T in ExpiringTier]: number }
export interface PruneReport {
  readonly files: readonly string[]
  readonly bytes: number
}

export interface Progress {
  readonly done: number
  readonly all: number
  readonly what: string
}
export interface AdminOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

export interface BackupOptions extends AdminOptions {
  /** Files that are not the store's and go with it, by their names in the copy. */
  readonly alongside?: readonly { readonly name: string; readonly path: string }[]
}

/** Administration of a store that consists of files; that of a database is its own business. */
export interface StoreAdmin {
  /** Files that are not as they were left; cheap enough to be asked every minute. None where all is well. */
  condition(options?: QueryOptions): Promise<readonly FileTrouble[]>
  /** What files have lost is known, and no longer told; gives what that was. Files that are none of the store's stay told. */
  accept(options?: QueryOptions): Promise<readonly FileTrouble[]>
  verify(options?: AdminOptions): Promise<VerifyReport>
  /** Writes a consistent copy into a folder that does not exist yet, while writing goes on. */
  backup(path: string, options?: BackupOptions): Promise<BackupReport>
}
