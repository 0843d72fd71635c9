import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { nodeId } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import type { ManagedSpool } from '../engine.ts'
import { createFakeClock, createRecordingLogger, exampleBlockObservation } from '@netstats/sdk/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { openSpool } from './open.ts'

const root = mkdtempSync(join(tmpdir(), 'netstats-lives-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let places = 0
const setup = () => {
  const directory = join(root, `place-${++places}`)
  const options = { directory, clock: createFakeClock(), log: createRecordingLogger(), reporter: nodeId('agent') }
  const start = (): Promise<ManagedSpool> => openSpool({ ...options, maxBytes: 8 * 1024 * 1024 })
  return { directory, path: join(directory, 'spool.sqlite'), start }
}
const blocks = (from: number, count: number): readonly Observation[] =>
  Array.from({ length: count }, (_, i) => exampleBlockObservation(from + i))
const onAck = { policy: 'on-ack', batchSize: 500 } as const

describe('a spool that is opened, copied and put back', () => {
  it('is another life each time, with those before it and what they appended', async () => {
    const { start, directory } = setup()
    const first = await start()
    const [one] = first.lives
    await first.reader('r', onAck)
    await first.append(blocks(1, 3))
    const last = first.last
    await first[Symbol.asyncDispose]()
    const copy = setup()
    cpSync(directory, copy.directory, { recursive: true })
    await using second = await start()
    await using other = await copy.start()
    expect(second.id).toBe(other.id)
    for (const spool of [second, other]) {
      expect(spool.lives).toEqual([one, { life: expect.stringMatching(/^[0-9a-f]{16}$/), from: last + 1 }])
      expect(spool.last).toBeGreaterThanOrEqual(last)
      await spool.append(blocks(4, 4))
    }
    expect(second.lives[1]?.life).not.toBe(other.lives[1]?.life)
  })

  it('gives out no sequence again, though what it says of itself is behind its rows', async () => {
    const { path, start } = setup()
    const first = await start()
    await first.append(blocks(1, 3))
    const last = first.last
    await first[Symbol.asyncDispose]()
    const db = new DatabaseSync(path)
    db.exec('UPDATE state SET next = 1')
    db.close()
    const second = await start()
    expect(second.last).toBeGreaterThanOrEqual(last)
    await second.append(blocks(4, 4))
    expect(second.stats().rows.block).toBe(7)
    await second[Symbol.asyncDispose]()
  })
})
