// Every page of the dashboard against the rules of WCAG 2.1, levels A and AA, that a machine can check (axe-core): by day and by
// night, on a desktop and on a phone. One server and one browser for all of them. The tones of drawings are held by
// `packages/dashboard/src/styles/tokens.test.ts`: what lies behind text in a drawing axe cannot tell.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { openPage } from '../src/support/browser.ts'
import { alarmOf, connectHandAgent, gapOf, pendingOf } from '../src/support/hand-agent.ts'
import { minutes, network, writeKnownHistory } from '../src/support/known-history.ts'
import { chainBlock, connect, emit, hello, loginAt } from '../src/support/peer.ts'
import { netstats, startServer, until } from '../src/support/processes.ts'

const minuteMs = 60_000
const password = 'correct horse battery'
const sizes = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
] as const
/** All rules by day; by night only the tones are others. */
const schemes = {
  light: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'],
  dark: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] },
} as const

interface Result {
  /** Rules that the page keeps. */
  readonly kept: number
  readonly violations: readonly {
    readonly id: string
    readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[]
  }[]
}

/** What is wrong with the page as it stands, a line for each element. */
const check = async (page: Page, name: string): Promise<readonly string[]> => {
  const found: string[] = []
  await page.evaluate(axe.source)
  for (const size of sizes) {
    await page.setViewportSize(size)
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
      const options = JSON.stringify({ runOnly: schemes[scheme], resultTypes: ['violations'] })
      const { kept, violations } = await page.evaluate<Result>(
        `axe.run(document, ${options}).then(({ passes, violations }) => ({ kept: passes.length, violations }))`,
      )
      if (kept < (scheme === 'light' ? 10 : 1)) found.push(`${name}: only ${kept} rules apply to it`)
      for (const { id, nodes } of violations)
        for (const { target, failureSummary } of nodes)
          found.push(`${name}, ${scheme}, ${size.width}: ${id} ${target.join(' ')} ${failureSummary}`)
    }
  }
  await page.setViewportSize(sizes[0])
  return found
}

interface Shown {
  readonly name: string
  readonly path: string
  /** Text that is there when the page has been drawn. */
  readonly ready: string | RegExp
  /** Opens a part that is closed at first. */
  readonly open?: (page: Page) => Promise<unknown>
}

const alarmMessage = 'A disk of the array has failed'
const openAlarm = async (page: Page): Promise<void> => {
  await page.locator('.alarm').filter({ hasText: alarmMessage }).getByRole('button').first().click()
  await page.getByText('What happened').waitFor()
}
const inAlarm =
  (name: string) =>
  async (page: Page): Promise<void> => {
    await openAlarm(page)
    await page.getByRole('button', { name, exact: true }).click()
  }

const pagesFrom = (start: number, block: string): readonly Shown[] => {
  const of = `/n/${network}`
  const iso = (minute: number): string => new Date(start + minute * minuteMs).toISOString()
  const range = `from=${iso(0)}&to=${iso(minutes)}`
  // A table of all of it takes longer to check than all other pages together.
  const short = `from=${iso(0)}&to=${iso(5)}`
  const press = (key: string) => (page: Page) => page.keyboard.press(key)
  const button = (name: string) => (page: Page) => page.getByRole('button', { name, exact: true }).first().click()
  return [
    { name: 'home', path: '/', ready: '2 networks' },
    { name: 'network', path: of, ready: 'Newest blocks' },
    { name: 'keys', path: of, ready: 'Newest blocks', open: press('?') },
    { name: 'filter', path: `${of}?q=behind:>`, ready: /Expected/, open: press('/') },
    { name: 'columns', path: of, ready: 'Newest blocks', open: (page) => page.getByText('Columns').click() },
    { name: 'renaming', path: of, ready: 'Newest blocks', open: button(`rename network ${network}`) },
    { name: 'wall', path: `${of}?wall`, ready: 'Newest blocks' },
    { name: 'network then', path: `${of}?at=${iso(30)}`, ready: /You look at the past/ },
    { name: 'before all', path: `${of}?at=${iso(-999_999)}`, ready: 'Nothing is known of that' },
    { name: 'map', path: `${of}/map`, ready: /with a known place/ },
    { name: 'node', path: `${of}/nodes/delta`, ready: 'Delay of the last 40 heights' },
    { name: 'inactive node', path: `${of}/nodes/beta`, ready: 'Delay of the last 40 heights' },
    { name: 'no node', path: `${of}/nodes/nobody`, ready: 'No node nobody' },
    { name: 'block', path: `${of}/blocks/${block}`, ready: 'How it spread' },
    { name: 'no block', path: `${of}/blocks/0xdead`, ready: 'No such block here' },
    { name: 'charts', path: `${of}/history?${range}`, ready: 'Propagation of blocks', open: press('ArrowLeft') },
    { name: 'chart table', path: `${of}/history?${short}`, ready: 'Propagation of blocks', open: button('Table') },
    { name: 'charts of a node', path: `${of}/nodes/alpha/history?${range}`, ready: /of the samples are there/ },
    { name: 'logs', path: `${of}/logs`, ready: 'No space left on device' },
    { name: 'logs then', path: `${of}/logs?at=${iso(30)}`, ready: 'the moment that is shown' },
    { name: 'no logs', path: `${of}/logs?text=nowhere`, ready: /No lines of the last day match/ },
    { name: 'no metrics', path: `${of}/metrics`, ready: 'Choose a metric and a node' },
    {
      name: 'metrics',
      path: `${of}/metrics?node=alpha&node=gappy&metric=peers&metric=statsd.x&${range}`,
      ready: 'statsd.x',
    },
    { name: 'events', path: `${of}/events`, ready: /No alarms that match|That is all/ },
    { name: 'alarms', path: '/alarms', ready: alarmMessage },
    { name: 'alarm', path: '/alarms', ready: alarmMessage, open: openAlarm },
    { name: 'acknowledging', path: '/alarms', ready: alarmMessage, open: inAlarm('I have it…') },
    { name: 'silencing', path: '/alarms', ready: alarmMessage, open: inAlarm('Silence…') },
    { name: 'alarms that are over', path: '/alarms?view=history', ready: 'No alarm that matches is over.' },
    { name: 'silences', path: '/alarms?view=silences', ready: 'Nothing is silenced.' },
    { name: 'receivers', path: '/alarms?view=receivers', ready: 'Nobody is notified of alarms.' },
    { name: 'node with an alarm', path: '/n/1337/nodes/gappy', ready: alarmMessage },
    { name: 'server', path: '/server', ready: 'Open files' },
    { name: 'deliveries', path: '/agents', ready: 'gappy' },
    { name: 'tokens', path: '/agents?view=auth', ready: 'validator-1' },
    { name: 'ban', path: '/agents?view=auth', ready: 'validator-1', open: button('ban validator-1') },
    { name: 'refused', path: '/agents?view=refused', ready: 'wrong secret' },
    { name: 'no network', path: '/n/nowhere', ready: 'No network nowhere' },
    { name: 'no page', path: '/nowhere', ready: 'There is no such page' },
  ]
}

it('every page keeps the rules of WCAG 2.1 A and AA, by day and by night, on a desktop and on a phone', {
  timeout: 400_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'netstats-accessibility-'))
  const data = join(folder, 'data')
  const start = Math.floor(Date.now() / minuteMs) * minuteMs - 180 * minuteMs
  await writeKnownHistory(data, start)
  const place = { latitude: 48.2, longitude: 16.4, city: 'Vienna', country: 'AT' }
  await using server = await startServer({ data, settings: { places: { delta: place } } })
  const file = join(folder, 'password')
  writeFileSync(file, `${password}\n`)
  const added = netstats(['users', 'add', 'admin', '--role', 'admin', '--password-file', file, '--data', data])
  expect([await added.exit, added.output()]).toEqual([0, expect.stringContaining('admin')])

  // A network that lives: two nodes on one head, a refused login, an agent that lost something.
  using delta = await loginAt(server, { id: 'delta' })
  using late = await loginAt(server, { id: 'late' })
  const genesis = Math.floor(Date.now() / 1000) - 320
  for (let number = 300; number < 320; number++) {
    await delta.send(emit('block', { id: 'delta', block: chainBlock(number, genesis) }))
    if (number < 315) await late.send(emit('block', { id: 'late', block: chainBlock(number, genesis) }))
  }
  using guess = await connect(`ws://127.0.0.1:${server.port}/api`)
  await guess.send(hello({ id: 'mallory', secret: 'wrong' }))
  await guess.ended
  using agent = await connectHandAgent(server, { name: 'gappy', token: server.secret })
  await agent.batch(0, [pendingOf('gappy', 1), gapOf('gappy', 12), alarmOf('gappy', 'raid', alarmMessage)])
  const { hash } = chainBlock(314, genesis) as { readonly hash: string }
  await until('the block', () => server.get(`/api/v1/networks/${network}/blocks/${hash}`))

  const found: string[] = []
  await using view = await openPage('about:blank')
  const { page } = view
  // Only ends what hangs: on a busy machine pages come late.
  page.setDefaultTimeout(120_000)
  const visit = async ({ name, path, ready, open }: Shown): Promise<void> => {
    await page.goto(server.url + path)
    await page.getByText(ready).filter({ visible: true }).first().waitFor()
    await open?.(page)
    found.push(...(await check(page, name)))
  }
  await visit({ name: 'login', path: '/login?next=/agents?view=auth', ready: 'Log in' })
  await page.getByLabel('Name').fill('admin')
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByLabel('Agent or node').fill('validator-1')
  await page.getByRole('button', { name: 'Add, with a token' }).click()
  await page.getByText('The token of validator-1').waitFor()
  found.push(...(await check(page, 'token')))
  for (const one of pagesFrom(start, hash)) await visit(one)
  expect(found).toEqual([])
  rmSync(folder, { recursive: true, force: true })
})

it('and so does the page of a server that no node has come to', async () => {
  await using server = await startServer()
  await using view = await openPage(server.url)
  const { page } = view
  await page.getByText('Waiting for the first node').waitFor()
  expect(await check(page, 'empty')).toEqual([])
})
