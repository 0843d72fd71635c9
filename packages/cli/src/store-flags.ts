/** Flags of the commands on the history and on backups. */

export interface StoreFlags {
  readonly config?: string
  readonly data?: string
  readonly json?: boolean
}

export interface PruneFlags extends StoreFlags {
  readonly dryRun?: boolean
}

export interface RestoreFlags extends StoreFlags {
  readonly force?: boolean
}
