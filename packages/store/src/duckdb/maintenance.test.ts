import { expect, it } from 'vitest'
import { isBusy } from './maintenance.ts'

// As DuckDB 1.5.6 said it under `npm run bench:logs`, where readers were ended and a batch waited 1.7 s for nothing.
const refused =
  'TransactionContext Error: Cannot CHECKPOINT: there are other write transactions active. Try using FORCE CHECKPOINT to wait until all active transactions are finished'

it.each([
  [refused, true],
  ['IO Error: No space left on device', false],
  ['FATAL Error: Failed: database has been invalidated because of a previous fatal error.', false],
])('tells a checkpoint that came at the wrong moment from a file that is damaged: %s', (message, busy) => {
  expect(isBusy(new Error(message))).toBe(busy)
})
