import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')

it('says why wherever a lint rule does not hold, so that a function over 80 lines has its reason above it', () => {
  const args = ['grep', '-nE', '(ox|es)lint-(disable|enable)|biome-ignore', '--', '*.ts', '*.tsx', '*.mjs', '*.mts']
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' })
  expect(status).toBe(0)
  const found = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('scripts/lint-exceptions.test.ts:'))
  expect(found.length).toBeGreaterThan(0)
  // One line, one rule, and a reason of some words: `// oxlint-disable-next-line RULE -- REASON`.
  expect(found.filter((line) => !/\/\/ oxlint-disable-next-line [\w/-]+ -- (\S+ ){3,}\S+/.test(line))).toEqual([])
})
