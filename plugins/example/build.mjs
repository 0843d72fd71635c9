// TypeScript to JavaScript: Node runs no TypeScript below node_modules, where an installed plugin is.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'

const from = join(import.meta.dirname, 'src')
const to = join(import.meta.dirname, 'dist')
rmSync(to, { recursive: true, force: true })
mkdirSync(to)
for (const name of readdirSync(from)) {
  if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue
  const text = stripTypeScriptTypes(readFileSync(join(from, name), 'utf8'))
  writeFileSync(join(to, name.replace(/ts$/, 'js')), text.replaceAll(/(from '\.\/[^']+)\.ts'/g, "$1.js'"))
}
