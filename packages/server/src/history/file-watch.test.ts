import type { FileTrouble } from '@netstats/store'
import { createFakeClock, createRecordingLogger } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { createHealth } from '../telemetry/health.ts'
import { createFileWatch } from './file-watch.ts'

const trouble = (name: string, more: Partial<FileTrouble> = {}): FileTrouble => ({
  name,
  tier: 'raw',
  what: 'missing',
  message: 'gone',
  resumePoints: false,
  ...more,
})

const start = () => {
  let found: readonly FileTrouble[] = []
  let fault: Error | undefined
  const clock = createFakeClock()
  const health = createHealth(() => clock.now())
  const log = createRecordingLogger()
  const store = {
    condition: async () => {
      if (fault !== undefined) throw fault
      return found
    },
  }
  const watch = createFileWatch({ store: () => store, clock, health, log })
  const stop = new AbortController()
  return {
    watch,
    store,
    clock,
    said: () => log.entries.map(({ level, message }) => `${level}: ${message}`),
    state: () => health.parts().map(({ id, state, reason }) => [id, state, reason]),
    set: (next: readonly FileTrouble[]) => void (found = next),
    fail: (next: Error | undefined) => void (fault = next),
    begin: () => watch.start(stop.signal),
    end: () => stop.abort(),
  }
}

describe('files of the history', () => {
  it('that are not as they were left are in the log once each, in health and in counts, until all is well', async () => {
    const one = start()
    one.set([trouble('raw-a'), trouble('raw-b', { what: 'shortened' })])
    await one.watch.look(one.store)
    await one.watch.look(one.store)
    expect(one.said()).toEqual(Array(2).fill('error: a file of the history is not as it was left'))
    expect(one.state()).toEqual([
      ['store/files', 'degraded', expect.stringMatching(/^raw-a is missing and 1 more; netstats store verify/)],
    ])
    expect(one.watch.counts).toEqual({ missing: 1, unusable: 0, shortened: 1 })
    one.set([])
    await one.watch.look(one.store)
    expect(one.said().at(-1)).toMatch(/^info: all files/)
    expect([one.state(), one.watch.counts.missing]).toEqual([[['store/files', 'ok', '']], 0])
  })

  it('are looked at once a minute, also where that fails for a while', async () => {
    const one = start()
    one.begin()
    await one.clock.advance(1000)
    one.fail(new Error('closed'))
    await one.clock.advance(300_000)
    expect(one.said()).toEqual([expect.stringMatching(/^warn: .* cannot be looked at/)])
    one.fail(undefined)
    one.set([trouble('raw-a', { what: 'unusable' })])
    await one.clock.advance(60_000)
    expect(one.watch.counts.unusable).toBe(1)
    one.end()
  })

  it('tell of doubt where resume points may be lost: what was sent just before may be there twice', async () => {
    const one = start()
    one.set([trouble('raw-a', { resumePoints: true })])
    await one.watch.look(one.store)
    expect(one.state()[0]?.[2]).toMatch(/resume points of agents may have been in it: .* may be there twice/)
  })
})
