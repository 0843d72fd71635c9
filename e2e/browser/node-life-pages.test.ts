import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { openPage } from '../src/support/browser.ts'
import { freePort, netstats, startAnvil, startServer, until } from '../src/support/processes.ts'
import type { Running, ServerProcess } from '../src/support/processes.ts'

/** An agent beside one node, reporting to one server; `data` is the caller's folder. */
const agentOf = (server: ServerProcess, name: string, rpc: string, data: string): Running => {
  const endpoint = `ws://127.0.0.1:${server.port}`
  return netstats(['agent', '--name', name, '--rpc', rpc, '--ethstats', endpoint, '--data', data], {
    NETSTATS_ETHSTATS_SECRET: server.secret,
  })
}

/** Folders for a test, gone with it. */
const folders = (): Disposable & { make(): string } => {
  const made: string[] = []
  return {
    make: () => {
      const folder = mkdtempSync(join(tmpdir(), 'netstats-browser-'))
      made.push(folder)
      return folder
    },
    [Symbol.dispose]: () => made.forEach((folder) => rmSync(folder, { recursive: true, force: true })),
  }
}

/** The number the page shows as head of the chain. */
const headOf = async (page: Page): Promise<number> => {
  const label = await page.getByRole('img', { name: /^Head block / }).getAttribute('aria-label')
  return Number((label ?? '').replaceAll(/\D/g, ''))
}

const waitForHeadAbove = async (page: Page, number: number): Promise<number> =>
  until(`a head above ${number}`, async () => {
    const head = await headOf(page)
    return head > number ? head : undefined
  })

const rowOf = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name })

describe('the dashboard in a browser', () => {
  it('shows moving blocks, a node that dies and comes back, and asks nobody else for anything', async () => {
    using temporary = folders()
    await using server = await startServer()
    await using anvil = await startAnvil()
    const data = temporary.make()
    await using _steady = agentOf(server, 'steady', anvil.ws, temporary.make())
    const mortal = agentOf(server, 'mortal', anvil.http, data)
    await using view = await openPage(server.url)
    const { page } = view
    await page.getByRole('link', { name: /^Head block / }).waitFor()
    const first = await headOf(page)
    const second = await waitForHeadAbove(page, first)
    await waitForHeadAbove(page, second)
    await rowOf(page, 'mortal')
      .filter({ hasNotText: /inactive/i })
      .waitFor()

    mortal.kill('SIGKILL')
    await mortal.exit
    await rowOf(page, 'mortal')
      .filter({ hasText: /inactive/i })
      .waitFor()
    expect(
      await rowOf(page, 'steady')
        .filter({ hasText: /inactive/i })
        .count(),
    ).toBe(0)

    await using _again = agentOf(server, 'mortal', anvil.http, data)
    await rowOf(page, 'mortal')
      .filter({ hasNotText: /inactive/i })
      .waitFor()
    await waitForHeadAbove(page, await headOf(page))
    expect(view.complaints).toEqual([])
    expect([...view.hosts]).toEqual([`127.0.0.1:${server.port}`])
  })

  it('says that the connection is lost, and goes on by itself when the server is back', async () => {
    using temporary = folders()
    const port = await freePort()
    await using anvil = await startAnvil()
    let server = await startServer({ port })
    await using _agent = agentOf(server, 'steady', anvil.ws, temporary.make())
    await using view = await openPage(server.url)
    await view.page.getByRole('link', { name: /^Head block / }).waitFor()
    server.kill('SIGKILL')
    await server.exit
    await view.page
      .getByText(/connection (is )?lost|reconnect/i)
      .first()
      .waitFor()
    server = await startServer({ port })
    await using _server = server
    const head = await until('a head after the restart', async () => (await headOf(view.page)) || undefined)
    await waitForHeadAbove(view.page, head)
  })

  it('is reached by netstats demo, which brings its own network', async () => {
    using temporary = folders()
    await using up = netstats(['demo', '--script', 'calm', '--data', temporary.make()])
    const url = await until('the address', async () => /Dashboard\s+(http:\/\/\S+)/.exec(up.output())?.[1], up)
    await using view = await openPage(url)
    await view.page.getByRole('link', { name: /^Head block / }).waitFor()
    await waitForHeadAbove(view.page, await headOf(view.page))
    for (const name of ['validator-1', 'validator-5', 'node-2']) await rowOf(view.page, name).first().waitFor()
    up.kill('SIGINT')
    expect(await up.exit).toBe(0)
  })

  it('fits phones, tablets and desktops without scrolling sideways', async () => {
    using temporary = folders()
    await using server = await startServer()
    await using anvil = await startAnvil()
    await using _agent = agentOf(server, 'steady', anvil.ws, temporary.make())
    await using view = await openPage(server.url, { width: 390, height: 844 })
    await view.page.getByRole('link', { name: /^Head block / }).waitFor()
    for (const width of [390, 700, 720, 768, 820, 848, 1000, 1440]) {
      await view.page.setViewportSize({ width, height: 900 })
      // The page chooses the columns that fit in the frame after the resize.
      await until(`no sideways scrolling at ${width} px`, async () =>
        Number(await view.page.evaluate('document.documentElement.scrollWidth - innerWidth')) <= 0 ? true : undefined,
      )
    }
  })
})
