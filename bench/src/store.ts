/**
 * `npm run bench:store -- [--parts load,queries,reopen,live,retention] [--data FOLDER] [--nodes 30000]`
 *
 * The history's store under the load of a fleet: an hour is written, asked, written on in real time, opened again. Each
 * part runs in a process of its own. With `--data` the folder is kept and may be given again: all parts but `load` and
 * `retention` need one that is loaded. Prints Markdown; see RESULTS.md.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { benchFolder } from './store-folder.ts'
import { livePart, loadPart, queriesPart, reopenPart } from './store-parts.ts'
import type { PartOptions } from './store-parts.ts'
import { retentionPart } from './store-retention.ts'
import { openBenchStore } from './store-under-test.ts'

const { values } = parseArgs({
  options: {
    parts: { type: 'string', default: 'load,queries,reopen,live,retention' },
    data: { type: 'string' },
    keep: { type: 'boolean', default: false },
    nodes: { type: 'string', default: '30000' },
    minutes: { type: 'string', default: '60' },
    seconds: { type: 'string', default: '60' },
    'retention-nodes': { type: 'string', default: '3000' },
  },
})

const parts: Readonly<Record<string, (options: PartOptions) => Promise<void>>> = {
  load: loadPart,
  queries: queriesPart,
  reopen: reopenPart,
  live: livePart,
  retention: retentionPart,
}
const wanted = values.parts.split(',')
const unknown = wanted.find((part) => parts[part] === undefined)
if (unknown !== undefined) {
  process.stderr.write(`no part "${unknown}"; there are ${Object.keys(parts).join(', ')}\n`)
  process.exit(2)
}

using folder = benchFolder(values.data, values.keep)
mkdirSync(folder.path, { recursive: true })
if (wanted.length === 1) {
  const [name = ''] = wanted
  const nodes = Number(name === 'retention' ? values['retention-nodes'] : values.nodes)
  const [minutes, seconds] = [Number(values.minutes), Number(values.seconds)]
  await parts[name]?.({ folder, open: openBenchStore, nodes, minutes, seconds })
} else {
  const { nodes, minutes, seconds } = values
  const sizes = { nodes, minutes, seconds, 'retention-nodes': values['retention-nodes'] }
  const options = Object.entries(sizes).flatMap(([name, value]) => [`--${name}`, value])
  for (const part of wanted) {
    const args = [import.meta.filename, '--parts', part, '--data', folder.path, ...options]
    const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' })
    if (status !== 0) {
      process.exitCode = 1
      break
    }
  }
  if (values.keep) process.stderr.write(`kept in ${folder.path}\n`)
}
