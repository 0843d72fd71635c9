import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const rows = readFileSync(join(root, 'docs', 'security', 'tried.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| \d/.test(line))
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
}).split('\n')

describe('the table of what was tried', () => {
  it('has a row for each of the 50 findings, with all its cells', () => {
    const numbers = new Set(rows.map((row) => Number.parseInt(row.slice(2), 10)))
    expect([...numbers].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
    for (const row of rows) expect(row.split(/(?<!\\)\|/)).toHaveLength(8)
  })

  it('names tests that are there', () => {
    const named = rows.flatMap((row) => row.match(/[\w./-]+\.test\.tsx?/g) ?? [])
    const gone = named.filter((name) => !files.some((file) => file === name || file.endsWith(`/${name}`)))
    expect(gone).toEqual([])
    expect(named.length).toBeGreaterThan(50)
  })
})
