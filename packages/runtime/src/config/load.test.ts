import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ConfigError, listenAddress, secret } from '@netstats/sdk/config'
import { loadConfig } from './load.ts'
import type { FlagValue } from './flag-value.ts'
import { testSchema } from './testdata/schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'netstats-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

const fileOf = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const node = { rpc: 'http://127.0.0.1:8545' }
const nodes: FlagValue = { name: '--rpc', path: ['nodes'], value: [node] }

const faultsOf = (load: () => unknown): readonly string[] => {
  try {
    load()
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n')
    throw error
  }
  return []
}

describe('loadConfig', () => {
  it('gives every default when nothing is said', () => {
    expect(loadConfig({ schema: testSchema, flags: [nodes] })).toMatchObject({
      every: 5000,
      spool: { maxBytes: 64 * 1024 ** 2 },
    })
  })

  it('lets variables win over the file and flags over both', () => {
    const file = fileOf('a.yaml', 'every: 1s\nattempts: 1\nlevel: error\nnodes: [{ rpc: http://h:1 }]\n')
    const env = { NETSTATS_ATTEMPTS: '2', NETSTATS_LEVEL: 'info' }
    const flags = [{ name: '--level', path: ['level'], value: 'debug' }]
    expect(loadConfig({ schema: testSchema, file, env, flags })).toMatchObject({
      every: 1000,
      attempts: 2,
      level: 'debug',
    })
  })

  it('reads nested, numeric, boolean and secret variables', () => {
    const schema = z.strictObject({
      spool: z.strictObject({ maxItems: z.int(), deep: z.boolean() }),
      ethstats: z.strictObject({ secret: secret() }),
      names: z.array(z.string()),
    })
    const env = {
      NETSTATS_SPOOL_MAX_ITEMS: '12',
      NETSTATS_SPOOL_DEEP: 'true',
      NETSTATS_ETHSTATS_SECRET_FILE: fileOf('secret', 'hush\n'),
      NETSTATS_NAMES: 'a, b',
      NETSTATS_UNRELATED_THING: 'x',
    }
    const config = loadConfig({ schema, env })
    expect(config).toMatchObject({ spool: { maxItems: 12, deep: true }, names: ['a', 'b'] })
    expect(config.ethstats.secret.reveal()).toBe('hush')
  })

  it('names the variable that is wrong, and the one that was meant', () => {
    const env = { NETSTATS_ATTEMPTS: 'many', NETSTATS_LISTNE: ':1', NETSTATS_EVERY: '5' }
    expect(faultsOf(() => loadConfig({ schema: testSchema, env, flags: [nodes] }))).toEqual([
      'NETSTATS_EVERY: found "5", expected a duration from 100ms to 1h with its unit, such as 5s, 1m30s or 250ms',
      'NETSTATS_ATTEMPTS: found "many", expected a whole number from 1 to 100',
      'NETSTATS_LISTNE: unknown variable; did you mean NETSTATS_LISTEN?',
    ])
  })

  it('leaves variables of other parts alone when it knows their names', () => {
    const schema = z.strictObject({ listen: listenAddress() })
    const env = { NETSTATS_LISTEN: ':1', NETSTATS_LISTENER: 'x' }
    expect(faultsOf(() => loadConfig({ schema, env }))).toHaveLength(1)
    expect(faultsOf(() => loadConfig({ schema, env, otherVariables: ['NETSTATS_LISTENER'] }))).toEqual([])
  })

  it('names the flag that is wrong, and the place within its value', () => {
    const flags = [
      { name: '--listen', path: ['listen'], value: 'here' },
      { name: '--rpc', path: ['nodes'], value: [node, { rpc: 'ftp://h' }] },
    ]
    const faults = faultsOf(() => loadConfig({ schema: testSchema, flags }))
    expect(faults[0]).toMatch(/^--listen: found "here", expected an address/)
    expect(faults[1]).toMatch(/^--rpc: \[1\]\.rpc: found "ftp:\/\/h/)
  })

  it('tells of every fault at once, in the order of the file', () => {
    const file = fileOf('b.yaml', 'level: loud\nnmae: x\nattempts: 0\n')
    const faults = faultsOf(() => loadConfig({ schema: testSchema, file }))
    expect(faults.map((line) => line.replace(`${file}:`, '').split(': ', 2).join(' '))).toEqual([
      '1:1 nodes',
      '1:8 level',
      '2:1 nmae',
      '3:11 attempts',
    ])
  })

  it('finds secret files beside the config file', () => {
    fileOf('beside', 'hush')
    const file = fileOf('c.yaml', 'secret: { file: beside }\n')
    expect(loadConfig({ schema: z.strictObject({ secret: secret() }), file }).secret.reveal()).toBe('hush')
  })

  it('says what is wrong with a file it cannot read', () => {
    const gone = join(folder, 'gone.yaml')
    expect(faultsOf(() => loadConfig({ schema: testSchema, file: gone }))).toEqual([
      `${gone}: the configuration file does not exist`,
    ])
    expect(faultsOf(() => loadConfig({ schema: testSchema, file: folder }))).toEqual([
      `${folder}: the configuration file is a folder`,
    ])
    const huge = fileOf('huge.yaml', `name: ${'x'.repeat(1024 * 1024)}`)
    expect(faultsOf(() => loadConfig({ schema: testSchema, file: huge }))).toEqual([
      `${huge}: the configuration file is larger than 1048576 bytes`,
    ])
  })

  it('takes an empty file for an empty configuration', () => {
    const file = fileOf('empty.yaml', '# nothing\n')
    expect(loadConfig({ schema: testSchema, file, flags: [nodes] }).attempts).toBe(3)
  })
})
