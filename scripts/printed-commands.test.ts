import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const places = ['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md', 'docs', 'packages']
/** They say not to. */
const warnings = new Set(['README.md', 'packages/dashboard/src/ui/command.tsx', 'packages/cli/src/commands/up.ts'])

const filesIn = (place: string): readonly string[] =>
  /\.\w+$/.test(place)
    ? [place]
    : readdirSync(join(root, place), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(?:tsx?|mjs|md|json|html)$/.test(name) && !/(?:^|\/)(?:node_modules|dist)\//.test(name))
        .map((name) => join(place, name))

describe('commands that people copy', () => {
  it('never ask npx for netstats: outside a clone that runs a package of somebody else', () => {
    const found = places
      .flatMap(filesIn)
      .filter((name) => readFileSync(join(root, name), 'utf8').includes('npx netstats'))
    expect(found.filter((name) => !warnings.has(name))).toEqual([])
    const readme = readFileSync(join(root, 'README.md'), 'utf8')
    expect(readme.match(/npx netstats/g)).toHaveLength(1)
    expect(readme).toContain('Do not run `npx netstats` outside a clone')
  })

  it('come with the package poa-netstats', () => {
    const { name, bin } = JSON.parse(readFileSync(join(root, 'packages/cli/package.json'), 'utf8')) as {
      name: string
      bin: object
    }
    expect([name, Object.keys(bin)]).toEqual(['poa-netstats', ['netstats']])
  })
})
