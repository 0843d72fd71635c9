import type { Migration } from './migration.ts'

const columns = { elsewhere: 'BIGINT', counted: 'BIGINT', mark: 'BIGINT', lives: 'VARCHAR' }

/** Which life of its spool a stream is of, and how to recognise its last line. */
export const addLives: Migration = {
  from: 5,
  statements: (tier, alias) =>
    tier === 'raw'
      ? Object.entries(columns).map(([name, type]) => `ALTER TABLE ${alias}."delivery" ADD COLUMN "${name}" ${type}`)
      : [],
  added: { delivery: Object.fromEntries(Object.keys(columns).map((name) => [name, 'NULL'])) },
}
