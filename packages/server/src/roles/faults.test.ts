import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { get } from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRecordingLogger } from '@netstats/sdk/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { serverConfig } from '../config.ts'
import { openServer } from '../server.ts'
import type { OnPartOpened } from './parts.ts'

const root = mkdtempSync(join(tmpdir(), 'netstats-faults-'))
// So that the folders for sockets are those of this file alone.
beforeAll(() => void vi.stubEnv('TMPDIR', root))
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(root, { recursive: true, force: true })
})

/** In the order of opening; a part that is missing here fails the first test. */
const partNames = [
  'base',
  'tls',
  'auth',
  'geo',
  'history',
  'roster',
  'components',
  'core',
  'alarms',
  'notifier',
  'sessions',
  'gateway',
  'viewers',
  'http',
  'api',
  'restored history',
  'admin',
  'listeners',
  'ticks',
  'drain',
]

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Over a connection of its own, which leaves nothing behind in this process. */
const statusOf = (url: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      response.resume()
      response.once('close', () => resolve(response.statusCode))
    }).once('error', reject)
  })

/** A server with its real store and files, opened again and again at one place and port. */
const setup = async (config: object = {}) => {
  const data = mkdtempSync(join(root, 'data-'))
  const log = createRecordingLogger()
  const parsed = serverConfig.parse({
    listen: `127.0.0.1:${await freePort()}`,
    data,
    drainTimeout: '1s',
    ethstats: { secret: 's3cret' },
    ...config,
  })
  const open = (onPartOpened: OnPartOpened = () => undefined) =>
    openServer({ config: parsed, log, version: '0', onPartOpened })
  const works = async (): Promise<void> => {
    await using server = await open()
    expect(await statusOf(`${server.url}/readyz`)).toBe(200)
    const wrong = server.parts().filter(({ state }) => state !== 'ok')
    expect(wrong).toEqual([])
    expect(readdirSync(data)).toContain('admin.sock')
  }
  return { data, log, open, works }
}

/** Timers, listeners, child processes and threads of this process. */
const handles = (): readonly string[] =>
  process
    .getActiveResourcesInfo()
    .filter((name) => /Timeout|Server|Process|Worker/.test(name))
    .toSorted()

/** Those that were not there before: timers of the test runner may end meanwhile. */
const since = (before: readonly string[]): readonly string[] => {
  const more = [...handles()]
  for (const name of before) if (more.includes(name)) more.splice(more.indexOf(name), 1)
  return more
}

/** So that what the test itself has just closed is gone, too. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

const sockets = (data: string): readonly string[] =>
  [...readdirSync(tmpdir()), ...readdirSync(data)].filter((name) =>
    /^netstats-(internal|admin)-|^(internal|admin)\.(sock|path)$/.test(name),
  )

const failingAt =
  (part: string): OnPartOpened =>
  (name) => {
    if (name === part) throw new Error(`${part} fails`)
  }

describe('a fault in any part while the server starts', () => {
  it('is tried for every part there is', async () => {
    const { open } = await setup()
    const opened: string[] = []
    await using _ = await open((name) => void opened.push(name))
    expect(opened).toEqual(partNames)
  })

  it.each(partNames)('leaves nothing locked or running: %s', async (part) => {
    const { data, log, open, works } = await setup()
    await settled()
    const before = handles()
    await expect(open(failingAt(part))).rejects.toThrow(`${part} fails`)
    await settled()
    expect(since(before)).toEqual([])
    expect(sockets(data)).toEqual([])
    await works()
    await settled()
    expect(since(before)).toEqual([])
    expect(log.entries.filter(({ level }) => level === 'error')).toEqual([])
  })

  it('ends the workers that are running by then', async () => {
    const { data, open, works } = await setup({ workers: 1 })
    await settled()
    const before = handles()
    await expect(open(failingAt('listeners'))).rejects.toThrow('listeners fails')
    await settled()
    expect(since(before)).toEqual([])
    expect(sockets(data)).toEqual([])
    await works()
  })

  it('is what the start fails with, also where a part cannot be closed after it', async () => {
    const { log, open, works } = await setup()
    const failing = open((name, stack) => {
      if (name === 'http')
        stack.defer(() => {
          throw new Error('http cannot be closed')
        })
      if (name === 'api') throw new Error('api fails')
    })
    await expect(failing).rejects.toThrow('api fails')
    expect(log.entries.filter(({ level }) => level === 'error')).toMatchObject([
      { message: 'a part could not be closed', fields: { part: 'http', reasons: ['http cannot be closed'] } },
    ])
    await works()
  })
})

describe('a part that fails while it closes', () => {
  it.each(partNames)('keeps no other from closing, and its reason is in the log: %s', async (part) => {
    const { data, log, open, works } = await setup()
    await settled()
    const before = handles()
    const server = await open((name, stack) => {
      if (name !== part) return
      stack.defer(() => {
        throw new Error(`${part} cannot be closed`)
      })
    })
    await expect(server[Symbol.asyncDispose]()).rejects.toThrow(`${part} cannot be closed`)
    expect(log.entries.filter(({ level }) => level === 'error')).toMatchObject([
      { fields: { part, reasons: [`${part} cannot be closed`] } },
      { fields: { reasons: [`${part} cannot be closed`] } },
    ])
    await settled()
    expect(since(before)).toEqual([])
    expect(sockets(data)).toEqual([])
    await works()
  })

  it('is logged with all others that fail', async () => {
    const { log, open, works } = await setup()
    const server = await open((name, stack) =>
      stack.defer(() => {
        throw new Error(`${name} cannot be closed`)
      }),
    )
    await expect(server[Symbol.asyncDispose]()).rejects.toThrow()
    expect(log.entries.at(-1)?.fields['reasons']).toEqual(
      partNames.toReversed().map((name) => `${name} cannot be closed`),
    )
    await works()
  })
})
