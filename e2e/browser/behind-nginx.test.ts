/** The dashboard behind a real nginx with TLS, below a prefix that it takes away or passes on, and where it is set up wrongly. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { openPage } from '../src/support/browser.ts'
import { startNginx, usual } from '../src/support/nginx.ts'
import { chainBlock, emit, loginAt } from '../src/support/peer.ts'
import { netstats, startAnvil, startServer, temporaryFolder, until } from '../src/support/processes.ts'
import type { ServerProcess } from '../src/support/processes.ts'

const password = 'correct horse battery'

const startClosed = async (settings: object = {}): Promise<ServerProcess> => {
  const folder = temporaryFolder('prefix')
  const data = join(folder, 'data')
  const server = await startServer({ data, settings: { ...settings, auth: { anonymous: 'none' } } })
  const file = join(folder, 'password')
  writeFileSync(file, `${password}\n`)
  const added = netstats(['users', 'add', 'ann', '--role', 'admin', '--password-file', file, '--data', data])
  expect(await added.exit).toBe(0)
  return {
    ...server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const names = ['plain', '.', '..', 'a/b', 'ü %2F?#']

/** Nodes of names that paths do not like, with a block each. */
const report = async (server: ServerProcess): Promise<readonly Disposable[]> => {
  const start = Math.floor(Date.now() / 1000) - 3
  return Promise.all(
    names.map(async (id) => {
      const peer = await loginAt(server, { id })
      for (const number of [1, 2]) await peer.send(emit('block', { id, block: chainBlock(number, start) }))
      return peer
    }),
  )
}

const live = (page: Page): Promise<void> => page.locator('.link-state.is-live').waitFor()

const everyPage = async (page: Page, root: string): Promise<void> => {
  await page.goto(`${root}/n/4242`)
  await page.getByRole('button', { name: 'Log in' }).waitFor()
  expect(page.url()).toBe(`${root}/login?next=%2Fn%2F4242`)
  await page.getByLabel('Name').fill('ann')
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.waitForURL(`${root}/n/4242`)
  await live(page)
  await page.getByRole('img', { name: 'Head block 2', exact: true }).waitFor()
  for (const name of names) {
    await page.getByRole('row').getByRole('link', { name, exact: true }).click()
    await page.getByRole('heading', { name, exact: true }).waitFor()
    // The same address, asked for again.
    await page.reload()
    await page.getByRole('heading', { name, exact: true }).waitFor()
    await live(page)
    await page.goBack()
    await page.getByRole('row').first().waitFor()
  }
  for (const [path, what] of [
    ['/', /Head block/],
    ['/n/4242/map', /map/i],
    ['/n/4242/history', /history/i],
    ['/n/4242/events', /events/i],
    ['/n/4242/nodes/plain/history', /history/i],
    ['/server', /All is well|needs a look|broken/],
    ['/agents', /agents/i],
    ['/nowhere', /no such page/],
  ] as const) {
    await page.goto(root + path)
    await live(page)
    await page
      .getByText(what)
      .or(page.getByRole('img', { name: what }))
      .first()
      .waitFor()
  }
  // By links and keys one stays below the prefix.
  await page.getByRole('link', { name: 'netstats, all networks' }).click()
  await page.waitForURL(`${root}/`)
  await page.keyboard.press('s')
  await page.waitForURL(`${root}/server`)
}

describe('behind nginx with TLS', () => {
  it.each(['takes away', 'passes on'])('the whole dashboard works below a prefix that it %s', async (how) => {
    const prefix = '/some/prefix'
    await using server = await startClosed(how === 'passes on' ? { basePath: `${prefix}/` } : {})
    const slash = how === 'takes away' ? '/' : ''
    const lines = [`proxy_pass http://127.0.0.1:${server.port}${slash};`, ...usual]
    await using nginx = await startNginx([{ path: `${prefix}/`, lines }])
    const root = nginx.url + prefix
    const peers = await report(server)
    const folder = temporaryFolder('prefix-agent')
    await using anvil = await startAnvil()
    writeFileSync(join(folder, 'secret'), server.secret)
    writeFileSync(
      join(folder, 'agent.yaml'),
      JSON.stringify({
        sources: [{ type: 'ethereum', node: 'agent-1', endpoint: anvil.ws }],
        data: join(folder, 'data'),
        sinks: [
          {
            type: 'netstats',
            endpoint: root.replace('https', 'wss'),
            secret: { file: 'secret' },
            tls: { rejectUnauthorized: false },
          },
        ],
      }),
    )
    await using agent = netstats(['agent', '--config', join(folder, 'agent.yaml')])
    await using view = await openPage(`${root}/`, { anyCertificate: true })
    const { page } = view
    await everyPage(page, root)
    await until('the agent', async () => (agent.output().includes('logged in') ? true : undefined), agent)
    const download = await page.evaluate(
      `fetch('${prefix}/api/v1/networks/4242/export/block?format=csv').then(async (a) => [a.status, await a.text()])`,
    )
    expect(download).toEqual([200, expect.stringMatching(/number/)])
    const index = await page.evaluate<{ links: { networks: string } }>(
      `fetch('${prefix}/api/v1').then((a) => a.json())`,
    )
    expect(index.links.networks).toBe(how === 'passes on' ? `${prefix}/api/v1/networks` : '/api/v1/networks')
    await page.locator('.user-menu summary').click()
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.waitForURL(`${root}/login?next=%2F`)
    for (const peer of peers) peer[Symbol.dispose]()
    // Nothing was asked of another place, and nothing failed but what was not yet logged in.
    expect([...view.hosts]).toEqual([new URL(root).host])
    expect(view.complaints.filter((text) => !/401/.test(text))).toEqual([])
    rmSync(folder, { recursive: true, force: true })
  })

  it('a page that is not let in says why, and what helps', async () => {
    await using server = await startServer()
    const to = `proxy_pass http://127.0.0.1:${server.port};`
    const [http, upgradeTo, connection] = usual as [string, string, string]
    const host = (line: string): readonly string[] => [
      to,
      http,
      upgradeTo,
      connection,
      `proxy_set_header Host ${line};`,
    ]
    await using noUpgrade = await startNginx([{ path: '/', lines: [to, 'proxy_set_header Host $http_host;'] }])
    await using otherPort = await startNginx([{ path: '/', lines: host('127.0.0.1:1') }])
    await using noHost = await startNginx([{ path: '/', lines: host('stats.example.org') }])
    await using cutPort = await startNginx([{ path: '/', lines: host('$host') }])
    {
      await using view = await openPage(noUpgrade.url, { anyCertificate: true })
      await view.page.getByText('a proxy in between does not pass on WebSocket upgrades').first().waitFor()
    }
    {
      await using view = await openPage(otherPort.url, { anyCertificate: true })
      await view.page.getByText(`set publicUrl: ${otherPort.url}/`).first().waitFor()
      expect(server.output()).toContain('/feed refused')
    }
    {
      await using view = await openPage(noHost.url, { anyCertificate: true })
      await view.page.getByText('hosts: ["stats.example.org"]').waitFor()
    }
    await using view = await openPage(cutPort.url, { anyCertificate: true })
    await live(view.page)
  })
})
