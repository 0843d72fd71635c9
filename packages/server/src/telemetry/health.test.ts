import { describe, expect, it } from 'vitest'
import { createFakeClock, createRecordingLogger } from '@netstats/sdk/testing'
import { createHealth, createSupervision } from './health.ts'

describe('the reason of a part’s state', () => {
  it('names files without their folders, and leaves everything else', () => {
    const health = createHealth(() => 0)
    const reasonOf = (reason: string) => {
      health.set('x', 'degraded', reason)
      return health.parts()[0]?.reason
    }
    const reasons: [string, string][] = [
      [
        '/etc/netstats/tls/key.pem is not the key of /etc/netstats/cert.pem; both',
        '…/key.pem is not the key of …/cert.pem; both',
      ],
      ['"/var/lib/netstats/auth.db" cannot be read (ENOENT)', '"…/auth.db" cannot be read (ENOENT)'],
      ['asks http://node:8545/some/path too often', 'asks http://node:8545/some/path too often'],
      ['3 of 4 rows/s, and/or less', '3 of 4 rows/s, and/or less'],
      ['', ''],
    ]
    expect(reasons.map(([given]) => reasonOf(given))).toEqual(reasons.map(([, shown]) => shown))
  })
})

describe('a part that works at intervals', () => {
  const setup = () => {
    const clock = createFakeClock()
    const log = createRecordingLogger()
    return { clock, log, supervision: createSupervision({ clock, log }) }
  }

  it('has failed where a step throws, is started again after a pause, and takes no other part along', async () => {
    const { clock, log, supervision } = setup()
    await using _ = supervision
    let steps = 0
    let broken = true
    supervision.every('feed', 100, () => {
      if (broken) throw new Error('no such row in /var/lib/netstats/x')
    })
    supervision.every('core', 100, () => void steps++)
    await clock.advance(10_000)
    expect(steps).toBe(101)
    const states = () => supervision.parts().map(({ id, state, reason }) => [id, state, reason])
    expect(states()).toEqual([
      ['feed', 'failed', 'no such row in …/x'],
      ['core', 'ok', ''],
    ])
    expect(supervision.parts()[0]?.restarts).toBeGreaterThan(1)
    expect(log.entries.filter(({ level }) => level !== 'debug')).toMatchObject([{ level: 'warn' }])
    broken = false
    await clock.advance(5000)
    expect(states()[0]).toEqual(['feed', 'ok', ''])
  })

  it('gets on with each step, also with one that throws: that one is broken and not stuck', async () => {
    const { clock, supervision } = setup()
    await using _ = supervision
    supervision.every('feed', 100, () => {
      throw new Error('no such row')
    })
    supervision.watch(() => [{ id: 'store', boundMs: 1, progress: () => undefined }])
    const progress = () => supervision.watched().map((part) => [part.id, part.progress()])
    await clock.advance(0)
    expect(progress()).toEqual([
      ['feed', 1],
      ['store', undefined],
    ])
    await clock.advance(60_000)
    expect(progress()[0]?.[1]).toBeGreaterThan(5)
  })

  it('may say itself how it is, and stops when the supervision ends', async () => {
    const { clock, supervision } = setup()
    let steps = 0
    supervision.every('queue', 100, () => {
      steps++
      supervision.set('queue', 'degraded', 'too much')
    })
    await clock.advance(1000)
    expect(supervision.parts()).toMatchObject([{ state: 'degraded', reason: 'too much', restarts: 0 }])
    await supervision[Symbol.asyncDispose]()
    const before = steps
    await clock.advance(1000)
    expect(steps).toBe(before)
  })
})
