import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { openPage } from '../src/support/browser.ts'
import { connectHandAgent, gapOf, pendingOf } from '../src/support/hand-agent.ts'
import { connect, emit, hello, loginAt } from '../src/support/peer.ts'
import { netstats, startAnvil, startServer, temporaryFolder, until } from '../src/support/processes.ts'
import type { ServerProcess } from '../src/support/processes.ts'
import { logIn, startWithUsers } from '../src/support/start-with-users.ts'

interface Delivery {
  readonly received: number
  readonly offsetMs: number | null
}

const logOut = async (page: Page, name: string): Promise<void> => {
  await page.locator('.user-menu summary').filter({ hasText: name }).click()
  await page.getByRole('button', { name: 'Log out' }).click()
}

/** Refused logins as somebody would do them who guesses, one at a time and as long as they are wanted. */
const guess = async (server: ServerProcess): Promise<void> => {
  using peer = await connect(`ws://127.0.0.1:${server.port}/api`)
  await peer.send(hello({ id: 'beta', secret: 'wrong' }))
  await peer.ended
}

const overflowOf = (page: Page): Promise<number> => page.evaluate('document.documentElement.scrollWidth - innerWidth')

describe('the page about the server', () => {
  it('tells how it is, who was refused and when that is too often, by key, on a desktop and on a phone', async () => {
    await using server = await startServer()
    using _node = await loginAt(server, { id: 'alpha' })
    await guess(server)
    await using view = await openPage(server.url)
    const { page } = view
    await page.getByRole('link', { name: 'server' }).waitFor()
    await page.keyboard.press('s')
    await page.getByRole('heading', { name: 'Server', exact: true }).waitFor()
    await page.getByRole('row').filter({ hasText: 'wrong secret' }).getByText('1', { exact: true }).waitFor()
    await page.getByRole('row', { name: /^core ok/ }).waitFor()
    // Rates come with the second answer.
    const messages = page.locator('.figure').filter({ hasText: 'messages a second' }).locator('b')
    await until('a rate', async () => ((await messages.textContent()) === '–' ? undefined : true))
    const pid = String(server.pid)
    await page.getByRole('row').filter({ hasText: pid }).getByText(/of \d/).waitFor()
    const verdict = page.getByRole('region', { name: 'What is wrong' })
    // On a busy machine it is true for a while that the process is held up.
    await verdict.getByText('All is well.').waitFor({ timeout: 90_000 })
    // Now somebody guesses, and goes on.
    const trouble = verdict.getByRole('listitem').filter({ hasText: /logins a minute are refused/ })
    await until('the trouble', async () => {
      await guess(server)
      return (await trouble.count()) === 1 || undefined
    })
    await verdict.getByText('1 thing needs a look; nothing is broken.').waitFor()
    await page.locator('.loss-table tr.is-now').first().waitFor()
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await overflowOf(page)).toBeLessThanOrEqual(0)
    expect(view.complaints).toEqual([])
  })

  it('says since when there is no answer, and shows what was', async () => {
    await using server = await startServer()
    await using view = await openPage(`${server.url}/server`)
    const { page } = view
    await page.getByRole('row', { name: /^core ok/ }).waitFor()
    server.kill('SIGKILL')
    await page.getByText(/No answer since \d\d:\d\d:\d\d/).waitFor()
    expect(await page.getByRole('row', { name: /^core ok/ }).count()).toBe(1)
  })
})

describe('the page about the agents', () => {
  it('lists what an agent has delivered, and finds it by its name', async () => {
    const folder = temporaryFolder('agent')
    await using server = await startServer()
    await using anvil = await startAnvil()
    const secret = join(folder, 'secret')
    writeFileSync(secret, server.secret)
    const place = ['--data', join(folder, 'data'), '--secret-file', secret]
    const args = [
      'agent',
      '--name',
      'complete',
      '--rpc',
      anvil.ws,
      '--server',
      `ws://127.0.0.1:${server.port}`,
      ...place,
    ]
    await using agent = netstats(args)
    await until(
      'a delivery',
      async () => {
        const { deliveries } = (await server.get('/api/v1/deliveries')) as { deliveries: { durable: number }[] }
        return deliveries.some(({ durable }) => durable > 0) || undefined
      },
      agent,
    )
    await using view = await openPage(`${server.url}/agents`, { width: 390, height: 844 })
    const { page } = view
    const row = page.getByRole('row').filter({ hasText: 'complete' })
    await row.getByText('connected').waitFor()
    await page.getByText(/received, 0 missing/).waitFor()
    expect(await overflowOf(page)).toBeLessThanOrEqual(0)
    await page.getByPlaceholder('agent or node').fill('nobody')
    await page.getByText('No agent that matches.').waitFor()
    await page.getByPlaceholder('agent or node').fill('COMPL')
    await row.getByRole('link', { name: 'complete' }).click()
    await page.getByRole('heading', { name: 'complete' }).waitFor()
    expect(view.complaints).toEqual([])
    rmSync(folder, { recursive: true, force: true })
  })

  it('tells what is missing and why, what came twice, and how wrong its clock is', async () => {
    // What has come is not acknowledged for the next minute, so that the agent must send it again after it was cut off.
    await using server = await startServer({ settings: { history: { flushEvery: '1m' } } })
    // Half a second beyond what is asked for: seconds are cut, and a clock is measured only so well.
    const facts = { name: 'gappy', token: server.secret, behindMs: 90_500 }
    const delivery = (fits: (one: Delivery) => boolean) =>
      until('the delivery', async () => {
        const { deliveries } = (await server.get('/api/v1/deliveries')) as { deliveries: Delivery[] }
        return deliveries.find(fits)
      })
    const first = await connectHandAgent(server, facts)
    await first.batch(0, [pendingOf('gappy', 1), gapOf('gappy', 1200)])
    await delivery(({ received }) => received === 2)
    first[Symbol.dispose]()
    await first.ended
    using agent = await connectHandAgent(server, facts)
    await agent.batch(0, [pendingOf('gappy', 1), gapOf('gappy', 1200), pendingOf('gappy', 2)])
    await delivery(({ received, offsetMs }) => received === 3 && offsetMs !== null)
    await using view = await openPage(`${server.url}/agents?incomplete=true`)
    const { page } = view
    const row = page.getByRole('row').filter({ hasText: 'gappy' })
    await row.waitFor()
    const cells = await row.getByRole('cell').allTextContents()
    const told = cells.map((text) => text.replaceAll(/[\u00A0\u2009\u202F]/g, ' ').trim())
    expect(told).toEqual([
      'gappy 1337',
      'connected',
      '3',
      '1 200 1 200 log: spool was full',
      '2',
      expect.any(String),
      expect.stringMatching(/^\+1 min 30 s ±/),
    ])
    await page.getByText('1 200 missing').waitFor()

    await page.goto(`${server.url}/server`)
    const figure = (label: string) => page.locator('.figure').filter({ hasText: label }).locator('b')
    await figure('came twice, dropped once').getByText('2', { exact: true }).waitFor()
    await figure('missing for good').getByText('1 200', { exact: true }).waitFor()
    expect(view.complaints).toEqual([])
  })

  it('gives a token once, which lets a node in until it is rotated, revoked or banned', async () => {
    await using server = await startWithUsers()
    await using view = await openPage(`${server.url}/agents`)
    const { page } = view
    // Without a login there is no administration.
    await page.getByRole('link', { name: 'log in' }).waitFor()
    expect(await page.getByRole('button', { name: 'tokens and bans' }).count()).toBe(0)
    await page.getByRole('link', { name: 'log in' }).click()
    await logIn(page)
    await page.getByRole('button', { name: 'tokens and bans' }).click()
    await page.getByText('No agent has a token, a key or a ban.', { exact: false }).waitFor()
    await page.getByLabel('Agent or node').fill('validator-1')
    await page.getByRole('button', { name: 'Add, with a token' }).click()
    const once = page.getByRole('region', { name: 'The token of validator-1' })
    const shown = async (but?: string): Promise<string> =>
      until('a token', async () => {
        const text = await once.locator('code').first().textContent({ timeout: 5000 })
        return text === null || text === but ? undefined : text
      })
    const login = (token: string) => loginAt({ port: server.port, secret: token }, { id: 'validator-1' })
    const token = await shown()
    expect(token).toMatch(/^nst_[\w-]{43}$/)
    await once.getByText(`geth --ethstats 'validator-1:${token}@127.0.0.1:${server.port}'`).waitFor()
    using node = await login(token)
    await once.getByRole('button', { name: 'I have it' }).click()
    await page.reload()
    const row = page.getByRole('row').filter({ hasText: 'validator-1' })
    await row.getByText('token since', { exact: false }).waitFor()
    expect(await page.content()).not.toContain(token)

    const act = async (label: string, what: string): Promise<void> => {
      await row.getByRole('button', { name: `${label} validator-1` }).click()
      await row.getByRole('alertdialog').getByRole('button', { name: what, exact: true }).click()
    }
    await act('new token', 'rotate')
    await node.ended
    const second = await shown(token)
    await expect(login(token)).rejects.toThrow('closed')
    using renewed = await login(second)
    await act('revoke', 'revoke')
    await row.getByText('revoked').waitFor()
    await renewed.ended
    await expect(login(second)).rejects.toThrow('closed')
    await act('ban', 'ban')
    await row.getByText('banned').waitFor()
    // A ban holds also for who knows the secret of all.
    await expect(loginAt(server, { id: 'validator-1' })).rejects.toThrow('closed')
    await row.getByRole('button', { name: 'let in again validator-1' }).waitFor()

    await logOut(page, 'admin')
    await page.getByRole('link', { name: 'log in' }).waitFor()
    expect(view.complaints).toEqual([])
  })

  it('shows who was refused, why and what to do, on a desktop and on a phone, to who may administer agents', async () => {
    await using server = await startWithUsers()
    await guess(server)
    await guess(server)
    await using view = await openPage(`${server.url}/login?next=${encodeURIComponent('/agents?view=refused')}`)
    const { page } = view
    await logIn(page)
    const row = page.getByRole('row').filter({ hasText: 'beta' })
    await row.getByText('wrong secret').waitFor()
    await row.getByText('compare it with ethstats.secret of the server', { exact: false }).waitFor()
    await row.getByText('127.0.0.1').waitFor()
    expect(await row.getByRole('cell').nth(3).textContent()).toBe('2')
    for (const width of [390, 1440]) {
      await page.setViewportSize({ width, height: 844 })
      expect([width, await overflowOf(page)]).toEqual([width, 0])
    }
    await page.getByRole('button', { name: 'deliveries' }).click()
    await page.getByText('No netstats agent has reported yet.', { exact: false }).waitFor()
    expect(view.complaints).toEqual([])
  })
})

describe('where nothing is shown without a login', () => {
  it('asks for one, says when it is wrong, and gives the live picture for the right one until the logout', async () => {
    await using server = await startWithUsers({ auth: { anonymous: 'none' } })
    await using view = await openPage(`${server.url}/agents?incomplete=true`, { width: 390, height: 844 })
    const { page } = view
    expect(new URL(page.url()).pathname).toBe('/login')
    expect(await overflowOf(page)).toBeLessThanOrEqual(0)
    // The browser itself says on the console that an answer was 401; nothing else may be said.
    await logIn(page, 'viewer', 'not the password')
    await page.getByRole('alert').getByText('Name and password do not belong together', { exact: false }).waitFor()
    expect(await page.getByLabel('Password').inputValue()).toBe('')
    expect(view.complaints).toEqual([expect.stringContaining('401')])

    const sockets: string[] = []
    page.on('websocket', (socket) => sockets.push(new URL(socket.url()).pathname))
    await logIn(page, 'viewer')
    await page.getByRole('heading', { name: 'Agents', exact: true }).waitFor()
    expect(new URL(page.url()).search).toBe('?incomplete=true')
    await page.getByText('No agent that matches.').waitFor()
    // Who may only look is shown nothing to act with, and is refused where the page is asked for it by its address.
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.locator('.user-menu').getByText('viewer', { exact: true }).first().waitFor()
    await page.goto(`${server.url}/agents?view=auth`)
    await page.locator('.user-menu').getByText('viewer', { exact: true }).first().waitFor()
    await page.getByText('No netstats agent has reported yet.', { exact: false }).waitFor()
    expect(await page.getByRole('button', { name: /tokens and bans|Add, with a token/ }).count()).toBe(0)

    await page.goto(server.url)
    using node = await loginAt(server, { id: 'alpha' })
    await page.getByRole('row').filter({ hasText: 'alpha' }).waitFor()
    expect(sockets).toContain('/feed')
    await node.send(emit('pending', { id: 'alpha', stats: { pending: 4711 } }))
    await page
      .getByText(/^4.?711$/)
      .first()
      .waitFor()

    await logOut(page, 'viewer')
    await page.getByLabel('Password').waitFor()
    expect(new URL(page.url()).pathname).toBe('/login')
    expect((await fetch(`${server.url}/api/v1/server`)).status).toBe(401)
    expect(view.complaints).toHaveLength(1)
  })
})
