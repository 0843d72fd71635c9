// Runs after `npm ci` and `npm install`: builds the dashboard, so that every later command only has to serve it.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname ?? '.', '..')
const vite = join(root, 'node_modules', '.bin', 'vite')
if (!existsSync(vite) || !existsSync(join(root, 'packages', 'dashboard', 'index.html'))) process.exit(0)
const done = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' })
process.exit(done.status ?? 1)
