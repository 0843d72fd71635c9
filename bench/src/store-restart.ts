/**
 * `npm run bench:restart -- --data FOLDER [--times 3]`
 *
 * How long a server takes from its start to the live picture of all nodes that its history knows. The folder is one that
 * `npm run bench:store -- --parts load --data FOLDER` has loaded; each run but the last ends with `kill -9`.
 */
import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { cpuMs, rssBytes } from './procfs.ts'
import { benchFolder } from './store-folder.ts'
import { forgetCached } from './store-process.ts'
import { mebibytes, ms, say, table, thousands } from './report.ts'
import { freePort } from './server-under-test.ts'

const { values } = parseArgs({
  options: { data: { type: 'string' }, times: { type: 'string', default: '3' } },
})
if (values.data === undefined) {
  process.stderr.write('usage: npm run bench:restart -- --data FOLDER [--times N]\n')
  process.exit(2)
}
using folder = benchFolder(values.data, true)
const loaded = folder.loaded()
if (loaded === undefined) throw new Error(`nothing was loaded into ${folder.path}`)
const command = join(resolve(import.meta.dirname, '../..'), 'packages/cli/bin/netstats.mjs')
const network = '20261'
const giveUpMs = 120_000

/** Asks every 20 ms until it is so; gives the time since `began`. */
const until = async (what: string, began: number, isSo: () => Promise<boolean>): Promise<number> => {
  for (;;) {
    if (await isSo().catch(() => false)) return performance.now() - began
    if (performance.now() - began > giveUpMs) throw new Error(`${what}: not within ${giveUpMs} ms`)
    await new Promise((done) => setTimeout(done, 20))
  }
}

const rows: (string | number)[][] = []
for (let time = 1; time <= Number(values.times); time++) {
  const cached = time > 1
  if (!cached) forgetCached(folder.store)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const began = performance.now()
  const server = spawn(process.execPath, [command, 'server', '--listen', `127.0.0.1:${port}`, '--data', folder.path], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, NETSTATS_ETHSTATS_SECRET: 'bench-secret' },
  })
  const exit = new Promise((done) => server.once('exit', done))
  try {
    const ready = await until('ready', began, async () => (await fetch(`${url}/readyz`)).ok)
    let total = 0
    const listed = await until('all nodes listed', began, async () => {
      const answer = await fetch(`${url}/api/v1/networks/${network}/nodes?limit=1`)
      ;({ total } = (await answer.json()) as { total: number })
      return total === loaded.nodes
    })
    const pid = server.pid ?? 0
    rows.push([
      cached ? 'files cached' : 'nothing cached',
      ms(ready),
      ms(listed),
      ms(cpuMs(pid)),
      mebibytes(rssBytes(pid)),
    ])
  } finally {
    server.kill(time < Number(values.times) ? 'SIGKILL' : 'SIGTERM')
    await exit
  }
}
say(`Restart of the server: ${thousands(loaded.nodes)} nodes\n`)
say(table(['', 'ready after ms', 'all nodes listed after ms', 'CPU ms', 'RSS MiB'], rows))
