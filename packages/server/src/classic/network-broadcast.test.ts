import { describe, expect, it } from 'vitest'
import { createChangeFanout } from '../core/change-fanout.ts'
import { whole } from '../lib/work-steps.ts'
import { blockFrame, createStage, helloFrame, pendingFrame } from '../gateway/ethstats/testing.ts'
import type { Peer, Stage } from '../gateway/ethstats/testing.ts'
import { createNetworkBroadcast } from './network-broadcast.ts'
import type { NetworkBroadcast } from './network-broadcast.ts'

const begin = (): { stage: Stage; alpha: Peer; shown: NetworkBroadcast; look: () => string[] } => {
  const stage = createStage()
  const alpha = stage.open()
  stage.say(alpha, helloFrame('alpha'))
  const view = stage.core.network('1337')
  if (view === undefined) throw new Error('no network')
  const viewer = createChangeFanout(stage.core).reader()
  viewer.take('1337')
  const shown = createNetworkBroadcast(view, () => stage.now())
  const look = (): string[] => {
    const actions: string[] = []
    whole(
      shown.messages(viewer.take('1337'), (message) => {
        actions.push((JSON.parse(Buffer.concat(message).toString()) as { action: string }).action)
      }),
    )
    return actions
  }
  whole(shown.answer())
  look()
  return { stage, alpha, shown, look }
}

describe('a network on show', () => {
  it('makes charts once a second at most, and none without a new block or page', () => {
    const { stage, alpha, shown, look } = begin()
    stage.pass(1)
    stage.say(alpha, blockFrame('alpha', 1))
    expect(look()).toEqual(['block', 'charts'])
    stage.say(alpha, blockFrame('alpha', 2))
    expect(look()).toEqual(['block'])
    stage.pass(1)
    expect(look()).toEqual(['charts'])
    stage.pass(5)
    expect(look()).toEqual([])
    shown.wantCharts()
    expect(look()).toEqual(['charts'])
  })

  it('keeps its answer for the next page until something changes, or for a second', () => {
    const { stage, alpha, shown, look } = begin()
    expect(shown.kept).toBe(shown.kept)
    expect(String(shown.kept)).toContain('"alpha"')
    stage.say(alpha, pendingFrame('alpha', 4))
    look()
    expect(shown.kept).toBeUndefined()
    whole(shown.answer())
    stage.pass(1)
    expect(shown.kept).toBeUndefined()
  })

  it('shows a newcomer by a new list, and the next ones not before a while', () => {
    const { stage, look } = begin()
    stage.pass(1)
    stage.say(stage.open(), helloFrame('beta'))
    expect(look()).toEqual(['add', 'init', 'charts'])
    stage.say(stage.open(), helloFrame('gamma'))
    stage.pass(5)
    expect(look()).toEqual(['add'])
    stage.pass(6)
    expect(look()).toEqual(['init', 'charts'])
  })

  it('tells rows of a large network in turn, no more than a page can take, until all were told', () => {
    const { stage, look } = begin()
    const peers = Array.from({ length: 3000 }, (_, i) => {
      const peer = stage.open()
      stage.say(peer, helloFrame(`node-${i}`))
      return peer
    })
    // Until the newcomers are known.
    for (let i = 0; i < 30; i++) {
      stage.pass(1)
      look()
    }
    for (const peer of peers) stage.say(peer, blockFrame(peer.id, 1))
    const told = []
    for (let i = 0; i < 10; i++) {
      told.push(look().filter((action) => action === 'block').length)
      stage.pass(1)
    }
    expect(told[0]).toBeLessThan(2500)
    expect(told.slice(1).every((blocks) => blocks < 1500)).toBe(true)
    expect(told.reduce((sum, blocks) => sum + blocks, 0)).toBe(3000)
  })

  it('sends the whole list once an hour', () => {
    const { stage, look } = begin()
    stage.pass(3599)
    look()
    stage.pass(1)
    expect(look()).toContain('init')
    expect(look()).not.toContain('init')
  })
})
