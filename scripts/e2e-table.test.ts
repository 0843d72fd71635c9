import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const e2e = resolve(import.meta.dirname, '../e2e')

it('lists every test and proof from end to end with what it shows', () => {
  const readme = readFileSync(join(e2e, 'README.md'), 'utf8')
  const listed = [...readme.matchAll(/^\| `([\w./-]+)` \| \S.* \|$/gm)].map(([, name]) => name)
  const files = [
    ...readdirSync(join(e2e, 'src'))
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => `src/${name}`),
    ...readdirSync(join(e2e, 'proofs')).map((name) => `proofs/${name}`),
  ]
  expect(files.length).toBeGreaterThan(20)
  expect(files.filter((name) => !listed.includes(name))).toEqual([])
  expect(new Set(listed).size).toBe(listed.length)
})
