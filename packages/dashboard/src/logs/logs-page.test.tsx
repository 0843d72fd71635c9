// @vitest-environment happy-dom
import type { LogLine } from '@netstats/protocol/feed'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startKeys } from '../keys.ts'
import { query, startRouter } from '../router/location.ts'
import { change, type Drawn, draw, visit } from '../testing/page.ts'
import { answerRest, type HandServer } from '../testing/rest.ts'
import { createHandSource, followHandFeed, type HandFeed } from '../testing/topics.ts'
import { LogsPage } from './logs-page.tsx'
import { NodeLogs } from './node-logs.tsx'

const now = Date.UTC(2026, 10, 23, 12)
const logs = '/networks/a%2Fb/logs'
const line = (id: number, message: string, more: Partial<LogLine> = {}): LogLine => ({
  id,
  at: now + id,
  node: 'alpha',
  name: 'Alpha',
  severity: 6,
  source: 'geth',
  component: 'p2p',
  message,
  fields: null,
  ...more,
})

startRouter()
startKeys()
let server: HandServer
let feed: HandFeed
beforeEach(() => {
  vi.useFakeTimers({ now, toFake: ['Date', 'setTimeout', 'clearTimeout'] })
  server = answerRest({ [logs]: { logs: [], next: null, previous: null } })
  feed = followHandFeed()
  visit('/n/a%2Fb/logs')
})
afterEach(() => {
  // Topics that nobody follows are kept for a second.
  vi.advanceTimersByTime(2000)
  server[Symbol.dispose]()
  vi.useRealTimers()
})

const shown = (): Promise<Drawn> => draw(<LogsPage network="a/b" />)
const messages = (page: Drawn): string[] => page.all('.log-message').map((cell) => cell.textContent ?? '')
const tell = (...lines: readonly LogLine[]): Promise<void> => change(() => feed.answer('logs', { lines }))
const asked = (): URLSearchParams => new URLSearchParams(server.asked.at(-1)?.path.split('?')[1])

describe('the page of logs', () => {
  it('follows the lines that come, with those before them from the history', async () => {
    server.answer(logs, { logs: [line(2, 'two'), line(1, 'one')], next: null, previous: null })
    using page = await shown()
    await tell(line(2, 'two'), line(3, 'three'))
    expect(messages(page)).toEqual(['one', 'two', 'three'])
    expect(asked().get('to')).toBe(String(now + 3))
    await tell(line(2, 'two'), line(3, 'three'), line(4, 'four', { fields: { peers: '4' } }))
    expect(messages(page).at(-1)).toBe('four peers=4')
    expect(page.text('.logs-more')).toBe('No older lines.')
  })

  it('holds the lines still, says how many came, and goes on', async () => {
    using page = await shown()
    await tell(line(1, 'one'))
    await page.click(page.control('Following'))
    await tell(line(1, 'one'), line(2, 'two', { omitted: 5 }))
    expect(messages(page)).toEqual(['one'])
    await page.press('f', page.control('Follow: 6 new lines'))
    expect(messages(page)).toEqual(['one', 'two'])
    expect(page.text('.log-omitted')).toContain('5 lines left out')
  })

  it('asks the server for what is searched, and has it in its address', async () => {
    using page = await shown()
    await tell(line(1, 'one'))
    feed.hold('logs')
    const field = page.find('input[placeholder="found in the lines"]') as HTMLInputElement
    await page.type(field, 'peer')
    await page.type(field, ' peer ')
    await change(() => vi.advanceTimersByTime(300))
    await page.type(page.find('select') as HTMLSelectElement, '4', 'change')
    expect([query.value.get('text'), query.value.get('severity')]).toEqual(['peer', '4'])
    expect(feed.opened()).toContainEqual({
      topic: 'logs',
      network: 'a/b',
      filter: { text: 'peer', severity: 4 },
      limit: 200,
    })
    await tell()
    expect(page.text('.quiet-note')).toContain('No lines of the last day match.')
    await page.click(page.all('.logs-page .chip').find((one) => one.textContent === 'Show all') as HTMLElement)
    expect(query.value.size).toBe(0)
  })

  it('reads older lines page by page', async () => {
    server.answer(logs, { logs: [line(1, 'one')], next: `/api/v1${logs}?cursor=1`, previous: null })
    using page = await shown()
    await tell(line(2, 'two'))
    server.answer(logs, { logs: [line(0, 'zero')], next: null, previous: null })
    await page.click(page.control('Older lines'))
    expect(server.asked.at(-1)?.path).toBe(`${logs}?cursor=1`)
    expect(messages(page)).toEqual(['zero', 'one', 'two'])
  })

  it('leads from a line to the lines around it, and to its node as it was then', async () => {
    using page = await shown()
    await tell(line(1, 'one', { severity: 3, at: now }))
    expect(page.all('.log-row a').map((a) => a.getAttribute('href'))).toEqual([
      '/n/a%2Fb/logs?at=2026-11-23T12:00:00Z',
      '/n/a%2Fb/nodes/alpha?at=2026-11-23T12:00:00Z',
    ])
    expect(page.text('.severity-bad .log-severity')).toBe('error')
  })

  it('says which source brings lines where there are none, and where there are only those of the server', async () => {
    using page = await shown()
    await tell()
    expect(page.text()).toContain('No source sends logs yet')
    expect(page.text()).toContain('--log-file')
    await tell(line(1, 'alpha is active', { source: 'netstats', component: null }))
    expect(page.text('.logs-note summary')).toContain("the server's own lines")
    await tell(line(1, 'alpha is active', { source: 'netstats', component: null }), line(2, 'two'))
    expect(page.all('.logs-note')).toEqual([])
  })

  it('says why nothing can be read, and tries again', async () => {
    server.answer(logs, 503)
    using page = await shown()
    await tell(line(1, 'one'))
    expect(page.text('[role=alert]')).toContain('API_503')
    server.answer(logs, { logs: [line(0, 'zero')], next: null, previous: null })
    await page.click(page.control('Try again'))
    expect(messages(page)).toEqual(['zero', 'one'])
  })
})

describe('the page of logs in the past', () => {
  it('shows the lines around the moment, and goes on both ways', async () => {
    feed.past.value = createHandSource('past')
    visit('/n/a%2Fb/logs?at=2026-11-23T12:00:00Z&node=alpha')
    server.answer(logs, {
      logs: [line(2, 'after'), line(-1, 'before')],
      next: `/api/v1${logs}?cursor=older`,
      previous: `/api/v1${logs}?cursor=newer`,
    })
    using page = await shown()
    expect([asked().get('around'), asked().get('node')]).toEqual([String(now), 'alpha'])
    expect(page.all('.log-table tbody tr').map((row) => row.className)).toEqual([
      'log-row severity-plain',
      'log-moment',
      'log-row severity-plain',
    ])
    server.answer(logs, { logs: [line(3, 'newer')], next: null, previous: `/api/v1${logs}?cursor=newest` })
    await page.click(page.control('Newer lines'))
    server.answer(logs, { logs: [line(-2, 'older')], next: null, previous: `/api/v1${logs}?cursor=newer` })
    await page.click(page.control('Older lines'))
    expect(messages(page)).toEqual(['older', 'before', 'after', 'newer'])
    await page.click(page.control('Newer lines'))
    expect(server.asked.at(-1)?.path).toBe(`${logs}?cursor=newest`)
    expect(page.control('See the network then').getAttribute('href')).toContain('?at=2026-11-23T12:00:00Z')
  })

  it('says that there are none', async () => {
    feed.past.value = createHandSource('past')
    visit('/n/a%2Fb/logs?at=2026-11-23T12:00:00Z')
    using page = await shown()
    expect(page.text('.quiet-note')).toContain('No lines that match')
  })
})

describe('the last lines of a node', () => {
  it('are on its page, or those before the moment of the past', async () => {
    visit('/n/a%2Fb/nodes/alpha')
    using page = await draw(<NodeLogs network="a/b" node="alpha" />)
    await tell(...Array.from({ length: 20 }, (_, i) => line(i + 1, `line ${i + 1}`)))
    expect(messages(page)).toHaveLength(15)
    expect(page.all('.log-node')).toEqual([])
    expect(page.control('All its logs').getAttribute('href')).toBe('/n/a%2Fb/logs?node=alpha')
  })

  it('are none where no source sends them', async () => {
    visit('/n/a%2Fb/nodes/alpha')
    using page = await draw(<NodeLogs network="a/b" node="alpha" />)
    await tell()
    expect(page.text('[role=status]')).toContain('--log-file PATH')
  })
})
