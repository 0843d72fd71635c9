/**
 * The field cases, each stayed with for a minute: `npm run proof:field`, or
 * `node e2e/proofs/field.ts [--seconds 60] [NAME…]` for the files of these names.
 */
import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '60' } },
  allowPositionals: true,
})
if (!/^\d{1,4}$/.test(values.seconds)) {
  console.error('--seconds: expected a whole number below 10000')
  process.exit(2)
}
const root = resolve(import.meta.dirname, '../..')
const files = positionals.length > 0 ? positionals.map((name) => `src/field/${name}`) : ['src/field/']
// Each case waits for its first sight besides.
const limitMs = (Number(values.seconds) + 120) * 1000
const child = spawn(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--project',
    'e2e',
    '--reporter',
    'verbose',
    '--testTimeout',
    String(limitMs),
    ...files,
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, NETSTATS_FIELD_SECONDS: values.seconds } },
)
child.on('exit', (code) => process.exit(code ?? 1))
