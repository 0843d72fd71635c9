import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ConfigError, credentialsFault, requestCredentials, requestHeaders } from '@netstats/sdk/config'
import { loadConfig } from './load.ts'
import { sampleConfig } from './sample.ts'

const folder = mkdtempSync(join(tmpdir(), 'netstats-credentials-'))
afterAll(() => rmSync(folder, { recursive: true }))

const schema = z.strictObject(requestCredentials)
const load = (yaml: string, env = {}): z.output<typeof schema> => {
  const file = join(folder, 'agent.yaml')
  writeFileSync(file, yaml)
  return loadConfig({ schema, file, env })
}
const faultOf = (yaml: string): string => {
  try {
    load(yaml)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return ''
}

describe('credentials of a request', () => {
  it('are none when nothing is said', () => {
    expect(requestHeaders(load('{}'))).toEqual({})
  })

  it('takes headers as text, from a variable and from a file beside the configuration', () => {
    writeFileSync(join(folder, 'key'), 'from a file\n')
    const given = load('headers: { X-Plain: text, X-Env: { env: KEY }, X-File: { file: key } }', { KEY: 'from env' })
    expect(requestHeaders(given)).toEqual({ 'x-plain': 'text', 'x-env': 'from env', 'x-file': 'from a file' })
    expect(`${inspect(given)}${JSON.stringify(given)}`).not.toContain('from')
  })

  it('writes a basic login and a bearer token', () => {
    expect(requestHeaders(load('basic: { user: jo, password: "pa:ß" }'))).toEqual({
      authorization: `Basic ${Buffer.from('jo:pa:ß').toString('base64')}`,
    })
    expect(requestHeaders(load('bearer: token'))).toEqual({ authorization: 'Bearer token' })
  })

  it('refuses what would break the request, without showing a value', () => {
    const wrong = {
      'headers: { Host: hush }': 'is set by the connection itself',
      'headers: { sec-websocket-key: hush }': 'is set by the connection itself',
      'headers: { "a b": hush }': 'is no name of a header',
      'headers: { X-A: "hush\\r\\nX-B: 1" }': 'holds a line break',
      'headers: { X-A: hush, x-a: hush }': 'is given twice',
      'bearer: "hush\\n"': 'holds a line break',
      'basic: { user: "a:b", password: hush }': 'without a colon',
    }
    for (const [yaml, words] of Object.entries(wrong)) {
      expect(faultOf(yaml), yaml).toContain(words)
      expect(faultOf(yaml), yaml).not.toContain('hush')
    }
    expect(faultOf(`headers: {${Array.from({ length: 21 }, (_, i) => ` x-${i}: a`).join()} }`)).toContain('at most 20')
  })

  it('takes one login only', () => {
    expect(credentialsFault(load('bearer: a'))).toBeUndefined()
    expect(credentialsFault(load('{ bearer: a, basic: { user: a, password: b } }'))?.key).toBe('bearer')
    expect(credentialsFault(load('{ bearer: a, headers: { AUTHORIZATION: b } }'))?.key).toBe('headers')
  })

  it('stand in a sample with an example', () => {
    expect(sampleConfig(schema, 'x')).toContain(
      '#headers: # none by default; for example { X-Api-Key: { env: NETSTATS_API_KEY } }',
    )
  })
})
