// Imports run one way (ARCHITECTURE.md). This script fails on an import that runs against the arrows, between packages and
// between the folders of the server, and on files that import each other in a circle, types included.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { circlesOf } from './import-circles.ts'

const packages: Record<string, readonly string[]> = {
  protocol: [],
  consensus: [],
  simulator: ['protocol', 'consensus', 'sdk'],
  alarms: ['protocol'],
  sdk: ['protocol'],
  runtime: ['protocol', 'sdk'],
  store: ['protocol', 'sdk'],
  components: ['protocol', 'sdk'],
  agent: ['protocol', 'sdk', 'runtime', 'components', 'alarms'],
  server: ['protocol', 'sdk', 'runtime', 'store', 'components', 'alarms', 'consensus'],
  dashboard: ['protocol'],
  cli: ['protocol', 'consensus', 'alarms', 'simulator', 'sdk', 'runtime', 'store', 'components', 'agent', 'server'],
}

/** What tests may import beside that. */
const inTests: Record<string, readonly string[]> = { components: ['runtime'], server: ['simulator'] }

/** Folders of the server, from the bottom up: each may import those it names. */
const base = ['lib', 'telemetry']
const folders: Record<string, readonly string[]> = {
  lib: [],
  telemetry: ['lib'],
  'data-folder': ['lib'],
  bus: ['lib'],
  shard: ['lib'],
  net: [...base, 'bus'],
  auth: [...base, 'data-folder', 'bus', 'net'],
  geo: [...base, 'shard'],
  core: [...base, 'shard'],
  consensus: [...base, 'shard'],
  delivery: [...base, 'bus', 'core'],
  sessions: [...base, 'bus', 'auth', 'shard', 'core', 'delivery'],
  gateway: [...base, 'net', 'bus', 'auth'],
  cluster: [...base, 'net', 'bus', 'auth', 'gateway', 'sessions'],
  history: [...base, 'data-folder', 'shard', 'core', 'delivery'],
  sinks: ['shard'],
  analyzers: ['shard'],
  alarms: [...base, 'data-folder', 'auth', 'shard', 'core', 'history', 'sinks'],
  roster: [...base, 'data-folder', 'auth', 'shard', 'core'],
  feed: [...base, 'net', 'shard', 'core', 'history', 'alarms'],
  classic: [...base, 'net', 'shard', 'core'],
  status: [...base, 'gateway', 'sessions', 'cluster', 'delivery', 'history', 'shard', 'core', 'geo', 'feed', 'classic'],
  api: [
    ...base,
    'net',
    'auth',
    'shard',
    'core',
    'history',
    'delivery',
    'consensus',
    'feed',
    'status',
    'roster',
    'admin',
    'alarms',
  ],
  admin: [...base, 'data-folder', 'net', 'auth', 'alarms', 'roster', 'history', 'core'],
}

const root = resolve(import.meta.dirname, '..')
const server = join('packages', 'server', 'src')

function* sources(folder: string): Generator<string> {
  for (const name of readdirSync(folder)) {
    if (name === 'node_modules' || name === 'dist') continue
    const path = join(folder, name)
    if (statSync(path).isDirectory()) yield* sources(path)
    else if (/\.(ts|tsx|mjs)$/.test(name)) yield relative(root, path)
  }
}

const isTest = (file: string): boolean => /\.test\.tsx?$|[/-]testing|test-support/.test(file)
/** The folder of the server that a file is in; undefined for files that put the parts together, and for other packages. */
const folderOf = (file: string): string | undefined => {
  const [first, ...rest] = relative(server, file).split('/')
  return first === '..' || first === 'roles' || rest.length === 0 ? undefined : first
}

const faults: string[] = []
const imports = new Map<string, string[]>()

/** Plugins are written against the sdk alone. */
const forPlugins: readonly string[] = ['sdk']

const checkPackage = (file: string, spec: string, home: string, allowed: readonly string[]): void => {
  const name = basename(home)
  const uses = [...allowed, ...(isTest(file) ? (inTests[name] ?? []) : [])]
  const scoped = /^@netstats\/([a-z]+)/.exec(spec)?.[1]
  if (scoped !== undefined && scoped !== name && !uses.includes(scoped))
    faults.push(`${file}: "${spec}" — ${name} may import ${uses.join(', ') || 'nothing'}`)
  if (spec.startsWith('.') && relative(home, join(dirname(file), spec)).startsWith('..'))
    faults.push(`${file}: "${spec}" reaches into another package; import it by name`)
}

const checkFolder = (file: string, target: string): void => {
  const from = folderOf(file)
  const to = folderOf(target)
  if (from === undefined || isTest(file) || !target.startsWith(server)) return
  const uses = folders[from]
  if (uses === undefined) faults.push(`${file}: scripts/check-layers.ts does not know the folder ${from}`)
  else if (to === undefined) {
    if (!target.endsWith('config.ts'))
      faults.push(`${file}: "${relative(server, target)}" puts the parts together and is not for them`)
  } else if (to !== from && !uses.includes(to))
    faults.push(`${file}: "${relative(server, target)}" — ${from} may import ${uses.join(', ') || 'nothing'}`)
}

const homes = [
  ...Object.entries(packages).map(([name, uses]) => [join('packages', name), uses] as const),
  ...readdirSync(join(root, 'plugins')).map((name) => [join('plugins', name), forPlugins] as const),
]
for (const [home, uses] of homes) {
  for (const file of sources(join(root, home))) {
    const targets: string[] = []
    imports.set(file, targets)
    for (const [, spec = ''] of readFileSync(join(root, file), 'utf8').matchAll(
      /(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g,
    )) {
      checkPackage(file, spec, home, uses)
      if (!spec.startsWith('.')) continue
      const target = join(dirname(file), spec)
      targets.push(target)
      checkFolder(file, target)
    }
  }
}
for (const circle of circlesOf(imports))
  faults.push(`these import each other in a circle:\n${circle.map((file) => `  ${file}`).join('\n')}`)

if (faults.length > 0) {
  process.stderr.write(`${faults.join('\n')}\n${faults.length} faults\n`)
  process.exit(1)
}
process.stdout.write(`${imports.size} files, every import runs one way\n`)
