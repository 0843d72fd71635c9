// Alarms as an operator on call sees them at night on a phone: a real server, nodes that fail, and the pages in Chromium.
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { openPage } from '../src/support/browser.ts'
import { alarmOf, connectHandAgent } from '../src/support/hand-agent.ts'
import { loginAt } from '../src/support/peer.ts'
import { until } from '../src/support/processes.ts'
import { logIn, startWithUsers } from '../src/support/start-with-users.ts'

const phone = { width: 390, height: 844 }
const node = 'validator'
const overflowOf = (page: Page): Promise<number> => page.evaluate('document.documentElement.scrollWidth - innerWidth')

it('finds an alarm on a phone, says "I have it", silences it for an hour, and sees it end', async () => {
  await using server = await startWithUsers()
  using agent = await connectHandAgent(server, { name: node, token: server.secret })
  await agent.batch(0, [
    alarmOf(node, 'raid-degraded', 'A disk of the array has failed'),
    alarmOf(node, 'fan', 'A fan stands still'),
  ])
  await using view = await openPage(`${server.url}/login?next=/alarms`, phone)
  const { page } = view
  await logIn(page)
  const row = page.locator('.alarm').filter({ hasText: 'A disk of the array has failed' })
  await row.getByText('major').waitFor()
  await until('the title of the tab', async () => (await page.title()).startsWith('2 major') || undefined)
  expect(await page.locator('link[rel=icon]').getAttribute('href')).toBe('/mark-bad.svg')
  expect(await overflowOf(page)).toBeLessThanOrEqual(0)

  await row.getByRole('button').first().click()
  await row.getByText('What happened').waitFor()
  await row.getByRole('button', { name: 'I have it…' }).click()
  await row.getByLabel('Comment').fill('I drive there')
  await row.getByRole('button', { name: 'I have it', exact: true }).click()
  await page.getByText('This alarm is acknowledged:').waitFor()
  await page.getByRole('button', { name: 'acknowledged' }).click()
  await row.getByText('I drive there').waitFor()
  await until('the title of the tab', async () => (await page.title()).startsWith('1 major') || undefined)

  await page.getByRole('button', { name: 'open' }).click()
  const fan = page.locator('.alarm').filter({ hasText: 'A fan stands still' })
  await fan.getByRole('button').first().click()
  await fan.getByRole('button', { name: 'Silence…' }).click()
  await fan.getByText('1 open alarm matches now').waitFor()
  expect(await overflowOf(page)).toBeLessThanOrEqual(0)
  await fan.getByRole('button', { name: 'Silence', exact: true }).click()
  await fan.getByText('silenced: nobody is told').waitFor()
  await page.getByRole('button', { name: 'silences' }).click()
  await page.getByText(/the alarm fan of node validator in network 1337/).waitFor()
  await page.getByText(/ends in\s+59/).waitFor()

  await agent.batch(2, [alarmOf(node, 'fan', 'It turns again', 'cleared')])
  await page.getByRole('button', { name: 'history' }).click()
  await page
    .locator('.alarm')
    .filter({ hasText: 'It turns again' })
    .getByText(/lasted/)
    .waitFor()
  expect(view.complaints).toEqual([])
})

it('shows one alarm for many nodes that fell silent together, what is behind it, and on their pages why', async () => {
  await using server = await startWithUsers()
  const names = ['alpha', 'beta', 'gamma']
  const peers = await Promise.all(names.map((id) => loginAt(server, { id })))
  for (const peer of peers) peer[Symbol.dispose]()
  await using view = await openPage(`${server.url}/n/4242/alarms`, phone)
  const { page } = view
  const parent = page.locator('.alarm').filter({ hasText: 'network-silent' })
  await parent.getByText('3 alarms').waitFor({ timeout: 200_000 })
  expect(await page.locator('.alarm').count()).toBe(1)
  await parent.getByRole('button').first().click()
  const behind = page.getByRole('region', { name: 'Behind this alarm' })
  for (const name of names) await behind.getByRole('link', { name }).waitFor()
  // Who has not logged in may look, and nothing else.
  expect(await parent.getByRole('button', { name: 'I have it…' }).count()).toBe(0)

  await behind.getByRole('link', { name: 'beta' }).click()
  await page.getByText('It is inactive because its connection ended.').waitFor()
  await page.getByRole('region', { name: 'Its alarms' }).getByText('a symptom of another alarm').waitFor()
  await page.locator('.time-alarm.is-bad').first().waitFor({ state: 'attached' })
  expect(await overflowOf(page)).toBeLessThanOrEqual(0)
  expect(view.complaints).toEqual([])
})
