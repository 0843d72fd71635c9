import type { Migration } from './migration.ts'

/** What `main.duckdb` knows of the other files. It is filled when they have been looked at. */
export const addRoster: Migration = {
  from: 4,
  statements: (tier, alias) =>
    tier === 'kept'
      ? [
          `CREATE TABLE ${alias}.netstats_files (name VARCHAR NOT NULL, batch BIGINT NOT NULL, rows BIGINT NOT NULL, state VARCHAR NOT NULL, trouble VARCHAR)`,
        ]
      : [],
}
