/** Marks the file as ours, `nsAC`. */
export const applicationId = 0x6e734143

/**
 * Each step brings a file to the next version; a new file takes all of them. Steps are never changed once published.
 * Times are Unix milliseconds; `network` is empty where a right holds for every network.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE agents (
    id TEXT NOT NULL,
    network TEXT NOT NULL,
    token BLOB,
    key TEXT,
    note TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    rotated_at INTEGER,
    revoked_at INTEGER,
    banned_at INTEGER,
    seen_at INTEGER,
    PRIMARY KEY (id, network)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE users (
    name TEXT PRIMARY KEY,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
    password TEXT,
    token BLOB,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE sessions (
    hash BLOB PRIMARY KEY,
    user TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    address TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    via TEXT NOT NULL,
    address TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    result TEXT NOT NULL,
    detail TEXT NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE good (
    kind TEXT NOT NULL,
    pair TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (kind, pair)
  ) STRICT, WITHOUT ROWID;
  ALTER TABLE users ADD COLUMN token_ends_at INTEGER;
  `,
  `
  CREATE TABLE file (id TEXT NOT NULL) STRICT;
  INSERT INTO file VALUES (lower(hex(randomblob(16))));
  `,
]
