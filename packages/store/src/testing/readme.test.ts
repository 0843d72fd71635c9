import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')

describe('the README of the store', () => {
  it('names only what the package exports', async () => {
    const entries = {
      '@netstats/store': Object.keys(await import('../mod.ts')),
      '@netstats/store/testing': Object.keys(await import('./mod.ts')),
    }
    for (const [entry, names] of Object.entries(entries)) {
      const imports = [...readme.matchAll(new RegExp(`import \\{([^}]+)\\} from '${entry}'`, 'g'))]
      expect(imports.length).toBeGreaterThan(0)
      for (const [, list = ''] of imports) for (const one of list.split(',')) expect(names).toContain(one.trim())
    }
    for (const [, name = ''] of readme.matchAll(/`(create[A-Z]\w+|[a-z]+Contract)`/g))
      expect(Object.values(entries).flat()).toContain(name)
  })
})
