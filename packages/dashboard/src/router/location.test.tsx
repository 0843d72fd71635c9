// @vitest-environment happy-dom
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { change, draw, visit } from '../testing/page.ts'
import { depth, navigate, query, route, setQueries, setQuery, startRouter, wall } from './location.ts'

const address = (): string => window.location.pathname + window.location.search
/** How often the router went on in the history of the browser, and how often it stayed. */
const watchHistory = () => ({ push: vi.spyOn(history, 'pushState'), replace: vi.spyOn(history, 'replaceState') })

startRouter()
beforeEach(() => visit('/'))
afterEach(() => void vi.restoreAllMocks())

describe('going to another page', () => {
  it('changes address and route, and leaves a way back', () => {
    const { push } = watchHistory()
    navigate('/n/1337/nodes/alpha')
    expect(address()).toBe('/n/1337/nodes/alpha')
    expect(route.value).toEqual({ page: 'node', network: '1337', node: 'alpha' })
    expect(push).toHaveBeenCalledTimes(1)
  })

  it('notes where the old page was scrolled to, and begins the new one at its top', () => {
    const { replace, push } = watchHistory()
    const scroll = vi.spyOn(window, 'scrollTo').mockImplementation(() => undefined)
    vi.spyOn(window, 'scrollY', 'get').mockReturnValue(420)
    navigate('/server')
    expect(replace.mock.calls[0]?.[0]).toEqual({ scroll: 420 })
    expect(push.mock.calls[0]?.[0]).toEqual({ scroll: 0 })
    expect(scroll).toHaveBeenCalledWith(0, 0)
  })

  it('keeps the wall until it is left on purpose', () => {
    visit('/n/1?wall')
    expect(wall.value).toBe(true)
    navigate('/server')
    expect(address()).toBe('/server?wall')
    setQuery('wall', null)
    expect([address(), wall.value]).toEqual(['/server', false])
  })

  it('keeps a moment in the past among pages that show one, unless the link names its own', () => {
    const at = 'at=2026-11-23T14:03:20Z'
    visit(`/n/1?${at}`)
    navigate('/n/1/nodes/alpha')
    expect(address()).toBe(`/n/1/nodes/alpha?${at}`)
    navigate('/n/1?at=2026-11-23T09:00:00Z')
    expect(address()).toBe('/n/1?at=2026-11-23T09:00:00Z')
    navigate('/server')
    expect(address()).toBe('/server')
    navigate('/n/1')
    expect(address()).toBe('/n/1')
  })

  it('moves the focus to the content, since what had it is gone', () => {
    const main = document.createElement('main')
    main.id = 'main'
    main.tabIndex = -1
    document.body.append(main)
    navigate('/agents')
    expect(document.activeElement).toBe(main)
    main.remove()
  })
})

describe('settings of a page', () => {
  it('are noted in its address without a step in the history', () => {
    const { push } = watchHistory()
    setQuery('q', 'state:inactive')
    expect(address()).toBe('/?q=state:inactive')
    expect(query.value.get('q')).toBe('state:inactive')
    setQuery('q', '')
    expect(address()).toBe('/')
    expect(push).not.toHaveBeenCalled()
  })

  it('are a step where the way back is to lead to how the page was', () => {
    expect(depth()).toBe(0)
    setQueries({ range: '1h' }, true)
    setQueries({ range: null, from: 'a', to: 'b' }, true)
    expect([address(), depth()]).toEqual(['/?from=a&to=b', 2])
    navigate('/n/1/history')
    expect(depth()).toBe(0)
  })

  it('that are what they were are no step', () => {
    setQueries({ a: '1' }, true)
    const { push, replace } = watchHistory()
    setQueries({ a: '1' }, true)
    setQueries({ b: null })
    expect([push.mock.calls, replace.mock.calls]).toEqual([[], []])
  })

  it('are read back as they were written, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }),
          fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }),
          { maxKeys: 5 },
        ),
        (settings) => {
          visit('/n/1')
          setQueries(settings)
          expect(Object.fromEntries(query.value)).toEqual({ ...settings })
          setQueries(Object.fromEntries(Object.keys(settings).map((key) => [key, null])))
          expect(address()).toBe('/n/1')
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('links', () => {
  const follow = async (href: string, more: MouseEventInit = {}, attributes: Record<string, string> = {}) => {
    using page = await draw(
      <a href={href} {...attributes}>
        <b>there</b>
      </a>,
    )
    const event = new MouseEvent('click', { bubbles: true, cancelable: true, button: 0, ...more })
    document.addEventListener('click', stop)
    await change(() => page.find('b').dispatchEvent(event))
    document.removeEventListener('click', stop)
    return route.value
  }
  let left = false
  const stop = (event: Event): void => {
    left = !event.defaultPrevented
    event.preventDefault()
  }

  it('to pages of ours are followed without a load', async () => {
    expect(await follow('/n/1/map')).toEqual({ page: 'map', network: '1' })
    expect(left).toBe(false)
  })

  it('that open elsewhere, or that the server answers, are left to the browser', async () => {
    const ways: readonly (readonly [string, MouseEventInit?, Record<string, string>?])[] = [
      ['/n/1', { ctrlKey: true }],
      ['/n/1', { metaKey: true }],
      ['/n/1', { shiftKey: true }],
      ['/n/1', { button: 1 }],
      ['/n/1', {}, { target: '_blank' }],
      ['/n/1', {}, { download: 'x' }],
      ['/metrics'],
      ['/api/v1/server'],
      ['https://example.org/n/1'],
      ['#main'],
    ]
    for (const [href, more, attributes] of ways) {
      left = false
      const shown = await follow(href, more, attributes)
      expect([href, more, shown.page, left]).toEqual([href, more, 'home', true])
    }
  })

  it('back show the page before, and scroll to where it was', async () => {
    const scroll = vi.spyOn(window, 'scrollTo').mockImplementation(() => undefined)
    navigate('/server')
    history.replaceState(null, '', '/n/1')
    window.dispatchEvent(new PopStateEvent('popstate', { state: { scroll: 310 } }))
    expect(route.value).toEqual({ page: 'network', network: '1' })
    await new Promise((resolve) => requestAnimationFrame(resolve))
    expect(scroll).toHaveBeenLastCalledWith(0, 310)
  })
})
