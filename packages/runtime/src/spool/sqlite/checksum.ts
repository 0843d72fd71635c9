import { crc32 } from 'node:zlib'
import type { StoredRow } from '../storage.ts'

/** Over all that is never changed of a row. The disk may give back what was never written, and SQLite does not look. */
export const checksumOf = (row: Pick<StoredRow, 'sequence' | 'kind' | 'node' | 'observedAt' | 'storedAt' | 'body'>) =>
  crc32(`${row.sequence}\n${row.kind}\n${row.node}\n${row.observedAt}\n${row.storedAt}\n${row.body}`)
