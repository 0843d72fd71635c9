import { appendFile, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { decodeObservation } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import {
  configFor,
  createFakeClock,
  createTestContext,
  exampleObservations,
  exampleStats,
  sinkContract,
} from '@netstats/sdk/testing'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { logOf, noAbort, sinkBatch } from '../../test-support/sink-batch.ts'
import { lastPlace, renderLine } from './line.ts'
import { file } from './mod.ts'

const folders: string[] = []
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})
const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'netstats-file-sink-'))
  folders.push(folder)
  return folder
}

const open = async (folder: string, more: object = {}, clock = createFakeClock()) =>
  file.open(configFor(file, { file: join(folder, 'out.ndjson'), ...more }), createTestContext({ clock }))

/** Ids of every line in every file, the oldest first. */
const idsIn = async (folder: string): Promise<readonly number[]> => {
  const names = (await readdir(folder)).filter((name) => !name.endsWith('.partial'))
  // The one without a time is the newest.
  const ordered = names.sort((a, b) => (a === 'out.ndjson' ? 1 : b === 'out.ndjson' ? -1 : a < b ? -1 : 1))
  const texts = await Promise.all(
    ordered.map(async (name) => {
      const bytes = await readFile(join(folder, name))
      return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
    }),
  )
  return texts.flatMap((text) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => Number((JSON.parse(line) as { readonly id: string }).id.split('-')[1])),
  )
}

sinkContract(
  'a file sink',
  async () => {
    const folder = await newFolder()
    const sink = await open(folder)
    // The folder is away as that of a file system that is not mounted.
    const peer = async (mood: string): Promise<void> => {
      if (mood === 'away') {
        await rm(folder, { recursive: true, force: true })
        await writeFile(folder, '')
      } else if (mood === 'well') await rm(folder, { recursive: true, force: true })
    }
    return { sink, peer, [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose]() }
  },
  { without: ['silent'] },
)

describe('a line', () => {
  it('has an observation of every kind, to be read back as it was', () => {
    const batch = sinkBatch(exampleObservations())
    for (const item of batch.items) {
      const { kind, node, observedAt, network, body } = JSON.parse(renderLine(batch, item)) as Observation & {
        readonly network: string
      }
      expect(network).toBe('1337')
      expect(decodeObservation(kind, node, observedAt, JSON.stringify(body))).toEqual(item.observation)
    }
  })

  it('tells its place in the spool', () => {
    const batch = sinkBatch([exampleStats(1), logOf('a "quoted"\nline')])
    const lines = batch.items.map((item) => renderLine(batch, item)).join('')
    expect(lastPlace(lines)).toEqual({ spool: batch.spool, sequence: 1001 })
    expect(lastPlace(`${lines}{"id":"half`)).toEqual({ spool: batch.spool, sequence: 1001 })
    expect(lastPlace('')).toBeUndefined()
    expect(lastPlace('something else\n')).toBeUndefined()
  })
})

describe('a file sink', () => {
  it('writes nothing twice that comes again, also after a restart', async () => {
    const folder = await newFolder()
    const batch = sinkBatch([exampleStats(1), exampleStats(2)])
    {
      await using sink = await open(folder)
      await sink.deliver(batch, { signal: noAbort })
      await sink.deliver(batch, { signal: noAbort })
    }
    await using sink = await open(folder)
    // More may have come to it meanwhile.
    const more = sinkBatch([exampleStats(1), exampleStats(2), exampleStats(3)])
    expect(await sink.deliver(more, { signal: noAbort })).toEqual({ status: 'delivered' })
    expect(await idsIn(folder)).toEqual([1000, 1001, 1002])
  })

  it('takes sequences of another spool for others', async () => {
    const folder = await newFolder()
    await using sink = await open(folder)
    const batch = sinkBatch([exampleStats(1)])
    await sink.deliver(batch, { signal: noAbort })
    await sink.deliver({ ...batch, spool: 'f'.repeat(32) }, { signal: noAbort })
    expect(await idsIn(folder)).toEqual([1000, 1000])
  })

  it('cuts off what a crash left half-written, and only that', async () => {
    const folder = await newFolder()
    const path = join(folder, 'out.ndjson')
    {
      await using sink = await open(folder)
      await sink.deliver(sinkBatch([exampleStats(1)]), { signal: noAbort })
    }
    await appendFile(path, '{"id":"0123456789abcdef0123456789abcdef-1001","kind":"node-st')
    await using sink = await open(folder)
    await sink.deliver(sinkBatch([exampleStats(2)], 1001), { signal: noAbort })
    expect(await idsIn(folder)).toEqual([1000, 1001])
  })

  it('does not touch a file that ends with half a line of somebody else', async () => {
    const folder = await newFolder()
    const path = join(folder, 'out.ndjson')
    await writeFile(path, 'a letter')
    await using sink = await open(folder)
    const delivery = await sink.deliver(sinkBatch([exampleStats(1)]), { signal: noAbort })
    expect(delivery).toMatchObject({ status: 'retry', reason: expect.stringContaining('not of this sink') })
    expect(await readFile(path, 'utf8')).toBe('a letter')
  })

  it('puts full files aside, compresses them and keeps so many', async () => {
    const folder = await newFolder()
    const clock = createFakeClock()
    const sink = await open(folder, { maxBytes: '64KiB', keep: 3 }, clock)
    const long = 'x'.repeat(8000)
    for (let n = 0; n < 60; n++) {
      await clock.advance(1000)
      await sink.deliver(sinkBatch([logOf(long)], 1000 + n), { signal: noAbort })
    }
    await sink[Symbol.asyncDispose]()
    // What is tidied at the end of one life is tidied at the beginning of the next.
    await using again = await open(folder, { maxBytes: '64KiB', keep: 3 }, clock)
    await again.deliver(sinkBatch([logOf('end')], 1060), { signal: noAbort })
    await vi.waitFor(async () => {
      const names = (await readdir(folder)).filter((name) => name !== 'out.ndjson')
      expect(names.length).toBe(3)
      expect(names.every((name) => /^out\.ndjson\.\d{8}T\d{9}Z\.gz$/.test(name))).toBe(true)
    })
    const ids = await idsIn(folder)
    expect(ids).toEqual(Array.from({ length: ids.length }, (_, i) => 1061 - ids.length + i))
    expect(ids.length).toBeGreaterThan(24)
  })

  it('knows what it wrote though a crash came between the end of one file and the first line of the next', async () => {
    const folder = await newFolder()
    {
      await using sink = await open(folder)
      await sink.deliver(sinkBatch([exampleStats(1), exampleStats(2)]), { signal: noAbort })
    }
    await rename(join(folder, 'out.ndjson'), join(folder, 'out.ndjson.20260101T000000000Z'))
    await using sink = await open(folder)
    await sink.deliver(sinkBatch([exampleStats(1), exampleStats(2), exampleStats(3)]), { signal: noAbort })
    await sink[Symbol.asyncDispose]()
    expect(await idsIn(folder)).toEqual([1000, 1001, 1002])
  })

  it('begins a new file when the old one is too old', async () => {
    const folder = await newFolder()
    const clock = createFakeClock({ start: Date.now() })
    await using sink = await open(folder, { maxAge: '1h', compress: 'off' }, clock)
    await sink.deliver(sinkBatch([exampleStats(1)]), { signal: noAbort })
    await clock.advance(3_700_000)
    await sink.deliver(sinkBatch([exampleStats(2)], 1001), { signal: noAbort })
    expect((await readdir(folder)).length).toBe(2)
    expect(await idsIn(folder)).toEqual([1000, 1001])
  })

  it('goes on in a new file where another program has taken its own away', async () => {
    const folder = await newFolder()
    await using sink = await open(folder, { compress: 'off' })
    await sink.deliver(sinkBatch([exampleStats(1)]), { signal: noAbort })
    await rm(join(folder, 'out.ndjson'))
    await sink.deliver(sinkBatch([exampleStats(2)], 1001), { signal: noAbort })
    expect(await idsIn(folder)).toEqual([1001])
  })
})
