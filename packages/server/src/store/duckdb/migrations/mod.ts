/** All steps from one schema to the next, oldest first. A step is a file here, with a test on a file of the schema before. */
import type { Tier } from '@netstats/sdk/store'
import { addDelivery } from './delivery.ts'

export interface Migration {
  /** The schema it takes a file from; the next one is `from + 1`. */
  readonly from: number
  /** What to run in a file of the tier, one transaction; `alias` goes before the names of its tables. */
  readonly statements: (tier: Tier, alias: string) => readonly string[]
}

export const migrations: readonly Migration[] = [addDelivery]
