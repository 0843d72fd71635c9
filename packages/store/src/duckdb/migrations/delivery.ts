import type { Migration } from './migration.ts'

const columns = [
  '"at" BIGINT NOT NULL',
  '"seq" BIGINT NOT NULL',
  '"stream" UINTEGER NOT NULL',
  '"agent" VARCHAR',
  '"network" UINTEGER',
  '"node" UINTEGER',
  '"spool" VARCHAR',
  '"firstAt" BIGINT',
  '"through" BIGINT NOT NULL',
  '"received" BIGINT NOT NULL',
  '"duplicates" BIGINT NOT NULL',
  '"missing" BIGINT NOT NULL',
  '"holes" BIGINT NOT NULL',
  '"missed" VARCHAR',
  '"takenAt" BIGINT NOT NULL',
  '"since" BIGINT',
]

/** How far streams of acknowledged observations are. */
export const addDelivery: Migration = {
  from: 1,
  statements: (tier, alias) => (tier === 'raw' ? [`CREATE TABLE ${alias}."delivery" (${columns.join(', ')})`] : []),
}
