import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadConfig } from './load.ts'
import { optionTable } from './table.ts'
import { sampleConfig } from './sample.ts'
import { inline } from './sample.ts'
import { testSchema } from './testdata/schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'netstats-sample-'))
afterAll(() => rmSync(folder, { recursive: true }))

const load = (text: string) => {
  const file = join(folder, 'sample.yaml')
  writeFileSync(file, text)
  return loadConfig({ schema: testSchema, file, env: { NETSTATS_ETHSTATS_SECRET: 'hush' } })
}
const switchedOn = (text: string): string => text.replaceAll(/^(\s*(?:- )?)#(?=\S)/gm, '$1')

describe('sample configuration', () => {
  const sample = sampleConfig(testSchema, 'A sample.\nTwo lines.')

  it('is accepted as it is, and stands for the defaults', () => {
    expect(load(sample)).toMatchObject({ every: 5000, sinks: [], nodes: [{ rpc: 'http://127.0.0.1:8545' }] })
  })
  it('is accepted with every line switched on', () => {
    expect(load(switchedOn(sample))).toMatchObject({ every: 5000, sinks: [{ type: 'ethstats' }, { type: 'syslog' }] })
  })
  it('gives no default where there is none', () => {
    expect(sample).toContain('#proxy: # none by default; for example http://127.0.0.1:8545\n')
    for (const line of sample.split('\n')) expect(line).not.toMatch(/^\s*#\S+: (?:\.\.\.|1)$/)
  })
  it('explains every key', () => {
    expect(sample).toContain('# How often it looks.\n#every: 5s\n')
    expect(sample).toContain('spool:\n  # What the spool may take of the disk.\n  #maxBytes: 64MiB\n')
    expect(sample.startsWith('# A sample.\n# Two lines.\n')).toBe(true)
  })
})

describe('inline values', () => {
  it('are quoted where YAML would read something else', () => {
    expect(['info', 'true', '5', '', 'a: b', ':3000', '127.0.0.1:3000', 7, [], true].map(inline)).toEqual([
      'info',
      '"true"',
      '"5"',
      '""',
      '"a: b"',
      '":3000"',
      '127.0.0.1:3000',
      '7',
      '[]',
      'true',
    ])
  })
})

describe('option table', () => {
  const table = optionTable(testSchema)

  it('has a row for every key, with type, default, variable and meaning', () => {
    expect(table).toContain('| `every` | duration | `5s` | `NETSTATS_EVERY` | How often it looks. |')
    expect(table).toContain('| `nodes[].rpc` | url | required |  | Where it answers. |')
    expect(table).toContain('| `sinks[](syslog).host` | text | required |  | Where it listens. |')
    expect(table).toContain('| `level` | error \\| info \\| debug | `info` | `NETSTATS_LEVEL` | How much is logged. |')
  })
  it('is a well-formed table', () => {
    const columns = table.split('\n').map((line) => line.replaceAll('\\|', '').split('|').length)
    expect(new Set(columns).size).toBe(1)
  })
})
