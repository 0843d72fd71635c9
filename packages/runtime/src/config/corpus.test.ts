import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '@netstats/sdk/config'
import { loadConfig } from './load.ts'
import { testSchema } from './testdata/schema.ts'

// Every `*.bad.yaml` has a `*.bad.txt` with the exact messages. UPDATE_CORPUS=1 writes them again, to be read before
// they are committed.
const folder = join(import.meta.dirname, 'testdata')
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
const env = { TEST_SECRET: 'hush' }

const load = (name: string) => loadConfig({ schema: testSchema, file: join(folder, name), env })

const messagesOf = (name: string): string => {
  try {
    load(name)
  } catch (error) {
    if (error instanceof ConfigError) return `${error.message.replaceAll(`${folder}/`, '')}\n`
    throw error
  }
  throw new Error(`${relative('.', name)} was accepted`)
}

describe('configuration corpus', () => {
  for (const name of files.filter((one) => one.endsWith('.good.yaml'))) {
    it(`accepts ${name}`, () => {
      expect(load(name).nodes.length).toBeGreaterThan(0)
    })
  }
  for (const name of files.filter((one) => one.endsWith('.bad.yaml'))) {
    it(`explains ${name}`, () => {
      const paired = join(folder, name.replace(/\.yaml$/, '.txt'))
      const messages = messagesOf(name)
      if (process.env['UPDATE_CORPUS'] === '1') writeFileSync(paired, messages)
      expect(messages).toBe(readFileSync(paired, 'utf8'))
      expect(messages).not.toContain('hush')
      expect(messages).not.toContain('123456')
    })
  }
})
