import { existsSync, linkSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { request } from 'node:http'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { StoreError } from '@netstats/store'
import type { AdminOptions, StoreInfo } from '@netstats/store'
import { createRecordingLogger } from '@netstats/sdk/testing'
import { afterAll, describe, expect, it } from 'vitest'
import type { StoreAdmin } from './admin.ts'
import { findAdmin } from './client.ts'
import { openAdminSocket } from './socket-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'netstats-socket-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let folders = 0
const newData = async (name = 'd'): Promise<string> => {
  const data = join(folder, `${++folders}`, name)
  await mkdir(data, { recursive: true })
  return data
}

const info: StoreInfo = {
  driver: 'some',
  version: '1',
  schema: 1,
  bytes: 10,
  files: [{ name: 'f', bytes: 10, tier: 'raw', from: 1, to: null, state: 'unusable', reason: 'torn' }],
  tables: [{ name: 't', rows: 3, from: 1, to: 2 }],
}

interface AdminUnderTest extends StoreAdmin {
  /** Resolves with the options of a verification once it has begun. */
  readonly begun: Promise<AdminOptions>
  end(error?: Error): void
}

/** Info and prune are answered at once, a backup fails, a verification waits until it is cancelled or told to end. */
const createAdmin = (): AdminUnderTest => {
  const begun = Promise.withResolvers<AdminOptions>()
  const ended = Promise.withResolvers<void>()
  return {
    begun: begun.promise,
    end: (error) => (error === undefined ? ended.resolve() : ended.reject(error)),
    info: async () => info,
    async verify(options = {}) {
      begun.resolve(options)
      options.signal?.addEventListener('abort', () => ended.reject(options.signal?.reason as Error))
      await ended.promise
      return { rows: 1, files: 2, findings: [{ severity: 'error', where: 'f', message: 'torn' }] }
    },
    backup: async (path) => {
      throw new StoreError('STORE_BACKUP_TARGET', `${path} exists.`)
    },
    accept: async () => ({ files: [], left: [] }),
    prune: async ({ dryRun } = {}) => ({ files: [dryRun === true ? 'would go' : 'gone'], bytes: 7 }),
  }
}

const start = async (data: string, admin: StoreAdmin = createAdmin()) => {
  const log = createRecordingLogger()
  const socket = await openAdminSocket({ data, log, admin })
  const found = await findAdmin(data)
  if (found === undefined) throw new Error('nobody listens')
  return { socket, found, log, [Symbol.asyncDispose]: () => socket[Symbol.asyncDispose]() }
}

/** Status and body of a request as no command of ours sends it. */
const raw = (path: string, url: string, body: string, method = 'POST'): Promise<readonly [number, string]> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' }
    const sent = request({ socketPath: path, path: url, method, headers, agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => (text += chunk))
      answer.on('end', () => resolve([answer.statusCode ?? 0, text]))
    })
    sent.on('error', reject)
    sent.end(body)
  })

describe('the admin socket', () => {
  it('answers the commands of this machine, and only its own user may knock', async () => {
    const data = await newData()
    await using running = await start(data)
    expect(statSync(join(data, 'admin.sock')).mode & 0o777).toBe(0o600)
    expect(await running.found.info()).toEqual(info)
    expect(await running.found.prune({ dryRun: true })).toEqual({ files: ['would go'], bytes: 7 })
    expect(await running.found.prune()).toEqual({ files: ['gone'], bytes: 7 })
  })

  it('carries progress, then the result', async () => {
    const admin = createAdmin()
    await using running = await start(await newData(), admin)
    const steps: number[] = []
    const seen = Promise.withResolvers<void>()
    const report = running.found.verify({
      onProgress: ({ done, all, what }) => {
        expect([all, what]).toEqual([3, 'files'])
        steps.push(done)
        if (done === 3) seen.resolve()
      },
    })
    const { onProgress } = await admin.begun
    for (const done of [1, 2, 3]) onProgress?.({ done, all: 3, what: 'files' })
    await seen.promise
    admin.end()
    expect(await report).toEqual({ rows: 1, files: 2, findings: [{ severity: 'error', where: 'f', message: 'torn' }] })
    expect(steps).toEqual([1, 2, 3])
  })

  it('leaves out steps that nobody reads in time, the oldest first', async () => {
    const admin = createAdmin()
    await using running = await start(await newData(), admin)
    const steps: number[] = []
    const report = running.found.verify({ onProgress: ({ done }) => steps.push(done) })
    const { onProgress } = await admin.begun
    for (let done = 1; done <= 10_000; done++) onProgress?.({ done, all: 10_000, what: 'files' })
    admin.end()
    expect(await report).toMatchObject({ rows: 1 })
    expect(steps.length).toBeLessThan(20)
    expect(steps.at(-1)).toBe(10_000)
  })

  it('carries the code of what failed', async () => {
    await using running = await start(await newData())
    await expect(running.found.backup('/b')).rejects.toMatchObject({
      name: 'StoreError',
      code: 'STORE_BACKUP_TARGET',
      message: '/b exists.',
    })
  })

  it('says so while there is no store', async () => {
    const data = await newData()
    const gone = async () => {
      throw new StoreError('STORE_UNUSABLE', 'The disk is gone.', { retryable: true })
    }
    const admin = { ...createAdmin(), info: gone }
    await using _socket = await openAdminSocket({ data, log: createRecordingLogger(), admin })
    const found = await findAdmin(data)
    await expect(found?.info()).rejects.toMatchObject({ code: 'STORE_UNUSABLE', retryable: true })
  })

  it('cancels the work when the command goes away', async () => {
    const admin = createAdmin()
    await using running = await start(await newData(), admin)
    const leaving = new AbortController()
    const report = running.found.verify({ signal: leaving.signal })
    const { signal } = await admin.begun
    const aborted = new Promise((resolve) => signal?.addEventListener('abort', resolve))
    leaving.abort()
    await expect(report).rejects.toMatchObject({ code: 'STORE_QUERY_CANCELLED' })
    await aborted
  })

  it('does long work one at a time, and still tells how the store is', async () => {
    const admin = createAdmin()
    await using running = await start(await newData(), admin)
    const report = running.found.verify()
    await admin.begun
    await expect(running.found.backup('/b')).rejects.toMatchObject({ code: 'STORE_BUSY', retryable: true })
    expect(await running.found.info()).toEqual(info)
    admin.end()
    await report
    await expect(running.found.backup('/b')).rejects.toMatchObject({ code: 'STORE_BACKUP_TARGET' })
  })

  it('waits at its end for work that its command has left and that is not done yet', async () => {
    const begun = Promise.withResolvers<AdminOptions>()
    const ended = Promise.withResolvers<void>()
    const verify = async (options: AdminOptions = {}) => {
      begun.resolve(options)
      await ended.promise
      return { rows: 0, files: 0, findings: [] }
    }
    const running = await start(await newData(), { ...createAdmin(), verify })
    const leaving = new AbortController()
    const report = running.found.verify({ signal: leaving.signal })
    const { signal } = await begun.promise
    const aborted = new Promise((resolve) => signal?.addEventListener('abort', resolve))
    leaving.abort()
    await expect(report).rejects.toMatchObject({ code: 'STORE_QUERY_CANCELLED' })
    await aborted
    const order: string[] = []
    const closed = running.socket[Symbol.asyncDispose]().then(() => order.push('closed'))
    await expect.poll(() => findAdmin(dirname(running.socket.path))).toBeUndefined()
    order.push('done')
    ended.resolve()
    await closed
    expect(order).toEqual(['done', 'closed'])
  })

  it('ends the work under way when the server ends, and says why', async () => {
    const admin = createAdmin()
    const data = await newData()
    const running = await start(data, admin)
    const report = running.found.verify()
    await admin.begun
    const failed = expect(report).rejects.toMatchObject({ message: expect.stringContaining('server is ending') })
    await running.socket[Symbol.asyncDispose]()
    await failed
    expect(existsSync(join(data, 'admin.sock'))).toBe(false)
    expect(await findAdmin(data)).toBeUndefined()
  })
})

describe('places of the socket', () => {
  it('are taken over from a killed server', async () => {
    const data = await newData()
    const path = join(data, 'admin.sock')
    // A server that is closed without its file: what a kill leaves behind.
    const dead = createServer()
    await new Promise<void>((resolve) => dead.listen(path, resolve))
    const kept = join(data, 'kept')
    linkSync(path, kept)
    await new Promise((resolve) => dead.close(resolve))
    renameSync(kept, path)
    expect(await findAdmin(data)).toBeUndefined()
    await using running = await start(data)
    expect(await running.found.info()).toEqual(info)
  })

  it('are left to a server that lives', async () => {
    const data = await newData()
    await using running = await start(data)
    await expect(start(data)).rejects.toMatchObject({ code: 'SERVER_ADMIN_TAKEN' })
    expect(await running.found.info()).toEqual(info)
  })

  it('are left to a file that somebody needs', async () => {
    const data = await newData()
    const path = join(data, 'admin.sock')
    writeFileSync(path, 'precious')
    await expect(start(data)).rejects.toMatchObject({ code: 'SERVER_ADMIN_TAKEN' })
    expect(readFileSync(path, 'utf8')).toBe('precious')
    expect(await findAdmin(data)).toBeUndefined()
  })

  it('are short where the path of the data folder is longer than a socket may have', async () => {
    const data = await newData('long-'.repeat(30))
    const running = await start(data)
    const { path } = running.socket
    expect(Buffer.byteLength(path)).toBeLessThan(104)
    expect(readFileSync(join(data, 'admin.path'), 'utf8')).toBe(`${path}\n`)
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700)
    expect(await running.found.info()).toEqual(info)
    await running.socket[Symbol.asyncDispose]()
    expect([existsSync(dirname(path)), existsSync(join(data, 'admin.path'))]).toEqual([false, false])
  })

  it.each(['/etc/passwd', 'admin.sock', '../../admin.sock', '/a\0/admin.sock', `/${'x'.repeat(200)}/admin.sock`])(
    'written down as %j lead nowhere, and nothing there is removed',
    async (record) => {
      const data = await newData()
      writeFileSync(join(data, 'admin.path'), record)
      expect(await findAdmin(data)).toBeUndefined()
      await using running = await start(data)
      expect(running.socket.path).toBe(join(data, 'admin.sock'))
      expect(existsSync('/etc/passwd')).toBe(true)
    },
  )
})

describe('wrong requests', () => {
  it.each([
    ['POST', '/store/drop', '{}', 404],
    ['POST', '/', '{}', 404],
    ['POST', '/store/__proto__', '{}', 404],
    ['GET', '/store/info', '', 404],
    ['POST', '/store/info', '{', 400],
    ['POST', '/store/info', '[]', 400],
    ['POST', '/store/info', '{"path":"/x"}', 400],
    ['POST', '/store/backup', '{}', 400],
    ['POST', '/store/backup', '{"path":"here"}', 400],
    ['POST', '/store/backup', '{"path":"/a\\u0000b"}', 400],
    ['POST', '/store/prune', '{"dryRun":"yes"}', 400],
    ['POST', '/store/backup', JSON.stringify({ path: `/${'x'.repeat(100_000)}` }), 413],
  ])('%s %s %.40s is answered with %i, and the next one is served', async (method, url, body, status) => {
    await using running = await start(await newData())
    const [found, text] = await raw(running.socket.path, url, body, method)
    expect(found).toBe(status)
    expect(JSON.parse(text)).toMatchObject({ type: 'error', code: 'SERVER_ADMIN_REFUSED' })
    expect(await running.found.info()).toEqual(info)
  })

  it('that are no HTTP end their connection only', async () => {
    await using running = await start(await newData())
    const socket = connect(running.socket.path)
    socket.on('error', () => undefined)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.resume()
    socket.write('\0\xff hello\r\n\r\n')
    await closed
    expect(await running.found.info()).toEqual(info)
  })

  it.each([
    ['nothing', ''],
    ['no JSON', 'HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhello\n'],
    ['another form', 'HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{"type":"result","value":{"files":"many"}}\n'],
    ['half an answer', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"type":"progr'],
  ])('of a server that answers %s are a clear fault of the command', async (_, answer) => {
    const data = await newData()
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => socket.end(answer))
    })
    await new Promise<void>((resolve) => server.listen(join(data, 'admin.sock'), resolve))
    const found = await findAdmin(data)
    await expect(found?.info()).rejects.toMatchObject({ code: 'SERVER_ADMIN_BROKEN', retryable: true })
    await new Promise((resolve) => server.close(resolve))
  })
})
