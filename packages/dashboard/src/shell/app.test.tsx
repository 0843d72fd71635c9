// @vitest-environment happy-dom
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { learnServerTime, ownSeconds, seconds, serverNow } from '../clock.ts'
import { startKeys } from '../keys.ts'
import { pastAt, startPast } from '../past/moment.ts'
import { route, startRouter } from '../router/location.ts'
import { theme } from '../state/settings.ts'
import { alarmRecord, openAlarms } from '../testing/alarms.ts'
import { change, type Drawn, draw, plain, visit, widths } from '../testing/page.ts'
import { answerRest, type HandServer } from '../testing/rest.ts'
import { blockRow, networkSummary } from '../testing/rows.ts'
import { followHandFeed, type HandFeed } from '../testing/topics.ts'
import { App } from './app.tsx'
import { helpOpen } from './help.tsx'

const now = Date.UTC(2026, 10, 23, 12)
const minute = 60_000

beforeAll(() => {
  startRouter()
  startKeys()
  startPast()
})
let feed: HandFeed
let server: HandServer
let width: Disposable
beforeEach(() => {
  vi.useFakeTimers({ now, toFake: ['Date', 'setTimeout', 'clearTimeout'] })
  learnServerTime(now, true)
  ownSeconds.value = seconds.value = now
  feed = followHandFeed()
  feed.answer('networks', { networks: [networkSummary()] })
  feed.answer('summary', networkSummary({ head: blockRow({ arrivedAt: now - 2000 }) }))
  feed.answer('blocks', {
    blocks: [101, 100].map((number) => blockRow({ number, arrivedAt: now - (102 - number) * 5000 })),
  })
  server = answerRest()
  width = widths(1000)
  visit('/n/1337')
})
afterEach(() => {
  visit('/server')
  vi.advanceTimersByTime(1000)
  vi.useRealTimers()
  server[Symbol.dispose]()
  width[Symbol.dispose]()
  theme.value = 'auto'
  helpOpen.value = false
})

const frame = (page: Drawn): string => page.find('.app').className
const crumbs = (page: Drawn): (string | null)[] => page.all('.crumbs a').map((a) => a.getAttribute('aria-current'))

describe('the shell', () => {
  it('draws the page of the address, and says where one is', async () => {
    using page = await draw(<App />)
    expect(crumbs(page)).toEqual(['page', null, null, null, null, null, null])
    await change(() => visit('/n/1337/map'))
    expect(page.text('h1')).toBe('Map of network 1337')
    expect(crumbs(page)).toEqual([null, 'page', null, null, null, null, null])
    await change(() => visit('/nowhere'))
    expect(page.text('h1')).toBe('There is no such page')
    expect(page.all('.crumbs')).toEqual([])
  })

  it('begins with a way past the header, for readers without a mouse', async () => {
    using page = await draw(<App />)
    expect(page.all('a')[0]?.getAttribute('href')).toBe('#main')
    expect(page.find('#main').tabIndex).toBe(-1)
  })

  it('goes to pages and themes by single keys', async () => {
    using page = await draw(<App />)
    await page.press('t')
    await page.press('t')
    expect(theme.value).toBe('dark')
    await page.press('w')
    expect([frame(page), window.location.search]).toEqual(['app is-wall', '?wall=on'])
    await page.press('w')
    await page.press('s')
    expect(route.value).toEqual({ page: 'server' })
    await page.press('a')
    expect(route.value).toEqual({ page: 'agents' })
    await page.press('!')
    expect(route.value).toEqual({ page: 'alarms' })
  })

  it('opens the sheet of keys, and closes it', async () => {
    using page = await draw(<App />)
    const sheet = page.find('dialog') as HTMLDialogElement
    await page.press('?')
    expect(sheet.open).toBe(true)
    await page.click(page.control('Close'))
    expect([sheet.open, helpOpen.value]).toEqual([false, false])
  })
})

describe('the connection', () => {
  it('is said in the corner while all is well, with its round trip', async () => {
    using page = await draw(<App />)
    feed.link.value = { status: 'live', heardAt: now, roundTripMs: 31 }
    await change()
    expect(page.text('.link-state')).toMatch(/^live 31.ms$/)
    expect(page.all('.link-bar')).toEqual([])
    expect(frame(page)).toBe('app')
  })

  it('is no calm blue while the chain stands still, or an alarm is bad', async () => {
    using page = await draw(<App />)
    const dot = (): string => page.find('.link-state').className
    expect(dot()).toBe('link-state is-live')
    await change(() =>
      feed.answer('summary', networkSummary({ head: blockRow({ arrivedAt: now - minute }), blockTimeMs: 5000 })),
    )
    expect([dot(), page.text('.link-state')]).toEqual(['link-state is-connected', 'connected'])
    await change(() => feed.answer('summary', networkSummary({ head: blockRow({ arrivedAt: now }) })))
    expect(dot()).toBe('link-state is-live')
    await change(() => feed.answer('alarms', openAlarms({ counts: { major: 1 } })))
    expect(dot()).toBe('link-state is-connected')
    await change(() => feed.answer('alarms', openAlarms({ counts: { warning: 1 } })))
    expect(dot()).toBe('link-state is-live')
  })

  it('that is lost takes the colour away, says since when and why, and can be tried again', async () => {
    using page = await draw(<App />)
    await change(() => {
      feed.refusal.value = { reason: 'Set publicUrl.' }
      feed.link.value = { status: 'lost', attempt: 3, lostAt: now - minute, nextTryAt: now + 8000 }
    })
    expect(frame(page)).toBe('app is-stale')
    expect(page.text('.link-bar p')).toContain('No live connection. Set publicUrl. Try 3 in')
    expect(page.all('[role=status]').map((status) => status.textContent)).toContain('No live connection.')
    await page.click(page.control('Try now'))
    expect(feed.retries).toBe(1)
  })
})

describe('the time bar', () => {
  it('is on pages that show one moment, and on the first page of an only network', async () => {
    using page = await draw(<App />)
    const has = async (address: string): Promise<boolean> => {
      await change(() => visit(address))
      return page.all('.time-bar').length === 1
    }
    expect(await has('/n/1337')).toBe(true)
    expect(await has('/n/1337/map')).toBe(true)
    expect(await has('/')).toBe(true)
    expect(await has('/nowhere')).toBe(false)
    expect(await has('/n/1337?wall')).toBe(false)
  })

  it('has marks where alarms were raised, one for those that are near each other', async () => {
    const hour = 60 * minute
    const raised = [
      alarmRecord({ id: 'a', startsAt: now - hour, severity: 'warning' }),
      alarmRecord({ id: 'b', startsAt: now - hour + 1000, severity: 'critical' }),
      alarmRecord({ id: 'c', startsAt: now - 12 * hour, severity: 'minor' }),
      alarmRecord({ id: 'd', startsAt: now - 30 * hour }),
    ]
    server.answer('/alarms', { alarms: raised, next: null })
    using page = await draw(<App />)
    expect(page.all('.time-alarm').map((mark) => [mark.getAttribute('class'), plain(mark.textContent)])).toEqual([
      ['time-alarm is-bad', expect.stringMatching(/critical: alpha, node-silent, and 1 more$/)],
      ['time-alarm is-warn', expect.stringMatching(/minor: alpha, node-silent$/)],
    ])
    const asked = server.asked.filter(({ path }) => path.startsWith('/alarms'))
    expect(asked).toHaveLength(1)
    await change(() => (seconds.value = now + 1000))
    expect(server.asked.filter(({ path }) => path.startsWith('/alarms'))).toHaveLength(1)
  })

  it('steps through time by keys, and leads back to live with one', async () => {
    using page = await draw(<App />)
    await page.press('ArrowLeft')
    expect(pastAt.value).toBe(now - minute)
    await page.press('ArrowLeft', document.body, { shiftKey: true })
    expect(pastAt.value).toBe(now - 11 * minute)
    await page.press('>')
    expect(pastAt.value).toBeUndefined()
    await page.press('<')
    await page.press('ArrowRight')
    expect(pastAt.value).toBe(now - 59 * minute)
    await page.press('Escape')
    expect(pastAt.value).toBeUndefined()
    await page.press(',')
    expect(pastAt.value).toBe(now - 10_000)
    await page.press('l')
    expect(pastAt.value).toBeUndefined()
  })

  it('says of which moment the page is, and that nothing moves, in its own tone', async () => {
    using page = await draw(<App />)
    await page.press('<')
    expect(frame(page)).toContain('is-past')
    expect(page.text('.time-words')).toMatch(/^You look at the past: .* today1.h 00.min ago, nothing moves/)
    expect(page.text('.link-state')).toBe('past')
    await page.click(page.find('.time-back'))
    expect(frame(page)).toBe('app')
  })

  it('goes to a moment that is typed', async () => {
    using page = await draw(<App />)
    const field = page.find('#moment') as HTMLInputElement
    const at = now - 90 * minute
    const local = new Date(at - new Date(at).getTimezoneOffset() * minute).toISOString().slice(0, 19)
    await page.type(field, local, 'change')
    expect(pastAt.value).toBe(at)
    await page.press('g')
    expect(document.activeElement).toBe(field)
  })

  it('is a slider: drawn along it shows a moment when the hand rests, and by keys steps', async () => {
    using page = await draw(<App />)
    const rail = page.find('.time-rail')
    rail.setPointerCapture = () => undefined
    rail.hasPointerCapture = () => true
    rail.firstElementChild!.getBoundingClientRect = () => ({ left: 0, width: 1000 }) as DOMRect
    const point = (type: string, x: number) =>
      change(() => rail.dispatchEvent(new PointerEvent(type, { clientX: x, button: 0, bubbles: true })))
    expect(rail.getAttribute('aria-valuetext')).toBe('now, live')
    await point('pointerdown', 900)
    await point('pointermove', 500)
    expect(pastAt.value).toBeUndefined()
    await change(() => vi.advanceTimersByTime(120))
    // The rail holds a day at first.
    expect(pastAt.value).toBe(now - 12 * 60 * minute)
    await point('pointermove', 750)
    await point('pointerup', 750)
    expect(pastAt.value).toBe(now - 6 * 60 * minute)
    await page.press('PageUp', rail)
    expect(pastAt.value).toBe(now - 7 * 60 * minute)
    await page.press('End', rail)
    expect(pastAt.value).toBeUndefined()
    await page.press('Home', rail)
    expect(pastAt.value).toBe(serverNow() - 24 * 60 * minute)
  })
})
