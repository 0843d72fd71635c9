// Logs and metrics as an operator sees them: a real server, an agent that sends lines and values, and the pages in Chromium.
import { nodeId, unixMs } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { expect, it } from 'vitest'
import { openPage } from '../src/support/browser.ts'
import { connectHandAgent } from '../src/support/hand-agent.ts'
import { startServer, until } from '../src/support/processes.ts'

const network = '1337'
const node = 'validator'
const observation = (one: Pick<Observation, 'kind' | 'body'>): Observation =>
  ({ ...one, node: nodeId(node), observedAt: unixMs(Date.now()) }) as Observation
const line = (message: string, more: object = {}): Observation =>
  observation({ kind: 'log', body: { severity: 6, source: 'geth', component: 'p2p', message, ...more } })
const metric = (name: string, value: number, labels?: Readonly<Record<string, string>>): Observation =>
  observation({ kind: 'metric', body: { name, value, ...(labels && { labels }) } })

/** A server with an agent; `send` numbers what it sends. */
const startAgentServer = async () => {
  const server = await startServer()
  const agent = await connectHandAgent(server, { name: node, token: server.secret })
  let sent = 0
  return {
    server,
    send: async (...observations: readonly Observation[]): Promise<void> => {
      await agent.batch(sent, observations)
      sent += observations.length
    },
    async [Symbol.asyncDispose]() {
      agent[Symbol.dispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

it('follows log lines live, holds them still, finds them, and shows those around a moment', async () => {
  await using running = await startAgentServer()
  const { server, send } = running
  await send(line('Looking for peers', { fields: { peercount: '4' } }), line('Block sealing failed', { severity: 3 }))
  await until('the lines are stored', async () => {
    const { logs } = (await server.get(`/api/v1/networks/${network}/nodes/${node}/logs?component=p2p`)) as {
      readonly logs: readonly unknown[]
    }
    return logs.length === 2 ? true : undefined
  })
  await using view = await openPage(`${server.url}/n/${network}/logs`)
  const { page } = view
  const row = (text: string) => page.getByRole('row').filter({ hasText: text })
  await row('Block sealing failed').getByText('error').waitFor()
  await row('Looking for peers').getByText('peercount=4').waitFor()

  await send(line('Imported new chain segment'))
  await row('Imported new chain segment').waitFor()
  await page.getByRole('button', { name: 'Following' }).click()
  await send(line('Dropped a peer', { severity: 4 }), line('Dropped another peer', { severity: 4 }))
  await page.getByRole('button', { name: 'Follow: 2 new lines' }).waitFor()
  expect(await row('Dropped a peer').count()).toBe(0)
  await page.keyboard.press('f')
  await row('Dropped another peer').waitFor()

  await page.getByLabel('Severity').selectOption('4')
  await row('Imported new chain segment').waitFor({ state: 'detached' })
  await page.getByPlaceholder('found in the lines').fill('SEALING')
  await row('Dropped a peer').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Show all' }).click()
  await row('Imported new chain segment').waitFor()

  await row('Block sealing failed').getByRole('link').first().click()
  await page.getByText('the moment that is shown').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Following' }).waitFor()
  expect(view.complaints).toEqual([])
})

it('draws any metrics of a node on shared charts, with its choice in the address', async () => {
  await using running = await startAgentServer()
  const { server, send } = running
  await send(
    metric('statsd.x', 7),
    metric('rpc_ms', 12, { method: 'call' }),
    metric('rpc_ms', 40, { method: 'logs' }),
    observation({ kind: 'host', body: { cpuShare: 0.5, memoryBytes: 16 * 2 ** 30, memoryAvailableBytes: 2 ** 33 } }),
  )
  await until('the values are stored', async () => {
    const { metrics } = (await server.get(`/api/v1/networks/${network}/nodes/${node}/metrics`)) as {
      readonly metrics: readonly { readonly name: string; readonly value: number | null }[]
    }
    return metrics.find(({ name }) => name === 'statsd.x')?.value === 7 ? true : undefined
  })
  await using view = await openPage(`${server.url}/n/${network}/metrics?range=15m`)
  const { page } = view
  const chart = (title: string) => page.locator('.chart').filter({ has: page.getByRole('heading', { name: title }) })
  await page.getByRole('checkbox', { name: /^statsd\.x/ }).check()
  await page.getByRole('checkbox', { name: /^rpc_ms/ }).check()
  await page.getByRole('checkbox', { name: new RegExp(`^${node}`) }).check()
  await chart('statsd.x').locator('canvas').waitFor()
  await chart('rpc_ms').getByText('method=logs').waitFor()
  await page.reload()
  await chart('rpc_ms').getByText('method=call').waitFor()
  expect(new URL(page.url()).searchParams.getAll('metric')).toEqual(['statsd.x', 'rpc_ms'])

  await page.goto(`${server.url}/n/${network}/nodes/${node}`)
  await chart('CPU').locator('canvas').waitFor()
  await chart('Memory').getByText('16.0').waitFor()
  await page.getByRole('link', { name: 'All its metrics' }).click()
  await page.getByText('Choose a metric.').waitFor()
  expect(view.complaints).toEqual([])
})
