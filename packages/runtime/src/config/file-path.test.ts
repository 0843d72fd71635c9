import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { filePath } from '@netstats/sdk/config'
import { loadConfig } from './load.ts'

const folder = mkdtempSync(join(tmpdir(), 'netstats-path-'))
afterAll(() => rmSync(folder, { recursive: true }))

const schema = z.strictObject({ database: filePath().optional() })
const read = (yaml: string): string | undefined => {
  const file = join(folder, 'server.yaml')
  writeFileSync(file, yaml)
  return loadConfig({ schema, file }).database
}

describe('the path of a file', () => {
  it('in a configuration file means a file beside it', () => {
    expect(read('database: geo/city.mmdb')).toBe(join(folder, 'geo/city.mmdb'))
    expect(read('database: ../city.mmdb')).toBe(resolve(folder, '../city.mmdb'))
    expect(read('database: /srv/city.mmdb')).toBe('/srv/city.mmdb')
    expect(read('{}')).toBeUndefined()
  })

  it('without a file means one in the working folder', () => {
    expect(loadConfig({ schema, env: { NETSTATS_DATABASE: 'city.mmdb' } }).database).toBe(resolve('city.mmdb'))
  })

  it('is text', () => {
    for (const value of ['7', '""', '[a]', `"${'a'.repeat(4097)}"`, '"a\\0b"']) {
      expect(() => read(`database: ${value}`), value).toThrow(/expected the path of a file/)
    }
  })
})
