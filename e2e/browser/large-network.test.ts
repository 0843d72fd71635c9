import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { openPage } from '../src/support/browser.ts'
import { startFleetServer } from '../src/support/start-fleet-server.ts'
import { until } from '../src/support/processes.ts'

const network = '20261'

interface Seen {
  /** Of a page that is left alone. */
  readonly bytesPerBlock: number
  readonly rows: number
  readonly elements: number
  readonly longestTaskMs: number
}

const firstRow = (page: Page): Promise<string | null> =>
  page.locator('tbody:not(.pinned) tr[data-node]').first().getAttribute('data-node')

const headOf = async (page: Page): Promise<number> => {
  const label = await page.getByRole('img', { name: /^Head block / }).getAttribute('aria-label')
  return Number((label ?? '').replaceAll(/\D/g, ''))
}

/** Waits for `wanted` blocks, and gives how many there were. */
const blocksPass = async (page: Page, wanted: number): Promise<number> => {
  const first = await headOf(page)
  return until(`${wanted} blocks`, async () => {
    const passed = (await headOf(page)) - first
    return passed >= wanted ? passed : undefined
  })
}

/** Looks at a network of `nodes` nodes: waits, scrolls to and fro, sorts and filters. */
const look = async (nodes: number): Promise<Seen> => {
  await using server = await startFleetServer(nodes)
  await using view = await openPage('about:blank')
  const { page } = view
  let bytes = 0
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => (bytes += payload.length)))
  await page.goto(`${server.url}/n/${network}`)
  await page.locator('tr[data-node]').first().waitFor()
  await page.evaluate(`
    globalThis.longest = 0
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) longest = Math.max(longest, entry.duration)
    }).observe({ entryTypes: ['longtask'] })`)
  // What is allowed at once is used up by now.
  await blocksPass(page, 8)
  bytes = 0
  const blocks = await blocksPass(page, 5)
  const bytesPerBlock = bytes / blocks

  let rows = 0
  let elements = 0
  const height = await page.evaluate<number>('document.documentElement.scrollHeight')
  for (const share of [0.5, 0.1, 0.8, 0.3, 0]) {
    const before = await firstRow(page)
    await page.evaluate(`scrollTo(0, ${Math.round(height * share)})`)
    await until('other rows', async () => ((await firstRow(page)) === before ? undefined : true))
    rows = Math.max(rows, await page.locator('tr[data-node]').count())
    elements = Math.max(elements, await page.locator('*').count())
  }
  const before = await firstRow(page)
  await page.getByRole('button', { name: 'Latency' }).click()
  await until('another order', async () => ((await firstRow(page)) === before ? undefined : true))
  await page.getByRole('searchbox', { name: /filter/i }).fill('agent-0001')
  await page.locator('.table-tools h2').getByText('10 of').waitFor()
  // No history is kept, which the console tells as requests that failed.
  expect(view.complaints.filter((text) => !text.includes('404') && !text.includes('503'))).toEqual([])
  return {
    bytesPerBlock,
    rows,
    elements,
    longestTaskMs: await page.evaluate<number>('longest'),
  }
}

describe('a page of a large network', () => {
  it('costs no more bytes and holds no more rows than that of a small one, and stays quick', async () => {
    const small = await look(300)
    const large = await look(5000)
    // Sixteen times the nodes: what grew with them would be far beyond this, and chance is not.
    expect(large.bytesPerBlock).toBeLessThan(2 * small.bytesPerBlock)
    expect(large.rows).toBeLessThanOrEqual(100)
    expect(large.elements).toBeLessThan(6000)
    // Far above what is aimed at: the machine does other work beside the tests.
    expect(large.longestTaskMs).toBeLessThan(2000)
  })
})
