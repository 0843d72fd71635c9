// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { learnServerTime, seconds } from '../clock.ts'
import { onlyNetwork, route, startRouter } from '../router/location.ts'
import { writeMoment } from '../router/routes.ts'
import { change, visit } from '../testing/page.ts'
import { answerRest } from '../testing/rest.ts'
import { blockRow } from '../testing/rows.ts'
import {
  blockBefore,
  hourMs,
  minuteMs,
  past,
  pastAt,
  showLive,
  showMoment,
  startPast,
  stepBlock,
  stepBy,
} from './moment.ts'

const now = Date.UTC(2026, 10, 23, 12)
const search = (): string => window.location.search

startRouter()
const source = startPast()

beforeEach(() => {
  vi.useFakeTimers({ now, toFake: ['Date'] })
  learnServerTime(now, true)
  onlyNetwork.value = undefined
  visit('/n/1')
})
afterEach(() => {
  visit('/n/1')
  vi.useRealTimers()
})

describe('the moment in the address', () => {
  it('is what pages of a network show, and nothing to the others', () => {
    visit(`/n/1?at=${writeMoment(now - hourMs)}`)
    expect(pastAt.value).toBe(now - hourMs)
    for (const page of ['/server', '/agents', '/n/1/history', '/n/1/events']) {
      visit(`${page}?at=${writeMoment(now - hourMs)}`)
      expect([page, pastAt.value]).toEqual([page, undefined])
    }
    visit('/n/1?at=yesterday')
    expect(pastAt.value).toBeUndefined()
  })

  it('chooses the source of the topics and holds the clock', () => {
    expect(source.value).toBeUndefined()
    showMoment(now - hourMs)
    expect(source.value).toBe(past)
    expect(seconds.value).toBe(now - hourMs)
    showLive()
    expect([source.value, seconds.value]).toEqual([undefined, now])
  })
})

describe('showing a moment', () => {
  it('is one step in the history, however many moments are shown; the way back leads to now', () => {
    const push = vi.spyOn(history, 'pushState')
    showMoment(now - hourMs)
    showMoment(now - 2 * hourMs)
    showMoment(now - 3 * hourMs)
    expect(push).toHaveBeenCalledTimes(1)
    expect(pastAt.value).toBe(now - 3 * hourMs)
    showLive()
    expect(search()).toBe('')
    push.mockRestore()
  })

  it('is the live page for one that has not come yet, and never before the beginning of time', () => {
    showMoment(now - hourMs)
    showMoment(now)
    expect(pastAt.value).toBeUndefined()
    showMoment(-5)
    expect(pastAt.value).toBe(0)
  })

  it('goes from the home page to the page of its only network, with its settings', () => {
    visit('/?q=geth')
    onlyNetwork.value = '1337'
    showMoment(now - minuteMs)
    expect(route.value).toEqual({ page: 'network', network: '1337' })
    expect(new URLSearchParams(search()).get('q')).toBe('geth')
    expect(pastAt.value).toBe(now - minuteMs)
  })
})

describe('a step', () => {
  it('by the clock goes from the moment shown, or from now; ahead of now is nothing', () => {
    stepBy(minuteMs)
    expect(pastAt.value).toBeUndefined()
    stepBy(-hourMs)
    stepBy(minuteMs)
    expect(pastAt.value).toBe(now - hourMs + minuteMs)
    stepBy(hourMs)
    expect(pastAt.value).toBeUndefined()
  })

  const blocks = [102, 101, 100].map((number) => blockRow({ number, arrivedAt: now - (103 - number) * 5000 }))

  it('a block back is when the one before the head came, forks passed over', async () => {
    const fork = blockRow({ number: 102, canonical: false, arrivedAt: now - 1 })
    expect(blockBefore([fork, ...blocks])).toBe(now - 10_000)
    expect(blockBefore(blocks.slice(0, 1))).toBeUndefined()
    expect(blockBefore([blocks[0]!, blockRow({ number: 101, arrivedAt: null, timestamp: 7 })])).toBe(7)
    await stepBlock('1', blocks, -1)
    expect(pastAt.value).toBe(now - 10_000)
    await stepBlock('1', [], -1)
    expect(pastAt.value).toBe(now - 10_000)
  })

  it('a block on asks the live picture, then the history; ahead of the newest is now', async () => {
    using server = answerRest({ '/networks/a%2Fb/blocks/103': blockRow({ number: 103, arrivedAt: now - 2000 }) })
    showMoment(now - 5000)
    await stepBlock('a/b', blocks, 1)
    expect(pastAt.value).toBe(now - 2000)
    server.answer('/networks/a%2Fb/blocks/103', 404)
    server.answer('/networks/a%2Fb/history/blocks/103', blockRow({ number: 103, arrivedAt: now - 1500 }))
    await stepBlock('a/b', blocks, 1)
    expect(pastAt.value).toBe(now - 1500)
    server.answer('/networks/a%2Fb/history/blocks/103', 404)
    await stepBlock('a/b', blocks, 1)
    expect(pastAt.value).toBeUndefined()
    expect(server.asked.map(({ path }) => path).filter((path) => path.includes('/blocks/'))).toEqual([
      '/networks/a%2Fb/blocks/103',
      '/networks/a%2Fb/blocks/103',
      '/networks/a%2Fb/history/blocks/103?limit=1',
      '/networks/a%2Fb/blocks/103',
      '/networks/a%2Fb/history/blocks/103?limit=1',
    ])
  })

  it('that was overtaken shows nothing', async () => {
    using server = answerRest({ '/networks/1/blocks/103': blockRow({ number: 103, arrivedAt: now - 2000 }) })
    showMoment(now - 5000)
    const step = stepBlock('1', blocks, 1)
    showMoment(now - hourMs)
    await step
    expect(pastAt.value).toBe(now - hourMs)
    expect(server.asked).toHaveLength(1)
  })

  it('on from the live page is nothing', async () => {
    using server = answerRest()
    await stepBlock('1', blocks, 1)
    await change()
    expect([pastAt.value, server.asked]).toEqual([undefined, []])
  })
})
