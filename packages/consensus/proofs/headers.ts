// Gives chains that follow real networks forged headers, and fails where one is attributed to a validator:
// `npm run proof:headers`, or `node packages/consensus/proofs/headers.ts --headers 1000000 --seed 1`.
import { parseArgs } from 'node:util'
import { forge } from '../src/test-support/forgery.ts'

const { values } = parseArgs({
  options: { headers: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
})
const headers = Number(values.headers)
const seed = Number(values.seed)
if (!Number.isInteger(headers) || headers < 1 || !Number.isInteger(seed)) {
  process.stderr.write('usage: headers.ts [--headers N] [--seed N], both whole numbers\n')
  process.exit(2)
}

const started = performance.now()
const report = (counts: object): void => {
  const seconds = Math.round((performance.now() - started) / 1000)
  const mib = Math.round(process.memoryUsage().rss / 2 ** 20)
  process.stdout.write(`${JSON.stringify({ ...counts, seconds, mib })}\n`)
}
try {
  report(forge(headers, seed, report))
} catch (error) {
  process.stderr.write(`violation: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
process.stdout.write(`ok: ${headers} forged headers, none attributed\n`)
