// Follows a log through a million lines, renames, copies with truncation, truncation alone, and kills, and holds what the spool
// has against what was written: `npm run proof:log-tail`, or `node packages/agent/proofs/log-tail.ts --lines 1000000 --seed 1`.
import { parseArgs } from 'node:util'
import { Violation } from '@netstats/protocol/testing/violation'
import { runTail } from './log-tail-run.ts'

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '1000000' },
    kills: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
  },
})
const lines = Number(values.lines)
const seed = Number(values.seed)
const kills = Number(values.kills)
if (!Number.isInteger(lines) || lines < 1 || !Number.isInteger(seed) || !Number.isInteger(kills)) {
  process.stderr.write('usage: log-tail.ts [--lines N] [--seed N] [--kills N], all whole numbers\n')
  process.exit(2)
}
try {
  const found = await runTail({ lines, seed, kills })
  process.stdout.write(
    `ok: ${found.lines} lines once each in ${found.seconds} s, through ${found.renames} renames, ${found.copies} copies with ` +
      `truncation, ${found.truncations} truncations without a copy (${found.unread} lines at their ends not read by then), ` +
      `${found.kills} kills; seed ${seed}\n`,
  )
} catch (error) {
  if (!(error instanceof Violation)) throw error
  process.stderr.write(`violation: ${error.message} (seed ${seed})\n`)
  process.exit(1)
}
