/**
 * `npm run bench:agent -- --seconds 60`
 *
 * One agent beside anvil with a block every second, reporting to a server by its own protocol, or by that of ethstats with
 * `--protocol ethstats`. Prints the agent's share of a core and its RSS
 * at the start, at the end and at its highest: growth shows only after ten minutes or more.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { cpuMs, rssBytes } from './procfs.ts'
import { freePort, startServer } from './server-under-test.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    warmup: { type: 'string', default: '15' },
    protocol: { type: 'string', default: 'netstats' },
  },
})
const root = resolve(import.meta.dirname, '../..')
const secret = 'bench-secret'
const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1)

const anvilPort = await freePort()
const anvil = spawn(
  join(root, 'node_modules/.bin/anvil'),
  ['--port', String(anvilPort), '--block-time', '1', '--silent'],
  {
    stdio: 'ignore',
    // A group of its own: the command is a wrapper, and ending that alone leaves anvil behind.
    detached: true,
  },
)
await using server = await startServer('0', secret)
const data = mkdtempSync(join(tmpdir(), 'netstats-bench-'))
const command = join(root, 'packages/cli/bin/netstats.mjs')
const settings = {
  '--name': 'bench',
  '--rpc': `ws://127.0.0.1:${anvilPort}`,
  [values.protocol === 'ethstats' ? '--ethstats' : '--server']: `ws://127.0.0.1:${server.port}`,
  '--data': data,
  '--secret': secret,
}
const agent = spawn(process.execPath, [command, 'agent', ...Object.entries(settings).flat()], {
  stdio: ['ignore', 'ignore', 'inherit'],
})
const pid = agent.pid!
await pause(Number(values.warmup) * 1000)
const from = { cpu: cpuMs(pid), at: Date.now() }
const first = rssBytes(pid)
let peak = first
for (let i = 0; i < Number(values.seconds); i++) {
  await pause(1000)
  peak = Math.max(peak, rssBytes(pid))
}
const share = (cpuMs(pid) - from.cpu) / (Date.now() - from.at)
const nodes = await fetch(`http://127.0.0.1:${server.port}/api/v1/networks/31337/nodes`)
if (!(await nodes.text()).includes('"bench"')) throw new Error('the agent never reached the server')
process.stdout.write(
  `| agent beside anvil, 1 s blocks, ${values.protocol} | ${(share * 100).toFixed(2)} % of a core | RSS first ${mebibytes(first)} MiB, last ${mebibytes(rssBytes(pid))} MiB, peak ${mebibytes(peak)} MiB |\n`,
)
agent.kill('SIGTERM')
if (anvil.exitCode === null) process.kill(-anvil.pid!, 'SIGKILL')
await new Promise((done) => agent.once('exit', done))
rmSync(data, { recursive: true, force: true })
