import { shedClasses } from '@netstats/protocol'

const checkpointsSql = `CREATE TABLE checkpoints (
      owner TEXT NOT NULL,
      key TEXT NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (owner, key)
    ) STRICT, WITHOUT ROWID`

/** Marks the file as a spool, `nsSP`, and its form. A file with a higher version was written by a newer Netstats. */
export const applicationId = 0x6e735350
export const schemaVersion = 5

export const tableOf = (shed: string): string => `observations_${shed}`

export const tableNames = [...shedClasses.map(tableOf), 'readers', 'state', 'drops', 'checkpoints', 'reserve']

/**
 * A table for each class: the oldest of a class are a prefix of its table, so giving them up empties whole pages, and
 * no second index has to be kept. `sequence` is the rowid itself.
 */
export const schemaSql = [
  ...shedClasses.map(
    (shed) => `CREATE TABLE ${tableOf(shed)} (
      sequence INTEGER PRIMARY KEY,
      kind TEXT NOT NULL,
      node TEXT NOT NULL,
      observed_at REAL NOT NULL,
      stored_at INTEGER NOT NULL,
      passed INTEGER NOT NULL,
      body TEXT NOT NULL,
      checksum INTEGER
    ) STRICT`,
  ),
  `CREATE TABLE readers (
      name TEXT PRIMARY KEY,
      bit INTEGER NOT NULL,
      cursor INTEGER NOT NULL,
      released INTEGER NOT NULL,
      count INTEGER NOT NULL,
      branches TEXT NOT NULL
    ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE state (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      next INTEGER NOT NULL,
      spool_ms INTEGER NOT NULL,
      wall_ms INTEGER NOT NULL,
      used_bits INTEGER NOT NULL,
      spool TEXT NOT NULL,
      lives TEXT NOT NULL
    ) STRICT`,
  `CREATE TABLE drops (
      reason TEXT NOT NULL,
      class TEXT NOT NULL,
      node TEXT NOT NULL,
      dropped INTEGER NOT NULL,
      from_ms REAL NOT NULL,
      to_ms REAL NOT NULL
    ) STRICT`,
  checkpointsSql,
  // Empty but while the file grows (growth.ts).
  'CREATE TABLE reserve (filler BLOB NOT NULL)',
  `PRAGMA application_id = ${applicationId}`,
  `PRAGMA user_version = ${schemaVersion}`,
]

/** What makes a file of form 1 one of form 2, that one of form 3, and so on. */
const steps: readonly (readonly string[])[] = [
  // It had no id and did not know what its readers were given last.
  [
    'ALTER TABLE readers ADD COLUMN released INTEGER NOT NULL DEFAULT 0',
    "ALTER TABLE state ADD COLUMN spool TEXT NOT NULL DEFAULT ''",
    'UPDATE state SET spool = lower(hex(randomblob(16)))',
  ],
  // Rows from before have no checksum and are taken as they are.
  shedClasses.map((shed) => `ALTER TABLE ${tableOf(shed)} ADD COLUMN checksum INTEGER`),
  // It had no lives, and its readers did not count.
  [
    'ALTER TABLE readers ADD COLUMN count INTEGER NOT NULL DEFAULT 0',
    "ALTER TABLE readers ADD COLUMN branches TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE state ADD COLUMN lives TEXT NOT NULL DEFAULT ''",
  ],
  // Sources could note nothing in it.
  [checkpointsSql],
]

/** Makes a file of an older form one of today's. */
export const migrationSql = (version: number): readonly string[] => [
  ...steps.slice(version - 1).flat(),
  `PRAGMA user_version = ${schemaVersion}`,
]
