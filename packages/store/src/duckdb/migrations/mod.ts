/** All steps from one schema to the next, oldest first. A step is a file here, with a test on a file of the schema before. */
import type { Migration } from './migration.ts'
import { addAlarmOrigin } from './alarm-origin.ts'
import { addDelivery } from './delivery.ts'
import { addLives } from './lives.ts'
import { addLogFields } from './log-fields.ts'
import { addRoster } from './roster.ts'
import { addResumePoints } from './resume-points.ts'
import { allowUnknownFacts } from './unknown-facts.ts'

export const migrations: readonly Migration[] = [
  addDelivery,
  allowUnknownFacts,
  addAlarmOrigin,
  addRoster,
  addLives,
  addResumePoints,
  addLogFields,
]

/** What stands after `SELECT *` for rows of a table that were written down with an older schema. */
export const addedSince = (schema: number, table: string): string =>
  migrations
    .filter(({ from }) => from >= schema)
    .flatMap(({ added }) => Object.entries(added?.[table] ?? {}))
    .map(([column, value]) => `, ${value} AS "${column}"`)
    .join('')
