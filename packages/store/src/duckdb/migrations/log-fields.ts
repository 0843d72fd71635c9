import type { Migration } from './migration.ts'

const columns = ['component', 'fields']

/** The part of the program that a log line is of, and what it says in names and values. */
export const addLogFields: Migration = {
  from: 7,
  statements: (tier, alias) =>
    tier === 'logs' ? columns.map((name) => `ALTER TABLE ${alias}."log" ADD COLUMN "${name}" VARCHAR`) : [],
  added: { log: Object.fromEntries(columns.map((name) => [name, 'NULL'])) },
}
