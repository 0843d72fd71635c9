// Imports run one way (ARCHITECTURE.md). This script fails on an import that runs against the arrows.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

const allowed: Record<string, readonly string[]> = {
  protocol: [],
  sdk: ['protocol'],
  components: ['protocol', 'sdk'],
  agent: ['protocol', 'sdk', 'components'],
  server: ['protocol', 'sdk', 'components'],
  dashboard: ['protocol'],
  cli: ['protocol', 'sdk', 'components', 'agent', 'server'],
}

const root = resolve(import.meta.dirname, '..')

function* sources(folder: string): Generator<string> {
  for (const name of readdirSync(folder)) {
    if (name === 'node_modules' || name === 'dist') continue
    const path = join(folder, name)
    if (statSync(path).isDirectory()) yield* sources(path)
    else if (/\.(ts|tsx|mjs)$/.test(name)) yield path
  }
}

const faults: string[] = []
let count = 0
for (const [name, uses] of Object.entries(allowed)) {
  const home = join(root, 'packages', name)
  for (const file of sources(home)) {
    count++
    for (const [, spec = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)) {
      const scoped = /^@netstats\/([a-z]+)/.exec(spec)?.[1]
      if (scoped && scoped !== name && !uses.includes(scoped)) {
        faults.push(`${relative(root, file)}: "${spec}" — ${name} may import ${uses.join(', ') || 'nothing'}`)
      }
      if (spec.startsWith('.') && relative(home, resolve(dirname(file), spec)).startsWith('..')) {
        faults.push(`${relative(root, file)}: "${spec}" reaches into another package; import it by name`)
      }
    }
  }
}

if (faults.length > 0) {
  process.stderr.write(`${faults.join('\n')}\n${faults.length} imports against the arrows\n`)
  process.exit(1)
}
process.stdout.write(`${count} files, every import runs one way\n`)
