import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createPlaces } from './test-support/places.ts'

const place = createPlaces()

describe('a store on a disk that fills up', () => {
  it('says so, keeps what it acknowledged and nothing else, answers, and goes on when there is room', () => {
    const { directory } = place()
    const program = join(import.meta.dirname, 'test-support', 'full-disk-child.ts')
    // No file may grow beyond 6 MiB for now: the system refuses the write, as a full disk does.
    const child = spawnSync('bash', ['-c', `ulimit -S -f 6144; exec "$0" "$@"`, process.execPath, program, directory])
    expect(child.stderr.toString()).toBe('')
    const said = JSON.parse(child.stdout.toString()) as {
      written: number
      errors: readonly object[]
      full: object
      reopened: object
      roomy: object
    }
    const rows = (batches: number) => ({ logs: 200 * batches, alarms: batches })
    expect(said.errors).toEqual(Array.from({ length: 3 }, () => ({ code: 'STORE_DISK_FULL', retryable: true })))
    expect(said.written).toBeGreaterThan(10)
    expect(said.full).toEqual(rows(said.written - 5))
    expect(said.reopened).toEqual(rows(said.written - 5))
    expect(said.roomy).toEqual(rows(said.written))
  })
})
