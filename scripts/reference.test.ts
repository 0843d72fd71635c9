import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { referenceFolder, referencePages } from './reference-pages.ts'

const pages = await referencePages()

describe('docs/reference', () => {
  it.each(Object.keys(pages))('%s says what the sources say (npm run reference brings it up to date)', (name) => {
    expect(readFileSync(join(referenceFolder, name), 'utf8')).toBe(pages[name])
  })
  it('holds nothing else', () => {
    expect(readdirSync(referenceFolder).toSorted()).toEqual(Object.keys(pages).toSorted())
  })
  it('explains every option of every configuration', () => {
    for (const name of ['agent.md', 'server.md']) {
      for (const row of (pages[name] ?? '').split('\n').filter((line) => line.startsWith('| `'))) {
        expect(row, `${name}: no meaning`).not.toMatch(/\|\s*\|$/)
      }
    }
  })
})
