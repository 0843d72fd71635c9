/** Marks the file as ours, `nsAL`. */
export const applicationId = 0x6e73414c

/**
 * Each step brings a file to the next version; a new file takes all of them. Steps are never changed once published.
 * Times are Unix milliseconds. `entries` and `silences` are what the engine goes on from; `outbox` has the steps that are
 * not known to be stored by all that are notified of them, and `notes` what those keep here.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE alarms (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    network TEXT,
    node TEXT,
    rule TEXT NOT NULL,
    state TEXT NOT NULL,
    severity TEXT NOT NULL,
    ends_at INTEGER,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX alarms_by_place ON alarms (network, node, n);
  CREATE INDEX alarms_by_rule ON alarms (rule, n);
  CREATE INDEX alarms_open ON alarms (n) WHERE ends_at IS NULL;
  CREATE INDEX alarms_by_end ON alarms (ends_at) WHERE ends_at IS NOT NULL;
  CREATE TABLE steps (
    alarm TEXT NOT NULL,
    step INTEGER NOT NULL,
    at INTEGER NOT NULL,
    name TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (alarm, step)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE outbox (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    step TEXT NOT NULL
  ) STRICT;
  CREATE TABLE notes (
    name TEXT PRIMARY KEY,
    note TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE entries (
    key TEXT PRIMARY KEY,
    entry TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE silences (
    id TEXT PRIMARY KEY,
    silence TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE alarms ADD COLUMN starts_at INTEGER GENERATED ALWAYS AS (json_extract(record, '$.startsAt')) VIRTUAL;
  ALTER TABLE alarms ADD COLUMN parent TEXT GENERATED ALWAYS AS (json_extract(record, '$.parent')) VIRTUAL;
  CREATE INDEX alarms_by_start ON alarms (network, starts_at);
  CREATE INDEX alarms_by_parent ON alarms (parent, n) WHERE parent IS NOT NULL;
  `,
]
