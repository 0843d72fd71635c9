import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator, Page, Request } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { openPage } from '../src/support/browser.ts'
import {
  blockTimeOf,
  firstHeight,
  gap,
  goneAt,
  minutes,
  network,
  writeKnownHistory,
} from '../src/support/known-history.ts'
import { startAgent, startAnvil, startServer, until } from '../src/support/processes.ts'
import type { ServerProcess } from '../src/support/processes.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const iso = (at: number): string => new Date(at).toISOString()

/** A server with a known past of two hours that ended an hour ago. */
const startWithPast = async (): Promise<ServerProcess & { readonly start: number }> => {
  const data = mkdtempSync(join(tmpdir(), 'netstats-history-'))
  const start = Math.floor(Date.now() / minuteMs) * minuteMs - 3 * hourMs
  await writeKnownHistory(data, start)
  const server = await startServer({ data })
  return {
    ...server,
    start,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      rmSync(data, { recursive: true, force: true })
    },
  }
}

const plain = (text: string | null): string => (text ?? '').replaceAll(/\s+/gu, ' ')
const chart = (page: Page, key: string): Locator => page.locator(`[data-chart="${key}"]`)
const reading = async (page: Page, key: string): Promise<string> =>
  plain(await chart(page, key).locator('.chart-values').textContent())

/** Puts the hand on a minute of a chart that shows all of them. */
const pointAt = async (page: Page, key: string, minute: number, act: 'hover' | 'click' = 'hover'): Promise<void> => {
  const over = chart(page, key).locator('.u-over')
  const box = await over.boundingBox()
  if (!box) throw new Error('the chart is not drawn')
  await over[act]({ position: { x: ((minute + 0.5) / minutes) * box.width, y: box.height / 2 } })
}

const rangeOf = (request: Request): { readonly from: number; readonly to: number; readonly bucket: number } => {
  const query = new URL(request.url()).searchParams
  return { from: Number(query.get('from')), to: Number(query.get('to')), bucket: Number(query.get('bucket')) }
}
const asksHistory = (request: Request): boolean => new URL(request.url()).pathname.endsWith('/history')

const head = async (page: Page): Promise<number> => {
  const label = await page.getByRole('img', { name: /^Head block / }).getAttribute('aria-label')
  return Number((label ?? '').replaceAll(/\D/g, ''))
}
const headIs = (page: Page, number: number): Promise<void> =>
  page.getByRole('img', { name: `Head block ${number}`, exact: true }).waitFor()
const rowOf = (page: Page, name: string): Locator => page.getByRole('row').filter({ hasText: name })
const inPast = (page: Page): Locator => page.getByText(/You look at the past/)

describe('the history in a browser', () => {
  it('draws what was written: values, the gap, and a zoom that asks for less', async () => {
    await using server = await startWithPast()
    const { start } = server
    const range = `from=${iso(start)}&to=${iso(start + minutes * minuteMs)}`
    await using view = await openPage(`${server.url}/n/${network}/history?${range}&metrics=nodes,blockTime`)
    const { page } = view
    await chart(page, 'nodes').locator('.u-over').waitFor()

    await pointAt(page, 'nodes', 30)
    expect(await reading(page, 'nodes')).toContain('active 2')
    expect(await reading(page, 'blockTime')).toContain(`mean ${(blockTimeOf(30) / 1000).toFixed(2)} s`)
    await pointAt(page, 'blockTime', goneAt + 10)
    expect(await reading(page, 'nodes')).toContain('active 1')
    expect(await reading(page, 'blockTime')).toContain(`mean ${(blockTimeOf(goneAt + 10) / 1000).toFixed(2)} s`)

    await pointAt(page, 'nodes', (gap.from + gap.to) / 2)
    expect(plain(await page.locator('.chart-reading').textContent())).toContain('no samples')
    expect(await reading(page, 'nodes')).toContain('active –')
    const missing = (gap.to - gap.from) / minutes
    expect(plain(await chart(page, 'nodes').getByRole('img').getAttribute('aria-label'))).toContain(
      `${Math.round((1 - missing) * 100)} % of the samples`,
    )

    const over = chart(page, 'nodes').locator('.u-over')
    const box = await over.boundingBox()
    if (!box) throw new Error('the chart is not drawn')
    const x = (minute: number): number => box.x + (minute / minutes) * box.width
    const narrower = page.waitForRequest(asksHistory)
    await page.mouse.move(x(20), box.y + 30)
    await page.mouse.down()
    await page.mouse.move(x(30), box.y + 30)
    await page.mouse.move(x(40), box.y + 30)
    await page.mouse.up()
    const asked = rangeOf(await narrower)
    expect(Math.abs(asked.from - (start + 20 * minuteMs))).toBeLessThanOrEqual(minuteMs)
    expect(Math.abs(asked.to - (start + 40 * minuteMs))).toBeLessThanOrEqual(minuteMs)
    expect(asked.bucket).toBe(10_000)

    const back = page.waitForRequest(asksHistory)
    await page.getByRole('button', { name: 'Zoom out' }).waitFor()
    await page.keyboard.press('Escape')
    expect(rangeOf(await back)).toMatchObject({ from: start, to: start + minutes * minuteMs })
    expect(view.complaints).toEqual([])
    expect([...view.hosts]).toEqual([`127.0.0.1:${server.port}`])
  })

  it('reads the charts with the keyboard, and as a table', async () => {
    await using server = await startWithPast()
    const { start } = server
    const range = `from=${iso(start)}&to=${iso(start + minutes * minuteMs)}`
    await using view = await openPage(`${server.url}/n/${network}/history?${range}&metrics=nodes`)
    const { page } = view
    await chart(page, 'nodes').locator('.u-over').waitFor()
    await pointAt(page, 'nodes', goneAt)
    expect(await reading(page, 'nodes')).toContain('active 1')
    await page.keyboard.press('ArrowLeft')
    await chart(page, 'nodes').getByText('active 2').waitFor()
    await page.getByRole('button', { name: 'Table' }).click()
    const rows = page.locator('.history-table tbody tr')
    expect(await rows.count()).toBe(minutes - (gap.to - gap.from))
    expect(plain(await rows.last().textContent())).toContain('100 %2')
    expect(view.complaints).toEqual([])
  })

  it('shows the network as it was at a moment, and comes back with one key', async () => {
    await using server = await startWithPast()
    const { start } = server
    const range = `from=${iso(start)}&to=${iso(start + minutes * minuteMs)}`
    await using view = await openPage(`${server.url}/n/${network}/history?${range}&metrics=nodes`)
    const { page } = view
    await chart(page, 'nodes').locator('.u-over').waitFor()
    await pointAt(page, 'nodes', 30, 'click')
    await inPast(page).waitFor()
    await headIs(page, firstHeight + 30)
    await rowOf(page, 'beta')
      .filter({ hasNotText: /inactive/i })
      .waitFor()

    // An hour on, beta has gone; the gap is just over.
    await page.keyboard.press('>')
    await headIs(page, firstHeight + gap.to)
    await rowOf(page, 'beta')
      .filter({ hasText: /inactive/i })
      .waitFor()
    expect(
      await rowOf(page, 'alpha')
        .filter({ hasText: /inactive/i })
        .count(),
    ).toBe(0)
    expect(new URL(page.url()).searchParams.get('at')).not.toBeNull()

    // A block back is the last before the gap. And the node's own page of that moment.
    await page.keyboard.press(',')
    await headIs(page, firstHeight + gap.from - 1)
    await page.getByRole('link', { name: 'alpha', exact: true }).first().click()
    await page.getByRole('heading', { name: 'alpha' }).waitFor()
    await page
      .getByText(String(firstHeight + gap.from - 1), { exact: true })
      .first()
      .waitFor()

    await page.keyboard.press('Escape')
    await inPast(page).waitFor({ state: 'detached' })
    expect(new URL(page.url()).searchParams.get('at')).toBeNull()

    // The rail of the last day, drawn to half an hour after the beginning.
    const rail = await page.locator('.time-rail').boundingBox()
    if (!rail) throw new Error('there is no rail')
    const x = rail.x + rail.width * (1 - (Date.now() - start - 30 * minuteMs) / (24 * hourMs))
    await page.mouse.move(rail.x + rail.width - 2, rail.y + 8)
    await page.mouse.down()
    await page.mouse.move(x + 40, rail.y + 8)
    await page.mouse.move(x, rail.y + 8)
    await page.mouse.up()
    await inPast(page).waitFor()
    // The address follows the hand. A pixel is a minute or two.
    await page.waitForURL((url) => {
      const at = Date.parse(url.searchParams.get('at') ?? '')
      return Math.abs(at - (start + 30 * minuteMs)) < 5 * minuteMs
    })
    await page.getByRole('button', { name: /^Back to live/ }).click()
    await inPast(page).waitFor({ state: 'detached' })
    expect(view.complaints).toEqual([])
  })

  it('says that nothing is known of a moment before the history, and finds log lines with a way to their moment', async () => {
    await using server = await startWithPast()
    await using view = await openPage(`${server.url}/n/${network}?at=${iso(server.start - hourMs)}`)
    const { page } = view
    await page.getByRole('heading', { name: 'Nothing is known of that time' }).waitFor()
    await page.getByRole('button', { name: 'Back to live' }).first().click()
    await inPast(page).waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'logs' }).click()
    await page.getByPlaceholder('found in the lines').fill('space LEFT')
    const line = page.getByRole('row').filter({ hasText: 'No space left on device' })
    await line.getByText('error').waitFor()
    await line.getByRole('link').first().click()
    await page.getByText('the moment that is shown').waitFor()
    await page.getByRole('link', { name: 'See the network then' }).click()
    await headIs(page, firstHeight + 30)
  })

  it('goes back to when a node that has died was alive, while the live picture goes on behind it', async () => {
    await using server = await startServer()
    await using anvil = await startAnvil()
    await using _steady = startAgent({ server, name: 'steady', rpc: anvil.ws })
    await using mortal = startAgent({ server, name: 'mortal', rpc: anvil.http })
    await using view = await openPage(server.url)
    const { page } = view
    await page.getByRole('link', { name: /^Head block / }).waitFor()
    await rowOf(page, 'mortal')
      .filter({ hasNotText: /inactive/i })
      .waitFor()
    const then = Date.now()
    mortal.kill('SIGKILL')
    await mortal.exit
    await rowOf(page, 'mortal')
      .filter({ hasText: /inactive/i })
      .waitFor()
    const chain = new URL(
      (await page.getByRole('link', { name: 'history' }).getAttribute('href')) ?? '',
      server.url,
    ).pathname.split('/')[2]
    await until('the moment is written', () => server.get(`/api/v1/networks/${chain}/state?at=${then}`), server)

    const asked: string[] = []
    page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => asked.push(String(payload))))
    await page.goto(`${server.url}/n/${chain}?at=${iso(then)}`)
    await rowOf(page, 'mortal')
      .filter({ hasNotText: /inactive/i })
      .waitFor()
    const headThen = await head(page)
    // Nothing of the live picture is asked for while the page shows the past, but how the network is now.
    const topics = asked.filter((frame) => frame.includes('"subscribe"'))
    expect(topics.filter((frame) => !frame.includes('"topic":"alarms"'))).toEqual([])
    await page.keyboard.press('l')
    await rowOf(page, 'mortal')
      .filter({ hasText: /inactive/i })
      .waitFor()
    await until('the live head is further', async () => ((await head(page)) > headThen ? true : undefined))

    // The newest stretch of charts ends now, and begins before the server did.
    await page.goto(`${server.url}/n/${chain}/history?range=15m&metrics=nodes`)
    await chart(page, 'nodes').getByText('known 2').waitFor()
    await page.goto(`${server.url}/n/${chain}/nodes/steady/history?range=15m&metrics=propagation`)
    await chart(page, 'propagation').locator('.u-over').waitFor()
    expect(view.complaints).toEqual([])
  })
})
