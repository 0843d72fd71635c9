// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { learnServerTime } from '../clock.ts'
import { addKeys, startKeys } from '../keys.ts'
import { query, startRouter } from '../router/location.ts'
import { change, type Drawn, draw, visit, widths } from '../testing/page.ts'
import { answerRest, type HandServer } from '../testing/rest.ts'
import { nodeRow } from '../testing/rows.ts'
import { followHandFeed } from '../testing/topics.ts'
import { HostSection } from './host-section.tsx'
import { MetricsPage } from './metrics-page.tsx'

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

const now = Date.UTC(2026, 10, 23, 12)
const units: Readonly<Record<string, string>> = { 'host.cpuShare': 'ratio', 'statsd.x': 'count' }

startKeys()
startRouter()
let server: HandServer
let width: Disposable
/** Answers a question for series: each metric of each node but `never`, counting up. */
const seriesFor = () => {
  const asked = new URLSearchParams(server.asked.at(-1)?.path.split('?')[1])
  const [from, to, bucketMs] = ['from', 'to', 'bucket'].map((key) => Number(asked.get(key))) as [number, number, number]
  const buckets = Array.from({ length: Math.round((to - from) / bucketMs) }, (_, i) => from + i * bucketMs)
  const values = buckets.map((_, i) => i / 100)
  const one = { n: [], avg: values, min: values, max: values, sum: values, present: values.map(() => 1), labels: {} }
  const metrics = asked.getAll('metric').filter((metric) => metric in units)
  const series = asked
    .getAll('node')
    .flatMap((of) =>
      metrics.map((metric) => ({ ...one, node: of, name: of, series: metric, metric, unit: units[metric] ?? null })),
    )
  const missing = asked.getAll('metric').filter((metric) => !(metric in units))
  return { from, to, bucketMs, slotMs: 10_000, buckets, series, omitted: 0, missing }
}
beforeEach(() => {
  vi.useFakeTimers({ now, toFake: ['Date', 'setTimeout', 'clearTimeout'] })
  learnServerTime(now, true)
  const feed = followHandFeed()
  const rows = { alpha: nodeRow({ id: 'alpha', name: 'Alpha' }), beta: nodeRow({ id: 'beta', name: 'Beta' }) }
  feed.answer('nodes', { total: 2, all: 2, order: ['alpha', 'beta'], rows })
  width = widths(1200)
  server = answerRest({
    '/networks/1/metrics': {
      metrics: [
        { metric: 'peers', labels: [], unit: 'count', nodes: 2 },
        { metric: 'statsd.x', labels: ['path'], unit: 'count', nodes: 1 },
      ],
    },
    '/networks/1/metrics/statsd.x': { unit: 'count', values: [{ node: 'alpha', series: 'statsd.x', value: 7 }] },
  })
  server.answer('/networks/1/series', () => seriesFor())
  visit('/n/1/metrics')
})
afterEach(() => {
  // Topics that nobody follows are kept for a second.
  vi.advanceTimersByTime(2000)
  server[Symbol.dispose]()
  width[Symbol.dispose]()
  vi.useRealTimers()
})

const option = (page: Drawn, name: string): HTMLElement => {
  const found = page.all('.metrics-option').find((one) => one.querySelector('.metrics-name')?.textContent === name)
  if (!found) throw new Error(`${name} is not offered`)
  return found
}
const tick = (page: Drawn, name: string): Promise<void> =>
  page.click(option(page, name).querySelector('input') as HTMLElement)

describe('the page of metrics', () => {
  it('offers metrics and nodes, says what they bring, and draws what is chosen', async () => {
    using page = await draw(<MetricsPage network="1" />)
    expect(page.text('.metrics-empty')).toContain('Choose a metric and a node.')
    expect(page.text('.metrics-empty')).toContain('--statsd')
    await tick(page, 'statsd.x')
    expect(page.text('.metrics-empty')).toContain('Choose a node.')
    expect(option(page, 'Alpha').textContent).toContain('7')
    await tick(page, 'Alpha')
    await tick(page, 'Beta')
    expect([query.value.getAll('node'), query.value.getAll('metric')]).toEqual([['alpha', 'beta'], ['statsd.x']])
    expect(page.all('.chart')).toHaveLength(1)
    expect(page.text('.chart figcaption')).toContain('alpha')
    expect(page.text('.chart figcaption')).toContain('beta')
    await tick(page, 'Beta')
    expect(query.value.getAll('node')).toEqual(['alpha'])
  })

  it('draws what its address names, keeps what nobody has in the list, and says that it has no values', async () => {
    visit('/n/1/metrics?node=alpha&metric=statsd.x&metric=host.cpuShare&metric=never&range=15m')
    using page = await draw(<MetricsPage network="1" />)
    expect(page.all('.chart h2').map((one) => one.textContent)).toEqual(['statsd.x', 'host.cpuShare'])
    expect(page.text('.chart-notes')).toBe('No values in this range: never.')
    expect((option(page, 'never').querySelector('input') as HTMLInputElement).checked).toBe(true)
    await page.click(page.control('1 h'))
    expect([query.value.get('range'), query.value.getAll('metric').length]).toEqual(['1h', 3])
  })

  it('finds metrics by parts of their names', async () => {
    using page = await draw(<MetricsPage network="1" />)
    await page.type(page.find('input[aria-label="Search the metrics"]') as HTMLInputElement, 'STATSD x')
    const names = page.all('[aria-label="Metrics"] .metrics-name').map((one) => one.textContent)
    expect(names).toEqual(['statsd.x'])
  })
})

describe('the machine of a node', () => {
  it('is drawn for the last hour, or for the hour before the moment of the past', async () => {
    visit('/n/1/nodes/alpha')
    using page = await draw(<HostSection network="1" node="alpha" />)
    expect(page.all('.chart').map((one) => one.getAttribute('data-chart'))).toEqual(['cpu'])
    const asked = (): number => {
      const last = server.asked.findLast(({ path }) => !path.startsWith('/alarms'))
      return Number(new URLSearchParams(last?.path.split('?')[1]).get('to'))
    }
    expect(asked()).toBeGreaterThanOrEqual(now)
    await change(() => visit('/n/1/nodes/alpha?at=2026-11-23T10:00:00Z'))
    expect(asked()).toBe(now - 2 * 3_600_000)
  })

  it('leaves the keys to the page: Escape and arrows lead through time there', async () => {
    visit('/n/1/nodes/alpha?at=2026-11-23T10:00:00Z')
    const pressed: string[] = []
    const remove = addKeys({ Escape: () => pressed.push('Escape'), ArrowLeft: () => pressed.push('ArrowLeft') })
    // Drawn later, the charts would win.
    using page = await draw(<HostSection network="1" node="alpha" />)
    await page.press('Escape')
    await page.press('ArrowLeft')
    remove()
    expect(pressed).toEqual(['Escape', 'ArrowLeft'])
  })

  it('is not known where no agent reports it', async () => {
    server.answer('/networks/1/series', () => ({ ...seriesFor(), series: [] }))
    visit('/n/1/nodes/alpha')
    using page = await draw(<HostSection network="1" node="alpha" />)
    expect(page.text('.chart-notes')).toContain('An agent beside the node reports')
  })
})
