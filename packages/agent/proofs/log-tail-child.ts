// The program that is killed: follows log files into a spool, as an agent does. Says `R` when it begins to look.
//
//   node log-tail-child.ts DIRECTORY PATTERN
import { writeSync } from 'node:fs'
import { nodeId } from '@netstats/protocol'
import { builtIn } from '@netstats/components'
import { createRegistry } from '@netstats/runtime'
import { openSpool } from '@netstats/runtime/spool'
import { systemClock } from '@netstats/sdk'
import type { Logger } from '@netstats/sdk'

const [directory = '', pattern = ''] = process.argv.slice(2)
const owner = 'source/log-file.proof'
const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (fields, message) => void writeSync(2, `${message} ${JSON.stringify(fields)}\n`),
  child: () => quiet,
}
const node = nodeId('proof')
const spool = await openSpool({ directory, maxBytes: 4 * 2 ** 30, clock: systemClock, log: quiet, reporter: node })
const definition = createRegistry([builtIn]).sources.get('log-file')
if (definition === undefined) throw new Error('no such source')
const options = definition.config.parse({ paths: [pattern], from: 'start', interval: '100ms' }) as object
const source = await definition.open(
  { ...options, node },
  {
    id: owner,
    clock: systemClock,
    log: quiet,
    status: { ok: () => undefined, degraded: () => undefined },
    count: () => undefined,
    paceMs: () => 0,
    checkpoints: () => spool.checkpoints(owner),
  },
)
writeSync(1, 'R\n')
for await (const given of source.observe({ signal: new AbortController().signal }))
  await spool.append('kind' in given ? [given] : given, owner)
