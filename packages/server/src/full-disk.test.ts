import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRecordingLogger } from '@netstats/sdk/testing'
import { storeBatchOf, storeRow } from '@netstats/store/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { serverConfig } from './config.ts'
import { openServer } from './server.ts'
import { openDuckStore } from '@netstats/store/duckdb'

const root = mkdtempSync(join(tmpdir(), 'netstats-full-disk-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const hour = 3_600_000
const retention = { raw: 48 * hour, logs: 720 * hour, seconds: 168 * hour, minutes: 2160 * hour, hours: 17_520 * hour }
let places = 0

interface Said {
  readonly ready: unknown
  readonly accepted: boolean
  readonly store: { readonly state: string; readonly reason: string }
  readonly blocks: { readonly blocks: readonly object[] } | number
  readonly warnings: readonly string[]
  readonly errors: readonly string[]
}

/** A data folder with a history whose roll-ups a kill left behind: they have to be completed first. */
const createFolder = async (): Promise<string> => {
  const data = join(root, `place-${++places}`)
  mkdirSync(data)
  const config = serverConfig.parse({ listen: '127.0.0.1:0', data, history: { enabled: false } })
  await using server = await openServer({ config, log: createRecordingLogger(), version: '0' })
  expect(server.address.port).toBeGreaterThan(0)
  const now = Date.now()
  await using store = await openDuckStore({ directory: join(data, 'history'), retention, threads: 1 })
  await store.write(
    storeBatchOf({
      network: [storeRow('network', { key: 1, name: '1337', networkId: '1337', firstSeenAt: now - 20 * hour })],
      node: [storeRow('node', { key: 1, network: 1, id: 'one', firstSeenAt: now - 20 * hour })],
      block: [storeRow('block', { network: 1, number: 7, at: now - hour, timestamp: now - hour })],
      nodeSample: [20, 0.2].map((ago) => storeRow('nodeSample', { at: now - ago * hour, network: 1, node: 1 })),
    }),
  )
  return data
}
const start = (data: string, ...args: readonly string[]): Said => {
  const program = join(import.meta.dirname, 'test-support', 'full-disk-child.ts')
  // No file may grow: the system refuses every write, as a disk does that is full to its last byte.
  const child = spawnSync('bash', ['-c', 'ulimit -S -f 0; exec "$0" "$@"', process.execPath, program, data, ...args])
  expect(child.stderr.toString()).toBe('')
  return JSON.parse(child.stdout.toString()) as Said
}
const files = (data: string): readonly string[] =>
  readdirSync(join(data, 'history')).filter((name) => name.startsWith('raw-') && name.endsWith('.duckdb'))

describe('a server whose disk is full', () => {
  it('starts, lets agents in, shows its history, and says what is wrong', async () => {
    const said = start(await createFolder())
    expect(said.ready).toEqual({ ready: true })
    expect(said.accepted).toBe(true)
    expect(said.store).toMatchObject({ state: 'degraded', reason: expect.stringContaining('The disk is full') })
    expect(said.blocks).toMatchObject({ blocks: [{ number: 7 }] })
    expect(said.errors[0]).toContain('can be read, but not written')
  })

  it('drops what has expired though it cannot write, as the guide says of a shorter retention', async () => {
    const data = await createFolder()
    expect(files(data)).toHaveLength(2)
    const said = start(data, '1h')
    expect(files(data)).toHaveLength(1)
    expect(said.warnings.filter((message) => message.includes('cannot be dropped'))).toEqual([])
  })
})
