import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openEngine } from './engine.ts'
import type { Engine } from './engine.ts'
import { exportRows } from './export.ts'
import type { FileSet } from './file-set.ts'
import { createMutex } from './mutex.ts'
import { createReaders } from './readers.ts'
import type { Readers } from './readers.ts'
import { copyBatch } from './batch-checks.ts'
import { prune } from './prune.ts'
import { batchAt, createPlaces, hour, noon, retention } from './test-support/places.ts'

const place = createPlaces()
const MiB = 1024 * 1024
/** Where a query must not write. */
const outside = join(tmpdir(), `netstats-escape-${process.pid}`)
let engines: Engine[] = []
afterEach(async () => {
  for (const engine of engines) await engine[Symbol.asyncDispose]()
  engines = []
})

const start = async (): Promise<Engine> => {
  const { directory } = place()
  const engine = await openEngine({
    directory,
    retention,
    memoryBytes: 128 * MiB,
    tempBytes: MiB,
    threads: 1,
    readers: 1,
    waiting: 2,
    timeoutMs: 5000,
    resultBytes: MiB,
    checkpointBytes: MiB,
    openFiles: 9,
    replaces: false,
  })
  engines.push(engine)
  return engine
}
const never = new AbortController().signal
const limits = { signal: never, timeoutMs: 5000 }
/** Takes far longer than any test. */
const endless = 'SELECT sum(a.range * b.range) AS s FROM range(10000000) a, range(10000000) b'
const ask = (engine: Engine, text: string, options = limits) =>
  engine.readers.read((session) => session.run(text), options)
const callOptions = { signal: never, timeoutMs: undefined, onProgress: () => undefined }

describe('a question', () => {
  it('is not ended any more when it has its answer: its connection is the next one’s, or closed', async () => {
    const heard: string[] = []
    let readers: Readers | undefined
    let closing: Promise<void> | undefined
    const connection = {
      run(text: string) {
        heard.push(text)
        if (text === 'ROLLBACK') closing ??= readers?.close()
        return Promise.resolve()
      },
      interrupt: () => void heard.push('interrupt'),
      closeSync: () => void heard.push('closed'),
    } as unknown as DuckDBConnection
    const files = { all: () => [], attach: () => Promise.resolve() } as unknown as FileSet
    const sizes = { readers: 1, waiting: 1, resultBytes: MiB }
    const made = { connect: () => Promise.resolve(connection), files, gate: createMutex(), ...sizes }
    vi.useFakeTimers()
    readers = await createReaders(made)
    await readers.read(() => Promise.resolve(1), limits).catch(() => undefined)
    await closing
    await vi.advanceTimersByTimeAsync(1000)
    expect(heard.slice(-2)).toEqual(['ROLLBACK', 'closed'])
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
  })

  it('ends in the engine when it takes too long or is taken back, and the next one is answered', async () => {
    const engine = await start()
    await expect(ask(engine, endless, { ...limits, timeoutMs: 50 })).rejects.toMatchObject({
      code: 'STORE_QUERY_TIMEOUT',
    })
    const aborted = new AbortController()
    const question = ask(engine, endless, { ...limits, signal: aborted.signal })
    aborted.abort()
    await expect(question).rejects.toMatchObject({ code: 'STORE_QUERY_CANCELLED' })
    expect((await ask(engine, 'SELECT 7 AS n')).values('n')).toEqual([7])
  })

  it('waits its turn, no more than so many do, and no longer than its time', async () => {
    const engine = await start()
    const aborted = new AbortController()
    const running = ask(engine, endless, { ...limits, signal: aborted.signal })
    const late = ask(engine, 'SELECT 1 AS n', { ...limits, timeoutMs: 20 })
    const waiting = ask(engine, 'SELECT 2 AS n')
    await expect(ask(engine, 'SELECT 3 AS n')).rejects.toMatchObject({ code: 'STORE_BUSY', retryable: true })
    await expect(late).rejects.toMatchObject({ code: 'STORE_QUERY_TIMEOUT' })
    aborted.abort()
    await expect(running).rejects.toMatchObject({ code: 'STORE_QUERY_CANCELLED' })
    expect((await waiting).values('n')).toEqual([2])
  })

  it('fails alone when it needs too much memory, or gives too much', async () => {
    const engine = await start()
    const large = 'SELECT list(range::VARCHAR) AS l FROM range(50000000)'
    await expect(ask(engine, large)).rejects.toMatchObject({ code: 'STORE_QUERY_MEMORY' })
    await expect(ask(engine, 'SELECT * FROM range(200000)')).rejects.toMatchObject({ code: 'STORE_QUERY_MEMORY' })
    expect(await engine.writer.write(copyBatch(batchAt(1, noon)).batch, noon)).toBe(0)
  })

  it.each([
    `SELECT * FROM read_text('/etc/passwd')`,
    `COPY (SELECT 1) TO '${outside}.csv'`,
    `ATTACH '${outside}.duckdb'`,
    'INSTALL httpfs',
    'LOAD httpfs',
    `SELECT * FROM 'https://example.org/x.parquet'`,
    'SET enable_external_access = true',
    `SET memory_limit = '99GB'`,
    'DELETE FROM kept.alarm',
  ])('cannot leave the store, or change it: %s', async (text) => {
    const engine = await start()
    await expect(ask(engine, text)).rejects.toThrow()
    expect(existsSync(`${outside}.csv`) || existsSync(`${outside}.duckdb`)).toBe(false)
  })

  it('is ended when the file it reads has expired, and the file is gone', async () => {
    const engine = await start()
    await engine.writer.write(copyBatch(batchAt(1, noon)).batch, noon)
    const file = engine.files.holding('raw')[0]
    const begun = Promise.withResolvers<void>()
    const reading = engine.readers.read(async (session) => {
      begun.resolve()
      return session.run(endless)
    }, limits)
    const ended = expect(reading).rejects.toMatchObject({ code: 'STORE_QUERY_CANCELLED', retryable: true })
    await begun.promise
    const { files } = await prune(engine, { graceMs: 200, retention, now: noon + 48 * hour }, callOptions)
    await ended
    expect(files).toEqual([file?.name])
    expect(readdirSync(engine.options.directory)).not.toContain(file?.name)
  })
})

describe('an export', () => {
  it.each(['csv', 'ndjson', 'parquet'] as const)(
    'of %s leaves nothing behind when it is left in the middle',
    async (format) => {
      const engine = await start()
      await engine.writer.write(copyBatch(batchAt(1, noon)).batch, noon)
      const query = { table: 'log', range: { from: 0, to: noon + 1 }, format } as const
      for await (const piece of exportRows(engine, query, callOptions)) {
        expect(piece.length).toBeGreaterThan(0)
        break
      }
      expect(readdirSync(join(engine.options.directory, 'tmp'))).toEqual([])
    },
  )

  it.each(['csv', 'ndjson'] as const)('keeps to the time the asker gives: %s', async (format) => {
    const engine = await start()
    await engine.writer.write(copyBatch(batchAt(1, noon)).batch, noon)
    const query = { table: 'log', range: { from: 0, to: noon + 1 }, format } as const
    const read = async (): Promise<void> => {
      for await (const _ of exportRows(engine, query, { ...callOptions, timeoutMs: 0 })) continue
    }
    await expect(read()).rejects.toMatchObject({ code: 'STORE_QUERY_TIMEOUT' })
  })
})
