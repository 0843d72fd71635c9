// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startRouter } from '../router/location.ts'
import { change, draw, visit, widths } from '../testing/page.ts'
import { followHandFeed, type HandFeed } from '../testing/topics.ts'
import { MapPage, MapPanel } from './map-panel.tsx'
import { World } from './world.tsx'

const point = (id: string, longitude: number, more: object = {}) =>
  ({ id, name: id, state: 'active', latitude: 48, longitude, ...more }) as const

startRouter()
let feed: HandFeed
let width: Disposable
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  feed = followHandFeed()
  width = widths(800)
  visit('/n/1/map')
})
afterEach(() => {
  vi.advanceTimersByTime(1000)
  vi.useRealTimers()
  width[Symbol.dispose]()
})

describe('the panel of places', () => {
  it('is not there while no node has a known place, but on its own page, which says so', async () => {
    using panel = await draw(<MapPanel network="1" />)
    await change(() => feed.answer('map', { points: [] }))
    expect(panel.text()).toBe('')
    using page = await draw(<MapPage network="1" />)
    expect(page.text('.quiet-note')).toContain('No node has a known place.')
  })

  it('counts nodes, those that the server joined too', async () => {
    using panel = await draw(<MapPanel network="1" />)
    await change(() => feed.answer('map', { points: [point('a', 10), point('b', 20, { nodes: 7, inactive: 1 })] }))
    expect(panel.text('header')).toContain('8 nodes with a known place')
  })

  it('says why there are no places', async () => {
    using page = await draw(<MapPage network="1" />)
    await change(() => feed.fail('map', { code: 'FEED_NETWORK_UNKNOWN', message: 'No such network.' }))
    expect(page.text('.quiet-note')).toBe('No such network.')
  })
})

describe('the world', () => {
  it('links a dot to its node, and names those that stand together', async () => {
    const points = [point('a/b', 10), point('c', 100), point('d', 100.01), point('e', 100.02, { state: 'inactive' })]
    using page = await draw(<World network="1" points={points} full />)
    expect(page.find('svg').getAttribute('aria-label')).toBe('4 nodes on a map of the world')
    expect(page.all('a').map((a) => [a.getAttribute('href'), a.getAttribute('aria-label')])).toEqual([
      ['/n/1/nodes/a%2Fb', 'a/b'],
    ])
    expect(page.all('g title').map((title) => title.textContent)).toEqual(['c, d, e; 1 inactive'])
  })

  it('crosses out a dot whose nodes are all inactive, and cuts a wedge for some of them', async () => {
    const gone = { state: 'inactive' }
    const points = [point('a', 10, gone), point('b', 100), point('c', 100.01, gone)]
    using page = await draw(<World network="1" points={points} full />)
    expect(page.all('.place-cross')).toHaveLength(1)
    expect(page.all('.place-wedge').map((path) => path.getAttribute('d') !== '')).toEqual([true])
  })
})
