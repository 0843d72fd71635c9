// Runs before `npm start` and `npm test` on any Node from 20 on, with nothing but npm and git present. Brings what is
// missing: dependencies with Node 24 among them, the built dashboard and, with --test, what the tests need of the system.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { aptGet } from './apt-get.mjs'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const modules = join(root, 'node_modules')
const stamp = join(modules, '.netstats-stamp')
const localNode = join(modules, '.bin', process.platform === 'win32' ? 'node.exe' : 'node')
const oldest = 20
const wanted = 24

const say = (line) => process.stdout.write(`netstats: ${line}\n`)
const fail = (...lines) => {
  for (const line of lines) process.stderr.write(`netstats: ${line}\n`)
  process.exit(1)
}

/** Runs a program in the repository and says whether it ended well; undefined where it could not be started. */
const run = (program, args, options = {}) => {
  const done = spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options })
  if (done.error !== undefined) return undefined
  return done.status === 0
}
// npm tells its scripts where it is itself, so that the same npm is used again.
const npm = (...args) =>
  process.env.npm_execpath?.endsWith('.js')
    ? run(process.execPath, [process.env.npm_execpath, ...args])
    : run('npm', args, { shell: process.platform === 'win32' })

const majorOf = (version) => Number(/^v?(\d+)/.exec(version)?.[1] ?? 0)
const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')

const dependenciesAreThere = () => {
  const installed = join(modules, '.package-lock.json')
  if (!existsSync(installed)) return false
  if (existsSync(stamp)) return readFileSync(stamp, 'utf8') === lockHash()
  // Somebody ran npm ci by hand: good if that was after the lock file last changed.
  return statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs
}

const bringDependencies = () => {
  if (!dependenciesAreThere()) {
    say(`${existsSync(modules) ? 'dependencies changed' : 'first start'}: installing (npm ci), a minute or two`)
    const done = npm('ci', '--no-audit', '--no-fund', '--loglevel=error')
    if (done === undefined) fail('npm cannot be started; install npm (it comes with Node.js) and try again')
    if (!done) fail('npm ci failed, see above; with the network and the registry reachable, try again')
  }
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lockHash()) writeFileSync(stamp, lockHash())
}

const localNodeMajor = () => {
  const done = spawnSync(localNode, ['--version'], { encoding: 'utf8' })
  return done.status === 0 ? majorOf(done.stdout) : 0
}

/** The `node` package fetches its program in an install script; where scripts are off, it is asked for by name. */
const bringNode = () => {
  if (localNodeMajor() >= wanted) return
  say(`installing Node ${wanted} into node_modules`)
  npm('rebuild', 'node', '--ignore-scripts=false', '--loglevel=error')
  if (localNodeMajor() >= wanted) return
  fail(
    `Node ${wanted} is not in node_modules/.bin; npm could not run the install script of the package "node"`,
    'see that "npm config get ignore-scripts" says false, delete node_modules, and try again',
  )
}

const newest = (path) => {
  if (!existsSync(path)) return 0
  const here = statSync(path)
  if (!here.isDirectory()) return here.mtimeMs
  return readdirSync(path)
    .filter((name) => name !== 'node_modules' && name !== 'dist')
    .reduce((latest, name) => Math.max(latest, newest(join(path, name))), 0)
}

const bringDashboard = () => {
  const home = join(root, 'packages', 'dashboard')
  const page = join(home, 'dist', 'index.html')
  const sources = [home, join(root, 'packages', 'protocol', 'src')]
  if (!existsSync(join(home, 'index.html'))) return
  if (existsSync(page) && statSync(page).mtimeMs >= Math.max(...sources.map(newest))) return
  say('building the dashboard')
  if (!npm('run', '--silent', 'build')) fail('the dashboard could not be built, see above')
}

/** What the tests need of the system: any of `programs` on PATH stands for the Debian package. */
const systemParts = [
  { package: 'chromium', programs: ['chromium', 'chromium-browser', 'google-chrome'], why: 'browser tests' },
  { package: 'nginx-light', programs: ['nginx'], folders: ['/usr/sbin'], why: 'tests behind a proxy' },
  { package: 'fonts-dejavu-core', files: ['/usr/share/fonts'], why: 'text in browser tests' },
]
const onPath = (program) =>
  (process.env.PATH ?? '').split(process.platform === 'win32' ? ';' : ':').some((one) => existsSync(join(one, program)))
const isThere = (part) =>
  (part.programs ?? []).some((one) => onPath(one) || (part.folders ?? []).some((at) => existsSync(join(at, one)))) ||
  (part.files ?? []).some((path) => existsSync(path) && readdirSync(path).length > 0)

const bringSystemParts = () => {
  const missing = systemParts.filter((part) => !isThere(part))
  if (missing.length === 0) return
  const names = missing.map((part) => part.package)
  if (process.getuid?.() === 0 && onPath('apt-get')) {
    say(`installing ${names.join(', ')} (apt-get)`)
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const ask = (...args) => aptGet(args, { cwd: root, env, say })
    ask('update', '-qq')
    ask('install', '-qq', '-y', '--no-install-recommends', ...names)
  }
  const still = missing.filter((part) => !isThere(part))
  if (still.length === 0) return
  fail(
    ...still.map((part) => `${part.package} is missing (${part.why})`),
    `install it and try again: sudo apt-get install ${still.map((part) => part.package).join(' ')}`,
  )
}

if (majorOf(process.version) < oldest) {
  fail(`this is Node ${process.version}; Netstats starts with Node ${oldest} or newer (https://nodejs.org)`)
}
bringDependencies()
bringNode()
bringDashboard()
if (process.argv.includes('--test')) bringSystemParts()
