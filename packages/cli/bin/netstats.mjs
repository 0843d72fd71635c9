#!/usr/bin/env node
// The command. Netstats runs on Node 24; when an older one starts it, this file looks for the Node that `npm ci` put
// into node_modules and hands over. Plain JavaScript that any Node from 16 on can read.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'

// The first with argon2, which passwords are kept with.
const wanted = '24.7'
const [major, minor] = process.versions.node.split('.').map(Number)
const isGood = major > 24 || (major === 24 && minor >= 7)

/** Something in the nearest node_modules above this file that has it. */
const find = (...path) => {
  let folder = dirname(fileURLToPath(import.meta.url))
  for (;;) {
    const found = join(folder, 'node_modules', ...path)
    if (existsSync(found)) return found
    const above = dirname(folder)
    if (above === folder) return undefined
    folder = above
  }
}

const handOver = (node) => {
  // The channel tells the child when this process is gone, however it ended.
  const child = spawn(node, process.argv.slice(1), {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NETSTATS_HANDED_OVER: '1' },
  })
  // Ctrl-C reaches the child by itself; this process only has to outlive it.
  process.on('SIGINT', () => undefined)
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => giveUp(`${node} cannot be started: ${error.message}`))
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 1))
}

const giveUp = (message) => {
  process.stderr.write(`netstats: ${message}\n`)
  process.exit(1)
}

if (isGood) {
  // An agent waits most of the time and makes little garbage. A small nursery takes 10 MB less, and so does leaving out
  // the optimising compilers, 6 MB; its share of a core stays the same. Without the wish for size the heap spreads by
  // 8 MB within a quarter of an hour. Before anything is loaded: a nursery that has grown does not shrink.
  if (process.argv[2] === 'agent') {
    const nursery = ['--max-semi-space-size=1', '--semi-space-growth-factor=1']
    for (const flag of [...nursery, '--no-opt', '--no-sparkplug', '--optimize-for-size']) setFlagsFromString(flag)
  }
  // Keeps what Node makes of the TypeScript: the next start takes half the time and 20 MB less memory.
  const modules = find()
  if (modules !== undefined) {
    const cache = join(modules, '.cache', 'netstats')
    nodeModule.enableCompileCache?.(cache)
    // The thread of the store looks there only when its environment says so; else it brings up the type stripper.
    process.env.NODE_COMPILE_CACHE ??= cache
  }
  // What `npm ci` wants kept as well: the parts of components, which are loaded when one is opened.
  for (const file of process.env.NETSTATS_WARM?.split(',') ?? []) await import(file)
  const { main } = await import('../src/main.ts')
  await main()
} else {
  const node =
    process.env.NETSTATS_HANDED_OVER === '1'
      ? undefined
      : find('node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (node === undefined) {
    giveUp(
      `this is Node ${process.version}, Netstats needs Node ${wanted}; run "npm ci" in the repository, which brings it, or install it`,
    )
  } else handOver(node)
}
