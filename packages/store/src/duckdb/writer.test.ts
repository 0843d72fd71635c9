import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { afterAll, describe, expect, it } from 'vitest'
import { copyBatch } from './batch-checks.ts'
import { openInstance } from './instance.ts'
import type { Instance } from './instance.ts'
import { createMutex } from './mutex.ts'
import { openFiles } from './open-files.ts'
import type { FileSet } from './file-set.ts'
import { createReaders } from './readers.ts'
import { createContext } from './context.ts'
import { tables } from '../tables.ts'
import { batchAt, hour, noon, retention } from './test-support/places.ts'
import { createWriter } from './writer.ts'

const root = mkdtempSync(join(tmpdir(), 'netstats-writer-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const limits = { memoryBytes: 256 * 1024 * 1024, tempBytes: 64 * 1024 * 1024, threads: 1 }
const never = new AbortController().signal
let places = 0

/** Asked before each statement of a writing connection; what it throws, the statement throws. */
type Fault = (statement: string, files: FileSet) => void

const faulty = (instance: Instance, fault: (statement: string) => void): Instance => ({
  connect: async () => {
    const connection = await instance.connect()
    return new Proxy(connection, {
      get(target, name) {
        if (name === 'run') {
          return (...args: Parameters<DuckDBConnection['run']>) => {
            fault(args[0])
            return target.run(...args)
          }
        }
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
  },
  [Symbol.dispose]: () => instance[Symbol.dispose](),
})

const open = async (directory: string, fault: Fault = () => undefined) => {
  mkdirSync(directory, { recursive: true })
  const instance = await openInstance({ directory, ...limits })
  let files: FileSet | undefined
  const connections = faulty(instance, (statement) => {
    if (files) fault(statement, files)
  })
  files = await openFiles(connections, { directory, retention, openFiles: 10, replaces: false })
  const set = files
  const gate = createMutex()
  const connect = () => connections.connect()
  const readers = await createReaders({ connect, files, gate, readers: 2, waiting: 9, resultBytes: 1e6 })
  const writer = createWriter({ files, connect, readers, gate, retention })
  const seqs = (table: 'log' | 'alarm'): Promise<readonly unknown[]> =>
    readers.read(
      async (session) => {
        const context = createContext(set, session)
        return (await context.run(`SELECT seq FROM ${context.from(tables[table])} ORDER BY seq`)).values('seq')
      },
      { signal: never, timeoutMs: 5000 },
    )
  return {
    files,
    write: (seq: number, ...times: readonly number[]) => writer.write(copyBatch(batchAt(seq, ...times)).batch, noon),
    seqs: async () => ({ log: await seqs('log'), alarm: await seqs('alarm') }),
    async close() {
      await readers.close()
      await set.close()
      instance[Symbol.dispose]()
    },
  }
}
const setup = () => join(root, `place-${++places}`)
const both = (...seqs: readonly number[]) => ({ log: seqs, alarm: seqs })

/** Goes wrong at the n-th of these statements from when it is armed. */
const faultAt = (pattern: RegExp, nth: number, then: () => void) => {
  let left = Number.POSITIVE_INFINITY
  const fault: Fault = (statement) => {
    if (!pattern.test(statement) || --left !== 0) return
    then()
  }
  return {
    fault,
    arm: () => {
      left = nth
    },
  }
}
const diskFull = (): never => {
  throw new Error('IO Error: Could not write file "x": No space left on device')
}

describe('a batch that fails', () => {
  // Two period files and main.duckdb: the second and third commit find others done.
  it.each([
    [/^BEGIN$/, 1],
    [/^BEGIN$/, 2],
    [/^BEGIN$/, 3],
    [/^COMMIT$/, 1],
    [/^COMMIT$/, 2],
    [/^COMMIT$/, 3],
  ] as const)('at %s number %i leaves nothing, and may be given again', async (pattern, nth) => {
    const directory = setup()
    const { fault, arm } = faultAt(pattern, nth, diskFull)
    const store = await open(directory, fault)
    await store.write(1, noon)
    arm()
    await expect(store.write(2, noon)).rejects.toMatchObject({ code: 'STORE_DISK_FULL', retryable: true })
    expect(await store.seqs()).toEqual(both(1))
    await store.write(2, noon)
    await store.write(3, noon)
    expect(await store.seqs()).toEqual(both(1, 2, 3))
    await store.close()
    const again = await open(directory)
    expect(await again.seqs()).toEqual(both(1, 2, 3))
    expect(again.files.holding('logs')[0]?.state).toMatchObject({ batch: 3, oldest: noon, newest: noon })
    await again.close()
  })

  it('is hidden from questions until it can be undone', async () => {
    const directory = setup()
    let full = false
    const store = await open(directory, (statement, files) => {
      // All is well for the period files; main.duckdb, and every attempt to undo, finds the disk full.
      const ahead = files.all().filter(({ state }) => state.batch > files.main.state.batch).length
      if (full && statement === 'COMMIT' && ahead === 2) diskFull()
    })
    await store.write(1, noon)
    const { files } = store
    const log = files.holding('logs')[0]
    full = true
    await expect(store.write(2, noon)).rejects.toMatchObject({ code: 'STORE_DISK_FULL' })
    expect(log?.hidden?.size).toBe(1)
    expect(await store.seqs()).toEqual(both(1))
    full = false
    await store.write(3, noon)
    expect(await store.seqs()).toEqual(both(1, 3))
    expect(log?.hidden).toBeUndefined()
    await store.close()
  })
})

describe('a process that ends in the middle of a batch', () => {
  it.each([1, 2, 3])('after %i commits leaves the batch whole or not at all', async (commits) => {
    const directory = setup()
    const left = `${directory}-left`
    // The files as they are before the next commit, as a kill at that moment leaves them.
    const { fault, arm } = faultAt(/^(COMMIT|ROLLBACK)$/, commits + 1, () =>
      cpSync(directory, left, { recursive: true }),
    )
    const store = await open(directory, fault)
    await store.write(1, noon, noon - hour)
    arm()
    await store.write(2, noon)
    if (commits === 3) cpSync(directory, left, { recursive: true })
    await store.close()
    const again = await open(left)
    expect(await again.seqs()).toEqual(commits === 3 ? { log: [1, 1, 2], alarm: [1, 2] } : { log: [1, 1], alarm: [1] })
    expect(again.files.unusable()).toEqual([])
    await again.write(3, noon)
    expect((await again.seqs()).alarm).toEqual(commits === 3 ? [1, 2, 3] : [1, 3])
    await again.close()
  })
})

describe('rows whose time no file takes', () => {
  it('are dropped and counted: older than the retention, or more than a day ahead', async () => {
    const store = await open(setup())
    const dropped = await store.write(1, noon, noon - 400 * 24 * hour, noon + 25 * hour, noon - 25 * hour)
    // Two log lines and three raw rows: logs are kept for fourteen days.
    expect(dropped).toBe(5)
    expect((await store.seqs()).log).toEqual([1, 1])
    await store.close()
  })
})
