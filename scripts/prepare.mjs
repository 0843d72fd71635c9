// Runs after `npm ci` and `npm install`: builds the dashboard, so that every later command only has to serve it, and lets
// Node keep what it makes of the TypeScript, so that the first agent takes no more memory than the later ones.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const bin = (name) => join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name)
const run = (program, args, stdio, env = process.env) =>
  spawnSync(program, args, { cwd: root, stdio, env, shell: process.platform === 'win32' }).status === 0

// The test of the second part has no use for the first.
const all = process.env.NETSTATS_PREPARE !== 'code'
if (all && existsSync(bin('vite')) && existsSync(join(root, 'packages', 'dashboard', 'index.html'))) {
  if (!run('npm', ['run', '--silent', 'build'], 'inherit')) process.exit(1)
}
// Each command loads all it needs before it finds that there is no such file. The agent runs with engine flags of its
// own, for which Node keeps what it made apart: only the command itself can warm its own code. No more than a head start:
// what fails here fails again, and is told, when the command is used. The parts of sources and sinks, which are loaded
// when one is opened, are named to it.
const components = join(root, 'packages', 'components', 'src')
const partsIn = (folder, file) =>
  readdirSync(join(components, folder))
    .map((name) => join(components, folder, name, file))
    .filter((path) => existsSync(path))
const parts = [...partsIn('sources', 'source.ts'), ...partsIn('sinks', 'sink.ts')]
const env = { ...process.env, NETSTATS_WARM: parts.map((path) => pathToFileURL(path).href).join() }
for (const command of ['agent', 'server']) {
  const missing = join(root, 'node_modules', '.cache', 'no-such-file.yaml')
  run(
    process.execPath,
    [join(root, 'packages', 'cli', 'bin', 'netstats.mjs'), command, '--config', missing],
    'ignore',
    env,
  )
}
