import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createHealth } from '../telemetry/health.ts'
import { defaultMaxConnections, openFileLimit } from '../telemetry/open-files.ts'
import { createStageTimes } from '../telemetry/stage-timings.ts'

describe('the open-file limit', () => {
  it('is read from the system where it tells', () => {
    const folder = mkdtempSync(join(tmpdir(), 'netstats-limits-'))
    const path = join(folder, 'limits')
    const limitOf = (soft: string): number | undefined => {
      writeFileSync(
        path,
        `Limit  Soft Limit  Hard Limit  Units\nMax open files            ${soft}                 4096                 files\n`,
      )
      return openFileLimit(path)
    }
    expect([limitOf('1024'), limitOf('unlimited'), openFileLimit(join(folder, 'none'))]).toEqual([
      1024,
      undefined,
      undefined,
    ])
    rmSync(folder, { recursive: true })
  })

  it('decides how many connections there may be', () => {
    expect([1024, 20_000, 1_000_000, 100].map((limit) => defaultMaxConnections(limit))).toEqual([
      768, 19_744, 50_000, 100,
    ])
  })
})

describe('stage times', () => {
  it('tell parsing from applying, for one frame in sixty-four', () => {
    let time = 0
    const observed: [string, number][] = []
    const stages = createStageTimes({ now: () => time, observe: (stage, seconds) => observed.push([stage, seconds]) })
    const frame = (): void => {
      const sampled = stages.begin()
      time += 3
      if (stages.sampling) stages.apply(() => (time += 2))
      time += 1
      if (sampled) stages.end()
    }
    for (let i = 0; i < 64; i++) frame()
    expect(observed).toEqual([
      ['apply', 0.002],
      ['parse', 0.004],
    ])
    for (let i = 0; i < 63; i++) frame()
    expect(observed).toHaveLength(2)
  })
})

describe('health', () => {
  it('keeps since when a part is as it is, and tells news from old', () => {
    let now = 1000
    const health = createHealth(() => now)
    expect(health.set('queue', 'ok')).toBe(true)
    now = 2000
    expect(health.set('queue', 'ok')).toBe(false)
    expect(health.set('queue', 'degraded', 'sheds')).toBe(true)
    now = 3000
    expect(health.set('queue', 'degraded', 'sheds more')).toBe(true)
    expect(health.parts()).toMatchObject([{ state: 'degraded', reason: 'sheds more', since: 2000 }])
  })
})
