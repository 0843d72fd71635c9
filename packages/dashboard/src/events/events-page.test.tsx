// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { learnServerTime } from '../clock.ts'
import { query, startRouter } from '../router/location.ts'
import { type Drawn, draw, plain, visit } from '../testing/page.ts'
import { answerRest, type HandServer } from '../testing/rest.ts'
import { EventsPage } from './events-page.tsx'

const now = Date.UTC(2026, 10, 23, 12)
const day = 86_400_000
const alarms = '/networks/a%2Fb/history/alarms'
const entry = (fields: object = {}) => ({
  at: now,
  node: 'alpha',
  name: 'Alpha',
  severity: 3,
  message: 'disk full',
  type: 'disk-full',
  step: 'raised',
  origin: 'server',
  ...fields,
})

startRouter()
let server: HandServer
beforeEach(() => {
  vi.useFakeTimers({ now, toFake: ['Date', 'setTimeout', 'clearTimeout'] })
  learnServerTime(now, true)
  server = answerRest({ [alarms]: { alarms: [], next: null } })
  visit('/n/a%2Fb/events')
})
afterEach(() => {
  server[Symbol.dispose]()
  vi.useRealTimers()
})

const shown = (): Promise<Drawn> => draw(<EventsPage network="a/b" />)
const asked = (): URLSearchParams => new URLSearchParams(server.asked.at(-1)?.path.split('?')[1])
const cells = (page: Drawn): string[][] =>
  page.all('tbody tr').map((row) => [...row.querySelectorAll('td')].map((cell) => plain(cell.textContent)))

describe('the page of events', () => {
  it('asks for the alarms of a week at first, and for what is chosen then', async () => {
    using page = await shown()
    expect([server.asked[0]?.path.split('?')[0], asked().get('from')]).toEqual([alarms, String(now - 7 * day)])
    await page.click(page.control('1 d'))
    expect([asked().get('from'), query.value.get('days')]).toEqual([String(now - day), '1'])
    await page.click(page.control('not cleared only'))
    expect(asked().get('open')).toBe('true')
  })

  it('has a word for each severity, and leads to how the network and the node were then', async () => {
    const rows = [entry(), entry({ severity: 4 }), entry({ severity: 6, node: null, name: null })]
    server.answer(alarms, { alarms: rows, next: null })
    using page = await shown()
    expect(cells(page).map(([, severity, name]) => [severity, name])).toEqual([
      ['error', 'Alpha'],
      ['warning', 'Alpha'],
      ['info', ''],
    ])
    expect(page.all('.event-severity').map(({ className }) => className.replace('event-severity ', ''))).toEqual([
      'is-bad',
      'is-warn',
      'is-plain',
    ])
    const links = page.all('tbody tr:first-child a').map((a) => a.getAttribute('href'))
    expect(links).toEqual(['/n/a%2Fb?at=2026-11-23T12:00:00Z', '/n/a%2Fb/nodes/alpha?at=2026-11-23T12:00:00Z'])
  })

  it('says where an alarm comes from', async () => {
    const alarm = entry({ type: 'node-down', origin: 'node' })
    server.answer(alarms, { alarms: [alarm], next: null })
    using page = await shown()
    expect(cells(page)[0]?.[3]).toMatch(/^node-down raised \(.*by its agent\)$/)
  })

  it('is about one node until all are wanted', async () => {
    visit('/n/a%2Fb/events?node=alpha')
    using page = await shown()
    expect(asked().get('node')).toBe('alpha')
    await page.click(page.control('only alpha ×'))
    expect([asked().get('node'), query.value.get('node')]).toEqual([null, null])
  })

  it('reads older events page by page, to the end', async () => {
    server.answer(alarms, { alarms: [entry()], next: `/api/v1${alarms}?cursor=2` })
    using page = await shown()
    server.answer(alarms, { alarms: [entry({ message: 'older' })], next: null })
    await page.click(page.control('Older'))
    expect(cells(page).map((row) => row[4])).toEqual(['disk full', 'older'])
    expect(page.text('[role=status]')).toBe('That is all.')
    expect(page.all('button').map((button) => button.textContent)).not.toContain('Older')
  })

  it('says that nothing matches, or why nothing can be read', async () => {
    using page = await shown()
    expect(page.text('[role=status]')).toBe('No alarms that match in this time.')
    server.answer(alarms, 503)
    await page.click(page.control('1 d'))
    expect(page.text('[role=alert]')).toContain('API_503')
    server.answer(alarms, { alarms: [entry()], next: null })
    await page.click(page.control('Try again'))
    expect(cells(page)).toHaveLength(1)
  })
})
