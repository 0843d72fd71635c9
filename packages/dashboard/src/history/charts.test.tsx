// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { learnServerTime } from '../clock.ts'
import { startKeys } from '../keys.ts'
import { query, route, startRouter } from '../router/location.ts'
import { alarmRecord } from '../testing/alarms.ts'
import { change, type Drawn, draw, visit, widths } from '../testing/page.ts'
import { answerRest, type HandServer } from '../testing/rest.ts'
import { followHandFeed } from '../testing/topics.ts'
import type { Series } from './data.ts'
import { HistoryPage } from './history-page.tsx'

// A canvas is nothing that a test has: charts are drawn in Chromium (e2e/browser), their numbers are read here.
vi.mock('uplot', () => ({
  default: class {
    static pxRatio = 1
    over = document.createElement('div')
    setData = (): void => undefined
    setCursor = (): void => undefined
    redraw = (): void => undefined
    destroy = (): void => undefined
    valToPos = (): number => 0
  },
}))

const minute = 60_000
const now = Date.UTC(2026, 10, 23, 12)

/** Answers any question with values that count up, and a gap in the third bucket. */
const seriesFor = (path: string): Series => {
  const asked = new URLSearchParams(path.slice(path.indexOf('?')))
  const [from, to, bucketMs] = ['from', 'to', 'bucket'].map((key) => Number(asked.get(key))) as [number, number, number]
  const buckets = Array.from({ length: Math.round((to - from) / bucketMs) }, (_, i) => from + i * bucketMs)
  const values = buckets.map((_, i) => (i === 2 ? null : i))
  const one = { n: [], avg: values, min: values, max: values, sum: values, p50: values, p95: values, p99: values }
  const metrics = Object.fromEntries((asked.get('metrics') ?? '').split(',').map((name) => [name, one]))
  return { from, to, bucketMs, slotMs: 10_000, buckets, present: values.map((v) => (v === null ? 0 : 1)), metrics }
}

startRouter()
startKeys()
let server: HandServer
let width: Disposable
beforeEach(() => {
  vi.useFakeTimers({ now, toFake: ['Date', 'setTimeout', 'clearTimeout'] })
  learnServerTime(now, true)
  followHandFeed()
  width = widths(1200)
  server = answerRest()
  const reply = () => seriesFor(server.asked.at(-1)?.path ?? '')
  server.answer('/networks/1/history', reply)
  server.answer('/networks/1/history/nodes/alpha', reply)
  visit('/n/1/history?range=15m&metrics=nodes,blockTime')
})
afterEach(() => {
  server[Symbol.dispose]()
  width[Symbol.dispose]()
  vi.useRealTimers()
})

const queryOf = ({ path }: { readonly path: string }): URLSearchParams =>
  new URLSearchParams(path.slice(path.indexOf('?')))
const isAlarms = ({ path }: { readonly path: string }): boolean => path.startsWith('/alarms')
/** Without what is asked of alarms. */
const asked = (): URLSearchParams[] => server.asked.filter((one) => !isAlarms(one)).map(queryOf)
const page = (node?: string): Promise<Drawn> => draw(<HistoryPage network="1" node={node} />)
const values = (shown: Drawn, chart: string): string => shown.text(`[data-chart="${chart}"] .chart-values`)

describe('alarms', () => {
  it('that were raised in the range are asked for, and named where the cursor reads', async () => {
    const at = now - 2 * minute
    const raised = ['one', 'two', 'three', 'four'].map((rule, i) => alarmRecord({ id: rule, rule, startsAt: at + i }))
    server.answer('/alarms', { alarms: [...raised, alarmRecord({ id: 'long ago' })], next: null })
    using shown = await page('alpha')
    const [query] = server.asked.filter(isAlarms).map(queryOf)
    expect([query?.get('network'), query?.get('node'), query?.get('limit')]).toEqual(['1', 'alpha', '200'])
    expect(Number(query?.get('to')) - Number(query?.get('from'))).toBeGreaterThanOrEqual(15 * minute)
    expect(shown.all('.chart-alarms')).toEqual([])
    for (let i = 0; i < 100 && shown.all('.chart-alarms').length === 0; i++) await shown.press('ArrowLeft')
    expect(shown.text('.chart-alarms')).toMatch(/^major: alpha, one.*three ?and 1 more$/)
    expect(shown.find('.chart-alarms a').getAttribute('href')).toBe('/n/1337/alarms?alarm=one')
  })
})

describe('the page of charts', () => {
  it('asks once for the metrics of all its charts, in whole buckets', async () => {
    using _page = await page()
    expect(asked()).toHaveLength(1)
    const [first] = asked()
    expect(first?.get('metrics')).toBe('active,nodes,atHead,syncing,blockTimeMs')
    expect([Number(first?.get('to')) % 10_000, first?.get('bucket')]).toEqual([0, '10000'])
    expect(Number(first?.get('to')) - Number(first?.get('from'))).toBe(15 * minute)
  })

  it('asks again when a bucket has ended and is written, and not before', async () => {
    using _page = await page()
    await change(() => vi.advanceTimersByTime(11_999))
    expect(asked()).toHaveLength(1)
    await change(() => vi.advanceTimersByTime(1))
    expect(asked()).toHaveLength(2)
    expect(Number(asked()[1]?.get('to')) - Number(asked()[0]?.get('to'))).toBe(10_000)
  })

  it('of a fixed range is asked for once', async () => {
    visit('/n/1/history?from=2026-11-23T10:00:00Z&to=2026-11-23T11:00:00Z&metrics=nodes')
    using _page = await page()
    await change(() => vi.advanceTimersByTime(600_000))
    expect(asked()).toHaveLength(1)
  })

  it('keeps range and choice of charts in the address', async () => {
    using shown = await page()
    await shown.click(shown.control('1 h'))
    expect(query.value.get('range')).toBe('1h')
    await shown.click(shown.control('Gas used, of the limit'))
    expect(query.value.get('metrics')).toBe('nodes,blockTime,gas')
    expect(shown.all('.chart').map((chart) => chart.dataset['chart'])).toEqual(['nodes', 'blockTime', 'gas'])
    await shown.click(shown.control('Nodes'))
    await shown.click(shown.control('Block time'))
    await shown.click(shown.control('Gas used, of the limit'))
    // None chosen is all of them.
    expect(query.value.get('metrics')).toBeNull()
  })

  it('reads all charts with one cursor, by the arrow keys, gaps too', async () => {
    using shown = await page()
    expect(values(shown, 'nodes')).toContain('active 89')
    await shown.press('ArrowLeft')
    expect(values(shown, 'nodes')).toContain('active 89')
    for (let i = 0; i < 8; i++) await shown.press('ArrowLeft', document.body, { shiftKey: true })
    expect(values(shown, 'nodes')).toContain('active 9')
    for (let i = 0; i < 7; i++) await shown.press('ArrowLeft')
    expect(values(shown, 'nodes')).toContain('active –')
    expect(shown.text('.chart-reading')).toContain('no samples')
    await shown.press('ArrowRight')
    expect(values(shown, 'nodes')).toContain('active 3')
  })

  it('zooms around the cursor by + and −, and Escape leads back', async () => {
    using shown = await page()
    await shown.press('ArrowLeft')
    await shown.press('-')
    const [from, to] = [query.value.get('from'), query.value.get('to')].map((text) => Date.parse(text ?? ''))
    expect(to! - from!).toBeCloseTo(30 * minute, -4)
    expect(asked()).toHaveLength(2)
    const back = vi.spyOn(history, 'back').mockImplementation(() => undefined)
    await shown.press('Escape')
    expect(back).toHaveBeenCalledTimes(1)
    back.mockRestore()
  })

  it('goes to the moment under the cursor by Enter', async () => {
    using shown = await page()
    await shown.press('ArrowLeft')
    await shown.press('Enter')
    expect(route.value).toEqual({ page: 'network', network: '1' })
    // The last bucket is not over: what it shows is now.
    expect(query.value.get('at')).toBe(new Date(now - 1).toISOString())
  })

  it('has the same numbers as rows, newest first, without the buckets of a gap', async () => {
    using shown = await page()
    await shown.click(shown.control('Table'))
    const rows = shown.all('tbody tr')
    expect(rows).toHaveLength(89)
    expect(rows[0]?.textContent).toContain('89')
    expect(shown.all('thead th').map((th) => th.textContent)).toEqual(
      expect.arrayContaining(['Nodes, active', 'Block time, mean', 'Block time, least', 'Block time, most']),
    )
  })

  it('says why there are no charts, and asks again when told to', async () => {
    server.answer('/networks/1/history', 503)
    using shown = await page()
    expect(shown.text('[role=alert]')).toContain('It answers 503. API_503')
    server.answer('/networks/1/history', () => seriesFor(server.asked.at(-1)?.path ?? ''))
    await shown.click(shown.control('Try again'))
    expect(shown.all('.chart')).toHaveLength(2)
  })

  it('of a node asks for its own, no finer than nodes report', async () => {
    visit('/n/1/nodes/alpha/history?range=15m')
    using shown = await page('alpha')
    expect(server.asked[0]?.path).toContain('/networks/1/history/nodes/alpha?')
    expect(asked()[0]?.get('bucket')).toBe('30000')
    expect(shown.text('[data-chart="behind"]')).toContain('Blocks behind the head')
  })
})
