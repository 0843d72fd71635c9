import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { nodeId } from '@netstats/protocol'
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

const root = mkdtempSync(join(tmpdir(), 'netstats-check-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const never = new AbortController().signal
const onAck = { policy: 'on-ack', batchSize: 500 } as const
let places = 0
let opened: ManagedSpool[] = []
afterEach(async () => {
  for (const spool of opened) await spool[Symbol.asyncDispose]()
  opened = []
})

const setup = () => {
  const directory = join(root, `place-${++places}`)
  const clock = createFakeClock()
  const log = createRecordingLogger()
  const start = async (): Promise<ManagedSpool> => {
    const spool = await openSpool({ directory, clock, log, reporter: nodeId('agent'), gapEveryMs: 0 })
    opened.push(spool)
    return spool
  }
  return { directory, path: join(directory, 'spool.sqlite'), clock, log, start }
}
type Place = ReturnType<typeof setup>

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
const gapsIn = (all: readonly Observation[]) => all.flatMap((one) => (one.kind === 'gap' ? [one.body] : []))
const errorsOf = ({ log }: Place): readonly string[] =>
  log.entries.filter((entry) => entry.level === 'error').map((entry) => entry.message)

/** The files as a killed process leaves them, in a place of their own. */
const killed = (from: Place): Place => {
  const to = setup()
  mkdirSync(to.directory, { recursive: true })
  for (const name of readdirSync(from.directory)) copyFileSync(join(from.directory, name), join(to.directory, name))
  return to
}
const edit = (path: string, work: (db: DatabaseSync) => void): void => {
  const db = new DatabaseSync(path)
  work(db)
  db.close()
}
/** A place with a spool that was closed well, a reader that has settled nothing, and so many blocks. */
const filled = async (count = 20): Promise<Place> => {
  const place = setup()
  const spool = await place.start()
  await spool.reader('r', onAck)
  await spool.append(blocks(1, count))
  await spool[Symbol.asyncDispose]()
  return place
}
/** The same, killed, with what was appended last still in the log. */
const filledAndKilled = async (): Promise<Place> => {
  const place = await filled(20)
  const spool = await place.start()
  await spool.append(blocks(21, 30))
  return killed(place)
}

describe('what is lost of a spool between two starts', () => {
  it.each([
    { what: 'an empty file', harm: ({ path }: Place) => truncateSync(path), dropped: 20 },
    { what: 'no file', harm: ({ path }: Place) => rmSync(path), dropped: 20 },
    {
      what: 'neither a file nor a mark that can be read',
      harm({ path, directory }: Place) {
        truncateSync(path)
        truncateSync(join(directory, 'spool.mark'))
      },
      dropped: 0,
    },
    {
      what: 'no table of blocks',
      harm: ({ path }: Place) => edit(path, (db) => db.exec('DROP TABLE observations_block')),
      dropped: 20,
    },
  ])('is told by the log and a gap where there is $what', async ({ harm, dropped }) => {
    const place = await filled()
    harm(place)
    const spool = await place.start()
    const reader = await spool.reader('r', onAck)
    await spool.append(blocks(1, 1))
    expect(gapsIn(await readAll(reader))).toMatchObject([{ reason: 'corrupt', dropped }])
    expect(errorsOf(place)[0]).toContain('begun again')
    // Once, and not at the next start again.
    await spool[Symbol.asyncDispose]()
    const again = await place.start()
    expect(gapsIn(await readAll(await again.reader('r', onAck)))).toEqual([])
  })

  it.each([
    { what: 'the log is gone', harm: ({ path }: Place) => rmSync(`${path}-wal`) },
    { what: 'the log is empty', harm: ({ path }: Place) => truncateSync(`${path}-wal`) },
    {
      what: 'the log was cut',
      harm: ({ path }: Place) => truncateSync(`${path}-wal`, 32 + 4120),
    },
    {
      what: 'the head of the log is nonsense',
      harm: ({ path }: Place) => {
        const bytes = readFileSync(`${path}-wal`)
        writeFileSync(`${path}-wal`, bytes.fill(0x5a, 0, 32))
      },
    },
  ])('is told with its number where $what, and no sequence comes twice', async ({ harm }) => {
    const place = await filledAndKilled()
    expect(statSync(`${place.path}-wal`).size).toBeGreaterThan(0)
    harm(place)
    const spool = await place.start()
    expect(errorsOf(place)[0]).toContain('its log was lost')
    const reader = await spool.reader('r', onAck)
    await spool.append(blocks(51, 1))
    const all = await readAll(reader)
    expect(all.filter((one) => one.kind === 'block')).toEqual([...blocks(1, 20), ...blocks(51, 1)])
    expect(gapsIn(all)).toMatchObject([{ reason: 'corrupt', class: 'block', dropped: 30 }])
  })

  it('is nothing after a kill, and nothing is told', async () => {
    const place = await filledAndKilled()
    const spool = await place.start()
    expect(await readAll(await spool.reader('r', onAck))).toEqual(blocks(1, 50))
    expect(errorsOf(place)).toEqual([])
  })

  it('is told where an older file was put back beside what the spool had come to', async () => {
    const place = await filled(20)
    const old = readFileSync(place.path)
    const spool = await place.start()
    await spool.append(blocks(21, 5))
    const last = spool.stats().lastSequence
    await spool[Symbol.asyncDispose]()
    writeFileSync(place.path, old)
    const again = await place.start()
    await again.append([examplePending(1)])
    expect(again.stats().lastSequence).toBeGreaterThan(last)
    expect(gapsIn(await readAll(await again.reader('r', onAck)))).toMatchObject([{ class: 'block', dropped: 5 }])
  })
})

describe('a row that is not what was written', () => {
  it.each([
    { what: 'a body that is no JSON', sql: 'SET body = \'{"number"\'' },
    { what: 'a body with another number in it', sql: 'SET body = replace(body, \'"number":2\', \'"number":9\')' },
    { what: 'another kind', sql: "SET kind = 'nonsense'" },
    { what: 'another node', sql: "SET node = 'somebody-else'" },
    { what: 'another time', sql: 'SET observed_at = observed_at + 1' },
    { what: 'a checksum that fits to nothing', sql: 'SET checksum = 7' },
    {
      what: 'a body that is no JSON, from before there were checksums',
      sql: "SET body = '{', checksum = NULL",
    },
  ])('is a gap: $what', async ({ sql }) => {
    const place = await filled(3)
    edit(place.path, (db) =>
      db.exec(
        `UPDATE observations_block ${sql} WHERE sequence = (SELECT sequence FROM observations_block LIMIT 1 OFFSET 1)`,
      ),
    )
    const spool = await place.start()
    const [first, second] = [await spool.reader('r', onAck), await spool.reader('s', onAck)]
    const all = await readAll(first)
    // The gap is there with the next write.
    await spool.append([exampleStats(1)])
    for (const found of [[...all, ...(await readAll(first))], await readAll(second)]) {
      expect(found.filter((one) => one.kind === 'block')).toEqual([...blocks(1, 1), ...blocks(3, 1)])
      expect(gapsIn(found)).toMatchObject([{ reason: 'corrupt', class: 'block', dropped: 1 }])
    }
    expect(spool.stats().unreadable).toBe(1)
    expect(first.backlog()).toBe(0)
  })

  it.each([
    { what: 'a sequence that is no number', sql: 'UPDATE observations_block SET sequence = 9007199254740993' },
    { what: 'a negative sequence', sql: 'UPDATE observations_block SET sequence = -5' },
    { what: 'a time that is no number', sql: 'UPDATE observations_block SET stored_at = 9007199254740993' },
    { what: 'bits that nobody has', sql: 'UPDATE observations_block SET passed = -1' },
  ])('is taken out at the start where it would make every look at it throw: $what', async ({ sql }) => {
    const place = await filled(1)
    edit(place.path, (db) => db.exec(sql))
    const spool = await place.start()
    const reader = await spool.reader('r', onAck)
    await spool.append([exampleStats(1)])
    const all = await readAll(reader)
    expect(all.map((one) => one.kind).toSorted()).toEqual(['gap', 'node-stats'])
    expect(gapsIn(all)).toMatchObject([{ reason: 'corrupt', class: 'block', dropped: 1 }])
  })
})

describe('the files of a spool', () => {
  it('are for their owner only, whatever the umask, also those of an older version', async () => {
    const before = process.umask(0)
    try {
      const place = await filled()
      chmodSync(place.path, 0o644)
      const spool = await place.start()
      await spool.append(blocks(21, 1))
      const modes = readdirSync(place.directory).map((name) => statSync(join(place.directory, name)).mode & 0o777)
      expect(modes).toEqual([0o600, 0o600, 0o600])
      expect(statSync(place.directory).mode & 0o777).toBe(0o700)
    } finally {
      process.umask(before)
    }
  })
})

describe('what a spool knows of itself', () => {
  it.each([
    { what: 'is behind its rows', sql: 'UPDATE state SET next = 5' },
    { what: 'is no number', sql: 'UPDATE state SET next = 9007199254740993' },
    { what: 'is gone', sql: 'DELETE FROM state' },
  ])('is repaired where the next sequence $what: no row is lost, none comes twice', async ({ sql }) => {
    const place = await filled(20)
    edit(place.path, (db) => db.exec(sql))
    const spool = await place.start()
    const reader = await spool.reader('r', onAck)
    await spool.append(blocks(21, 5))
    expect((await readAll(reader)).filter((one) => one.kind === 'block')).toEqual(blocks(1, 25))
  })

  it.each([
    { what: 'is beyond all numbers', sql: 'UPDATE readers SET cursor = 9007199254740993' },
    { what: 'is negative', sql: 'UPDATE readers SET cursor = -3' },
    { what: 'has a bit that there is not', sql: 'UPDATE readers SET bit = 77' },
  ])('is repaired where the place of a reader $what: it begins with the oldest', async ({ sql }) => {
    const place = await filled(20)
    edit(place.path, (db) => db.exec(sql))
    const spool = await place.start()
    expect(await readAll(await spool.reader('r', onAck))).toEqual(blocks(1, 20))
  })
})
