import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockFrame, createStage, hashOf, helloFrame, pendingFrame } from '../gateway/ethstats/testing.ts'
import { createChangeFanout } from './change-fanout.ts'

const begin = () => {
  const stage = createStage()
  const alpha = stage.open()
  stage.say(alpha, helloFrame('alpha'))
  const hub = createChangeFanout(stage.core)
  return { stage, alpha, hub }
}

describe('the dirty hub', () => {
  it('tells each reader every change once, at its own pace', () => {
    const { stage, alpha, hub } = begin()
    const [fast, slow] = [hub.reader(), hub.reader()]
    expect([...fast.take('1337').nodes]).toEqual(['alpha'])
    slow.take('1337')
    stage.say(alpha, blockFrame('alpha', 1))
    expect([...fast.take('1337').blocks]).toEqual([hashOf(1)])
    stage.say(alpha, blockFrame('alpha', 2))
    expect([...slow.take('1337').blocks].sort()).toEqual([hashOf(1), hashOf(2)])
    expect([...fast.take('1337').blocks]).toContain(hashOf(2))
    expect([fast.take('1337').nodes.size, slow.take('1337').nodes.size]).toEqual([0, 0])
  })

  it('begins a reader with what changes from then on', () => {
    const { stage, alpha, hub } = begin()
    hub.reader().take('1337')
    const late = hub.reader()
    expect(late.take('1337').nodes.size).toBe(0)
    stage.say(alpha, pendingFrame('alpha', 4))
    expect([...late.take('1337').nodes]).toEqual(['alpha'])
  })

  it('keeps nothing for a reader that is gone, and nothing of an unknown network', () => {
    const { stage, alpha, hub } = begin()
    const gone = hub.reader()
    gone[Symbol.dispose]()
    const here = hub.reader()
    here.take('1337')
    stage.say(alpha, pendingFrame('alpha', 4))
    here.take('1337')
    expect(gone.take('1337').nodes.size).toBe(0)
    expect(here.take('nowhere')).toMatchObject({ summary: false })
  })

  it('keeps nothing of networks a reader never looked at, or looks at no more', () => {
    const { stage, alpha, hub } = begin()
    const [busy, idle] = [hub.reader(), hub.reader()]
    busy.take('1337')
    stage.say(alpha, pendingFrame('alpha', 4))
    busy.take('1337')
    expect(idle.take('1337').nodes.size).toBe(0)
    stage.say(alpha, pendingFrame('alpha', 5))
    busy.take('1337')
    idle.leave('1337')
    expect(idle.take('1337').nodes.size).toBe(0)
    stage.say(alpha, pendingFrame('alpha', 6))
    busy.take('1337')
    expect([...idle.take('1337').nodes]).toEqual(['alpha'])
  })

  it('loses no row between readers, however they take turns', () => {
    const step = fc.oneof(
      fc.integer({ min: 0, max: 3 }).map((node) => ({ node })),
      fc.constantFrom('a' as const, 'b' as const),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const stage = createStage({ limits: { frames: { perSecond: 1, burst: 10_000 } } })
        const peers = [0, 1, 2, 3].map((i) => {
          const peer = stage.open()
          stage.say(peer, helloFrame(`n${i}`))
          return peer
        })
        const hub = createChangeFanout(stage.core)
        const readers = { a: hub.reader(), b: hub.reader() }
        readers.a.take('1337')
        readers.b.take('1337')
        const owed = { a: new Set<string>(), b: new Set<string>() }
        let pending = 0
        for (const one of steps) {
          if (typeof one === 'string') {
            expect([...readers[one].take('1337').nodes].sort()).toEqual([...owed[one]].sort())
            owed[one].clear()
          } else {
            const peer = peers[one.node]
            if (peer === undefined) continue
            stage.say(peer, pendingFrame(peer.id, ++pending))
            owed.a.add(peer.id)
            owed.b.add(peer.id)
          }
        }
      }),
      { numRuns: 100 },
    )
  })
})
