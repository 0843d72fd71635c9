import { spawnSync } from 'node:child_process'
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { nodeId, shedClasses } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import type { ManagedSpool } from '../engine.ts'
import type { SpoolReader } from '@netstats/sdk'
import {
  createFakeClock,
  createRecordingLogger,
  exampleBlockObservation,
  examplePending,
  exampleStats,
} from '@netstats/sdk/testing'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { openSpool } from './open.ts'
import type { SpoolOptions } from './open.ts'
import { tableOf } from './schema.ts'

const root = mkdtempSync(join(tmpdir(), 'netstats-faults-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const MiB = 1024 * 1024
const never = new AbortController().signal
let places = 0
let opened: ManagedSpool[] = []
afterEach(async () => {
  for (const spool of opened) await spool[Symbol.asyncDispose]()
  opened = []
})

const setup = () => {
  const directory = join(root, `place-${++places}`)
  const path = join(directory, 'spool.sqlite')
  const clock = createFakeClock()
  const log = createRecordingLogger()
  const start = async (options: Partial<SpoolOptions> = {}): Promise<ManagedSpool> => {
    const spool = await openSpool({ directory, clock, log, reporter: nodeId('agent'), maxBytes: 8 * MiB, ...options })
    opened.push(spool)
    return spool
  }
  return { directory, path, clock, log, start }
}
const blocks = (from: number, count: number): readonly Observation[] =>
  Array.from({ length: count }, (_, i) => exampleBlockObservation(from + i))
const readAll = async (reader: SpoolReader): Promise<readonly Observation[]> => {
  const all: Observation[] = []
  while (reader.backlog() > 0) {
    const batch = await reader.next({ signal: never })
    if (!batch) break
    all.push(...batch.items.map((item) => item.observation))
    await reader.commit(batch.last)
  }
  return all
}
const onAck = { policy: 'on-ack', batchSize: 500 } as const
const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

/** Writes nonsense over a part of a file. */
const damage = (path: string, from: number, bytes: number): void => {
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(bytes, 0x5a), 0, bytes, from)
  closeSync(file)
}

describe('a damaged spool', () => {
  it.each([
    { what: 'is no database at all', harm: (path: string) => writeFileSync(path, 'once upon a time '.repeat(1000)) },
    { what: 'has lost its middle', harm: (path: string) => damage(path, 40_960, 400_000) },
    { what: 'was cut short', harm: (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 90_000)) },
    {
      what: 'is somebody else’s database',
      harm(path: string) {
        rmSync(path)
        const db = new DatabaseSync(path)
        db.exec('CREATE TABLE customers (name TEXT)')
        db.close()
      },
    },
  ])('that $what is set aside, begun again, and reported', async ({ harm }) => {
    const { directory, path, clock, log, start } = setup()
    const first = await start()
    await first.append(blocks(1, 1000))
    await first[Symbol.asyncDispose]()
    harm(path)
    await clock.advance(1000)
    const second = await start()
    expect(second.id).not.toBe(first.id)
    const reader = await second.reader('r', onAck)
    await second.append([examplePending(1)])
    const all = await readAll(reader)
    expect(all.map((one) => one.kind)).toEqual(['pending', 'gap'])
    expect(all[1]).toMatchObject({ node: 'agent', body: { reason: 'corrupt', class: 'block', dropped: 1000 } })
    expect(readdirSync(directory).filter((name) => /^spool-.*\.corrupt$/.test(name))).toHaveLength(1)
    expect(log.entries.some((entry) => entry.level === 'error')).toBe(true)
  })

  it('that shows its damage only while in use loses what it held, says how much, and goes on', async () => {
    const { path, log, clock, start } = setup()
    const spool = await start({ maxBytes: 32 * MiB })
    const reader = await spool.reader('r', onAck)
    for (let i = 0; i < 16; i++) await spool.append(blocks(i * 500, 500))
    const before = await reader.next({ signal: never })
    const id = spool.id
    damage(path, 8192, sizeOf(path) - 8192)
    // Beyond what the cache holds, nothing can be read any more.
    let batch = before
    while (spool.stats().replaced === 0) {
      await reader.commit(batch?.last ?? 0)
      batch = await Promise.race([reader.next({ signal: never }), clock.settle().then(() => undefined)])
      await spool.append([exampleStats(1)])
    }
    expect(spool.stats().replaced).toBe(1)
    expect(log.entries.some((entry) => entry.message.includes('set aside'))).toBe(true)
    const lost = spool.stats().dropped.find((one) => one.reason === 'corrupt' && one.class === 'block')
    expect(lost?.count).toBeGreaterThan(0)
    await spool.append([examplePending(7)])
    expect(spool.stats().lastSequence).toBeGreaterThan(before?.last ?? 0)
    expect(reader.backlog()).toBeGreaterThan(0)
    // Sequences of the old spool say nothing in the new one: its stream begins here.
    expect(spool.id).not.toBe(id)
    reader.rewind()
    expect(await reader.next({ signal: never })).toMatchObject({ spool: spool.id, after: 0 })
  })

  it('leaves only the latest of its kind lying about', async () => {
    const { directory, path, clock, start } = setup()
    for (let i = 0; i < 3; i++) {
      const spool = await start()
      await spool.append(blocks(1, 10))
      await spool[Symbol.asyncDispose]()
      damage(path, 0, 4096)
      await clock.advance(1000)
    }
    await start()
    expect(readdirSync(directory).filter((name) => name.includes('.corrupt'))).toHaveLength(1)
  })

  it('never gives a sequence again that it gave before the damage', async () => {
    const { path, clock, start } = setup()
    const first = await start()
    await first.append(blocks(1, 10))
    const last = first.stats().lastSequence
    await first[Symbol.asyncDispose]()
    damage(path, 0, 4096)
    await clock.advance(1000)
    const second = await start()
    await second.append([examplePending(1)])
    expect(second.stats().lastSequence).toBeGreaterThan(last)
  })
})

describe('a spool of an older form', () => {
  it('keeps all it has, is given an id, and keeps that', async () => {
    const { path, start } = setup()
    const first = await start()
    const reader = await first.reader('r', { ...onAck, batchSize: 10 })
    await first.append(blocks(1, 30))
    await reader.commit((await reader.next({ signal: never }))?.last ?? 0)
    await first[Symbol.asyncDispose]()
    const db = new DatabaseSync(path)
    for (const shed of shedClasses) db.exec(`ALTER TABLE ${tableOf(shed)} DROP COLUMN checksum`)
    db.exec('ALTER TABLE readers DROP COLUMN released')
    db.exec('ALTER TABLE readers DROP COLUMN count')
    db.exec('ALTER TABLE readers DROP COLUMN branches')
    db.exec('ALTER TABLE state DROP COLUMN spool')
    db.exec('ALTER TABLE state DROP COLUMN lives')
    db.exec('DROP TABLE checkpoints')
    db.exec('PRAGMA user_version = 1')
    db.close()
    const second = await start()
    expect(second.id).toMatch(/^[0-9a-f]{32}$/)
    expect(second.id).not.toBe(first.id)
    await second[Symbol.asyncDispose]()
    const third = await start()
    expect(third.id).toBe(second.id)
    const same = await third.reader('r', onAck)
    expect((await same.next({ signal: never }))?.after).toBe(0)
    same.rewind()
    expect(await readAll(same)).toEqual(blocks(11, 20))
  })
})

describe('a spool that cannot be had', () => {
  it('is refused to a second opener in this process and in another, and free again when closed', async () => {
    const { directory, start } = setup()
    const spool = await start()
    await spool.append([examplePending(1)])
    await expect(start()).rejects.toMatchObject({ code: 'SPOOL_IN_USE', retryable: true })
    const child = spawnSync(process.execPath, [join(import.meta.dirname, 'test-support', 'open-child.ts'), directory])
    expect(child.stdout.toString()).toBe('SPOOL_IN_USE')
    await spool[Symbol.asyncDispose]()
    const again = await start()
    expect(again.stats().rows.latency).toBe(1)
  })

  it('is refused when a newer version wrote it, with the file left as it is', async () => {
    const { directory, path, start } = setup()
    await (await start())[Symbol.asyncDispose]()
    const db = new DatabaseSync(path)
    db.exec('PRAGMA user_version = 99')
    db.close()
    await expect(start()).rejects.toMatchObject({ code: 'SPOOL_TOO_NEW' })
    expect(readdirSync(directory).some((name) => name.includes('.corrupt'))).toBe(false)
  })

  it('is refused with the cure where there is no room for it or no directory can be', async () => {
    const { directory, start } = setup()
    await expect(start({ maxBytes: 1000 })).rejects.toMatchObject({ code: 'SPOOL_UNUSABLE' })
    writeFileSync(directory, 'a file')
    await expect(start()).rejects.toThrow('Choose a data directory')
  })
})

describe('a spool on a disk that fills up', () => {
  it('drops the lowest class, counts it as such, and keeps serving', () => {
    const { directory } = setup()
    // No file of the child may grow beyond 3 MiB: the system refuses the write, as a full disk does.
    const program = join(import.meta.dirname, 'test-support', 'full-disk-child.ts')
    const child = spawnSync('bash', ['-c', `ulimit -f 3072; exec "$0" "$@"`, process.execPath, program, directory])
    expect(child.stderr.toString()).toBe('')
    const said = JSON.parse(child.stdout.toString()) as {
      diskFull: boolean
      reasons: string[]
      health: string[]
      delivered: number
      gaps: number
      sizeBytes: number
    }
    expect(said.diskFull).toBe(true)
    expect(said.reasons).toContain('disk-full latency')
    expect(said.reasons).not.toContain('disk-full block')
    expect(said.health[0]).toContain('the spool cannot write')
    expect(said.delivered).toBeGreaterThan(1000)
    expect(said.gaps).toBeGreaterThan(0)
    expect(said.sizeBytes).toBeLessThanOrEqual(2 * 3 * MiB)
  })
})

describe('what a kill leaves of a spool', () => {
  /** The files as they are between two transactions, in a place of their own. */
  const imageOf = async (from: string): Promise<ManagedSpool> => {
    const { directory, start } = setup()
    mkdirSync(directory, { recursive: true })
    for (const name of ['spool.sqlite', 'spool.sqlite-wal']) copyFileSync(join(from, name), join(directory, name))
    return start()
  }

  it('still has what was appended, where its readers were, and which sequence is next', async () => {
    const { directory, start } = setup()
    const spool = await start()
    const reader = await spool.reader('r', { ...onAck, batchSize: 10 })
    await spool.append(blocks(1, 30))
    await reader.commit((await reader.next({ signal: never }))?.last ?? 0)
    await reader.next({ signal: never })
    const image = await imageOf(directory)
    expect(image.stats().lastSequence).toBe(spool.stats().lastSequence)
    const again = await image.reader('r', onAck)
    expect(await readAll(again)).toEqual(blocks(11, 20))
  })

  it('still has what was given up and not reported yet', async () => {
    const { directory, clock, start } = setup()
    const spool = await start({ maxAgeMs: 60_000, gapEveryMs: 86_400_000 })
    await spool.reader('r', onAck)
    // The first report comes at once, and grows too old unread, the second has to wait for a day: both are told.
    for (const n of [1, 2]) {
      await spool.append([examplePending(n)])
      await clock.advance(62_000)
      await spool.append([exampleStats(n)])
    }
    const image = await imageOf(directory)
    const reader = await image.reader('r', onAck)
    await image.append([exampleStats(3)])
    const gaps = (await readAll(reader)).flatMap((one) => (one.kind === 'gap' ? [one.body] : []))
    const pendings = gaps.filter((gap) => gap.class === 'latency')
    const reports = [1, 2].map((n) => examplePending(n).observedAt)
    expect(pendings.toSorted((a, b) => a.from - b.from)).toEqual(
      reports.map((at) => ({ reason: 'age', class: 'latency', dropped: 1, from: at, to: at })),
    )
  })
})

describe('the size of a spool on disk', () => {
  it.each([1, 4, 24])(
    'stays within its cap of %i MiB, whatever is appended and however far its readers lag',
    async (mebi) => {
      const { path, clock, start } = setup()
      const maxBytes = mebi * MiB
      const spool = await start({ maxBytes })
      const slow = await spool.reader('slow', { policy: 'on-ack', batchSize: 50 })
      const other = await spool.reader('blocks', { ...onAck, wants: (one) => one.kind === 'block' })
      let largest = 0
      let appended = 0
      for (let n = 0; appended < maxBytes * 2.5; n += 400) {
        const batch = Array.from({ length: 400 }, (_, i) =>
          i % 3 === 0
            ? exampleBlockObservation(n + i)
            : i % 50 === 1
              ? large(n + i, (n * 37) % 60_000)
              : examplePending(n + i),
        )
        await spool.append(batch)
        appended += batch.reduce((sum, one) => sum + JSON.stringify(one.observedAt).length + sizeOfBody(one), 0)
        if (n % 1200 === 0) await slow.commit((await slow.next({ signal: never }))?.last ?? 0)
        if (n % 8000 === 0 && other.backlog() > 0) await other.commit((await other.next({ signal: never }))?.last ?? 0)
        await clock.advance(1000)
        largest = Math.max(largest, sizeOf(path) + sizeOf(`${path}-wal`) + sizeOf(`${path}-shm`))
      }
      expect(spool.stats().dropped.length).toBeGreaterThan(0)
      expect(largest).toBeGreaterThan(maxBytes * 0.5)
      expect(largest).toBeLessThanOrEqual(maxBytes)
    },
    60_000,
  )

  it('shrinks when it is opened with a smaller cap, giving up the lowest class and saying so', async () => {
    const { path, clock, start } = setup()
    const first = await start({ maxBytes: 16 * MiB })
    await first.append([...Array.from({ length: 5000 }, (_, i) => examplePending(i)), ...blocks(1, 10_000)])
    await first[Symbol.asyncDispose]()
    const before = sizeOf(path)
    const second = await start({ maxBytes: 2 * MiB })
    await clock.until(() => sizeOf(path) + sizeOf(`${path}-wal`) <= 2 * MiB)
    expect(before).toBeGreaterThan(5 * MiB)
    const reader = await second.reader('r', onAck)
    expect(second.stats().dropped.map((one) => `${one.reason} ${one.class}`)).toEqual(['size latency', 'size block'])
    expect((await readAll(reader)).findLast((one) => one.kind !== 'gap')).toEqual(exampleBlockObservation(10_000))
    expect(existsSync(path)).toBe(true)
  })
})

const large = (n: number, bytes: number): Observation => {
  const block = exampleBlockObservation(n)
  return { ...block, body: { ...block.body, extraData: 'x'.repeat(bytes) } } as Observation
}
const sizeOfBody = (one: Observation): number => (one.kind === 'block' ? 700 + (one.body.extraData?.length ?? 0) : 60)
