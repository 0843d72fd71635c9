import { appendFileSync, copyFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeId } from '@netstats/protocol'
import { createTestContext, sourceContract } from '@netstats/sdk/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { logFileConfig } from './config.ts'
import { mostFiles } from './follow.ts'
import { openLogFileSource } from './source.ts'
import { startFollower } from './testing/follower.ts'

const root = mkdtempSync(join(tmpdir(), 'netstats-log-file-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let folders = 0
const newFolder = (): string => mkdtempSync(join(root, `${++folders}-`))
const line = (n: number): string => `INFO [12-01|11:44:28.${String(n % 1000).padStart(3, '0')}] line ${n}\n`
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, i) => line(from + i)).join('')
const said = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}`)

describe('a log file that is followed', () => {
  it('begins at its end the first time, and gives what comes then, the last line when nothing follows it', async () => {
    const path = join(newFolder(), 'geth.log')
    writeFileSync(path, lines(1, 5))
    await using follower = await startFollower({ paths: [path] })
    expect(follower.messages()).toEqual([])
    appendFileSync(path, lines(6, 8))
    await follower.look()
    expect(follower.messages()).toEqual(said(6, 7))
    await follower.look()
    expect(follower.messages()).toEqual(said(6, 8))
    expect(follower.seen[0]).toMatchObject({
      kind: 'log',
      node: 'node-1',
      observedAt: Date.UTC(2025, 11, 1, 11, 44, 28, 6),
      body: { severity: 6, source: 'geth.log', message: 'line 6' },
    })
  })

  it('begins at its start where that is asked for, and where it comes later', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'a.log'), lines(1, 2))
    await using follower = await startFollower({ paths: [join(folder, '*.log')], from: 'start', program: 'geth' })
    await follower.look()
    writeFileSync(join(folder, 'b.log'), lines(3, 4))
    await follower.look()
    await follower.look()
    expect(follower.messages()).toEqual(said(1, 4))
    expect(follower.seen.map((one) => one.kind === 'log' && one.body.source)).toEqual(Array(4).fill('geth'))
  })

  it('goes on behind what was given after a restart, though nothing was given yet', async () => {
    const path = join(newFolder(), 'geth.log')
    writeFileSync(path, lines(1, 5))
    await using follower = await startFollower({ paths: [path] })
    appendFileSync(path, lines(6, 7))
    await follower.restart()
    await follower.look()
    expect(follower.messages()).toEqual(said(6, 7))
    appendFileSync(path, lines(8, 9))
    await follower.restart()
    await follower.restart()
    await follower.look()
    expect(follower.messages()).toEqual(said(6, 9))
  })

  it('is read to its end after it was renamed, and the one in its place from its start', async () => {
    const path = join(newFolder(), 'geth.log')
    writeFileSync(path, lines(1, 2))
    await using follower = await startFollower({ paths: [path], from: 'start' })
    appendFileSync(path, lines(3, 4))
    renameSync(path, `${path}.1`)
    writeFileSync(path, lines(6, 7))
    // The program has the old file open for a while.
    await follower.look()
    appendFileSync(`${path}.1`, line(5))
    await follower.look()
    await follower.look()
    expect(follower.messages().toSorted()).toEqual(said(1, 7))
    await follower.look(61_000)
    await follower.look()
    expect([...follower.notes.keys()].filter((key) => !key.startsWith('pattern '))).toHaveLength(1)
  })

  it('that was renamed and deleted is given whole, and also when it was renamed while nobody looked', async () => {
    const path = join(newFolder(), 'geth.log')
    writeFileSync(path, lines(1, 2))
    await using follower = await startFollower({ paths: [path], from: 'start' })
    appendFileSync(path, lines(3, 4))
    renameSync(path, `${path}.1`)
    rmSync(`${path}.1`)
    writeFileSync(path, lines(5, 6))
    await follower.look()
    await follower.look()
    expect(follower.messages().toSorted()).toEqual(said(1, 6))
    appendFileSync(path, lines(7, 8))
    renameSync(path, `${path}.1`)
    writeFileSync(path, lines(9, 9))
    await follower.restart()
    await follower.look()
    expect(follower.messages().toSorted()).toEqual(said(1, 9))
  })

  it('that is copied and truncated is read on in the copy and from its start, whatever the names', async () => {
    for (const paths of [['geth.log'], ['geth.log*']]) {
      const folder = newFolder()
      const path = join(folder, 'geth.log')
      writeFileSync(path, lines(1, 2))
      await using follower = await startFollower({ paths: paths.map((one) => join(folder, one)), from: 'start' })
      await follower.look()
      appendFileSync(path, lines(3, 4))
      copyFileSync(path, `${path}.1`)
      truncateSync(path)
      appendFileSync(path, line(5))
      await follower.look()
      await follower.look()
      expect(follower.messages().toSorted()).toEqual(said(1, 5))
      // A copy that was there for a while before.
      copyFileSync(path, `${path}.2`)
      await follower.look()
      appendFileSync(path, line(6))
      await follower.look()
      await follower.look()
      copyFileSync(path, `${path}.2`)
      truncateSync(path)
      await follower.restart()
      appendFileSync(path, lines(7, 8))
      await follower.look()
      await follower.look()
      expect(follower.messages().toSorted()).toEqual(said(1, 8))
    }
  })

  it('that is truncated without a copy begins again, also where it is as long as before at once', async () => {
    const path = join(newFolder(), 'geth.log')
    writeFileSync(path, lines(1, 5))
    await using follower = await startFollower({ paths: [path], from: 'start' })
    await follower.look()
    writeFileSync(path, lines(11, 19))
    await follower.look()
    await follower.look()
    expect(follower.messages()).toEqual([...said(1, 5), ...said(11, 19)])
    expect(follower.context.counts['truncations']).toBe(1)
    expect(follower.context.log.entries.map(({ message }) => message)).toEqual([
      'a log file was truncated; what was not read of it is lost',
    ])
  })

  it('keeps a stack trace with the line it belongs to, and lines of no form as they are', async () => {
    const path = join(newFolder(), 'besu.log')
    const entry = '2026-01-01 00:00:00.000+00:00 | main | ERROR | Besu | Failed'
    const trace = ['java.lang.IllegalStateException: no', '\tat a.B.c(B.java:1)', 'Caused by: x.Y: z', '\t... 3 more']
    writeFileSync(path, `${[entry, ...trace, 'A word of the shell', entry].join('\n')}\n`)
    await using follower = await startFollower({ paths: [path], from: 'start' })
    await follower.look()
    expect(follower.messages()).toEqual([['Failed', ...trace].join('\n'), 'A word of the shell', 'Failed'])
    expect(follower.context.counts).toMatchObject({ 'lines{form=besu}': 2, 'lines{form=unknown}': 1 })
  })

  it('keeps only lines that are severe enough, and yet what the others tell', async () => {
    const path = join(newFolder(), 'geth.log')
    const block = 'INFO [01-01|00:00:00.000] Imported new chain segment  number=7 hash=ab..cd elapsed=2.5ms\n'
    writeFileSync(path, `${block}WARN [01-01|00:00:00.000] Block sealing failed  err="no"\n`)
    await using follower = await startFollower({ paths: [path], from: 'start', severity: 'warning' })
    await follower.look()
    expect(follower.seen.map(({ kind, body }) => [kind, body])).toEqual([
      ['metric', { name: 'log.blockImportMs', value: 2.5 }],
      [
        'log',
        {
          severity: 4,
          source: 'geth.log',
          message: 'Block sealing failed',
          fields: { event: 'sealing-failed', err: 'no' },
        },
      ],
    ])
  })

  it('is waited for where it is not there, and said to be missing', async () => {
    const path = join(newFolder(), 'geth.log')
    await using follower = await startFollower({ paths: [path] })
    expect(follower.context.health.at(-1)).toContain('geth.log cannot be read: ENOENT')
    writeFileSync(path, lines(1, 1))
    await follower.look()
    await follower.look()
    expect([follower.context.health.at(-1), follower.messages()]).toEqual(['ok', said(1, 1)])
  })

  it('is one of as many as may be followed', async () => {
    const folder = newFolder()
    for (let i = 0; i < mostFiles + 3; i++) writeFileSync(join(folder, `${i}.log`), line(i))
    await using follower = await startFollower({ paths: [join(folder, '*.log')], from: 'start' })
    await follower.look()
    expect(follower.messages()).toHaveLength(mostFiles)
    expect(follower.context.health.at(-1)).toBe(`3 files more than the ${mostFiles} that are followed`)
  })

  it('bounds lines, and goes on behind a line however long it is', async () => {
    const path = join(newFolder(), 'geth.log')
    writeFileSync(path, `${'x'.repeat(3_000_000)}\n${'\0'.repeat(5000)}${line(2)}`)
    await using follower = await startFollower({ paths: [path], from: 'start' })
    await follower.look()
    await follower.look()
    expect(follower.messages()).toEqual(['x'.repeat(8192), 'line 2'])
    expect(follower.seen[0]).toMatchObject({ body: { fields: { cut: 'true' } } })
  })
})

sourceContract('log-file', async () => {
  const path = join(newFolder(), 'geth.log')
  writeFileSync(path, lines(1, 20))
  const config = logFileConfig.parse({ paths: [path], from: 'start', utc: true })
  const source = openLogFileSource({ ...config, node: nodeId('node-1') }, createTestContext())
  const wake = async (): Promise<void> => appendFileSync(path, line(21))
  return { source, wake, [Symbol.asyncDispose]: () => Promise.resolve(source[Symbol.asyncDispose]()) }
})
