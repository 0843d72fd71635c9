import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMemoryStore } from '@netstats/store/testing'
import { createRecordingLogger } from '@netstats/sdk/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { serverConfig } from './config.ts'
import { openSocketPath } from './net/unix-socket-path.ts'
import { openServer } from './server.ts'

const root = mkdtempSync(join(tmpdir(), 'netstats-ends-'))
// So that the folders for sockets are those of this file alone.
beforeAll(() => void vi.stubEnv('TMPDIR', root))
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(root, { recursive: true, force: true })
})
let places = 0

const setup = () => {
  const data = join(root, `place-${++places}`)
  const log = createRecordingLogger()
  const start = (config: object = {}) =>
    openServer({
      config: serverConfig.parse({
        listen: '127.0.0.1:0',
        data,
        drainTimeout: '1s',
        ethstats: { secret: 's3cret' },
        ...config,
      }),
      log,
      version: '0',
      openStore: () => Promise.resolve(createMemoryStore()),
    })
  return { data, log, start }
}

const taken = async (): Promise<{ readonly port: number } & Disposable> => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return { port: (server.address() as AddressInfo).port, [Symbol.dispose]: () => void server.close() }
}
const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
const sockets = (data: string): readonly string[] =>
  [...readdirSync(tmpdir()), ...readdirSync(data)].filter((name) =>
    /^netstats-(internal|admin)-|^(internal|admin)\.(sock|path)$/.test(name),
  )

describe('a server that cannot start', () => {
  it.each([
    { what: 'its certificate is not there', config: { tls: { cert: '/nowhere/a.pem', key: '/nowhere/b.pem' } } },
    { what: 'its port is taken', config: {}, port: true },
    { what: 'its port is taken and there would be workers', config: { workers: 1 }, port: true },
    { what: 'its workers cannot have the address', config: { workers: 2, listen: '203.0.113.7:0' } },
  ])('leaves nothing open where $what', async ({ config, port }) => {
    using other = await taken()
    const { data, log, start } = setup()
    const before = { timers: timers() }
    const failing = () => start({ ...config, ...(port && { listen: `127.0.0.1:${other.port}` }) })
    await expect(failing()).rejects.toThrow()
    // The second time it fails for the same reason, and not because the first one still holds its folder.
    await expect(failing()).rejects.not.toMatchObject({ code: 'AUTH_FILE_IN_USE' })
    expect(timers()).toBeLessThanOrEqual(before.timers)
    expect(sockets(data)).toEqual([])
    await using server = await start()
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    expect(log.entries.filter((entry) => entry.level === 'error')).toEqual([])
  })
})

describe('a server with workers', () => {
  it('has its own socket in its data folder, for its user only, also where a killed one left its own there', async () => {
    const { data, start } = setup()
    const path = join(data, 'internal.sock')
    mkdirSync(data)
    writeFileSync(path, '')
    {
      await using server = await start({ workers: 1 })
      expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
      expect(statSync(path).mode & 0o777).toBe(0o600)
    }
    expect(sockets(data)).toEqual([])
  })

  it('writes down where its socket is, where the path of the folder is too long, and removes it at the next start', async () => {
    const { data, start } = setup()
    const long = join(data, 'x'.repeat(120))
    mkdirSync(long, { recursive: true })
    await using server = await start({ workers: 1, data: long })
    const path = readFileSync(join(long, 'internal.path'), 'utf8').trim()
    expect(statSync(path).isSocket()).toBe(true)
    // As a killed server leaves it.
    const next = await openSocketPath(long, 'internal')
    expect(existsSync(path)).toBe(false)
    await next[Symbol.asyncDispose]()
    expect(server.workers).toBe(1)
  })
})

describe('a server that ends', () => {
  it('closes everything else where one part cannot be closed, and says which', async () => {
    const { data, log, start } = setup()
    const server = await start()
    // The admin socket cannot be removed any more.
    rmSync(join(data, 'admin.sock'))
    mkdirSync(join(data, 'admin.sock'))
    await expect(server[Symbol.asyncDispose]()).rejects.toThrow('admin.sock')
    expect(log.entries.at(-1)).toMatchObject({
      level: 'error',
      fields: { reasons: [expect.stringContaining('admin.sock')] },
    })
    await expect(fetch(`${server.url}/readyz`)).rejects.toThrow()
    // Its file of agents and users is free: it was opened before, and is closed after.
    rmSync(join(data, 'admin.sock'), { recursive: true })
    await using again = await start()
    expect((await fetch(`${again.url}/readyz`)).status).toBe(200)
  })
})
