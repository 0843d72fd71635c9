import { describe, expect, it } from 'vitest'
import { createPongs } from './pongs.ts'

const rig = (most = 100) => {
  let at = 0
  const timers: { readonly due: number; readonly run: () => void }[] = []
  const sent: (readonly [string, string, number])[] = []
  const pongs = createPongs<string>({
    waitMs: 25,
    most,
    now: () => at,
    defer: (run, ms) => void timers.push({ due: at + ms, run }),
    send: (session, text, heldMs) => void sent.push([session, text, heldMs]),
  })
  const pass = (ms: number): void => {
    const until = at + ms
    for (;;) {
      timers.sort((a, b) => a.due - b.due)
      const next = timers[0]
      if (next === undefined || next.due > until) break
      timers.shift()
      at = next.due
      next.run()
    }
    at = until
  }
  return { pongs, sent, timers, pass }
}

describe('answers to node-ping', () => {
  it('wait until geth listens for them', () => {
    const { pongs, sent, pass } = rig()
    pongs.add('a', '1')
    pass(24)
    expect(sent).toEqual([])
    pass(1)
    expect(sent).toEqual([['a', '1', 25]])
  })

  it('go in their order, by one timer for all of them', () => {
    const { pongs, sent, timers, pass } = rig()
    for (const session of ['a', 'b', 'c']) {
      pongs.add(session, '1')
      expect(timers).toHaveLength(1)
      pass(5)
    }
    pass(100)
    expect(sent.map(([session, , heldMs]) => [session, heldMs])).toEqual([
      ['a', 25],
      ['b', 25],
      ['c', 25],
    ])
    expect([timers.length, pongs.waiting]).toEqual([0, 0])
  })

  it('are held in a bounded number: at the bound the oldest goes at once', () => {
    const { pongs, sent } = rig(2)
    for (const session of ['a', 'b', 'c']) pongs.add(session, '1')
    expect(sent).toEqual([['a', '1', 0]])
    expect(pongs.waiting).toBe(2)
  })
})
