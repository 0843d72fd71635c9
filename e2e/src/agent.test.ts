import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { freePort, netstats, startAnvil, startServer, sumOf, temporaryFolder, until } from './support/processes.ts'

interface NodeRow {
  readonly name: string
  readonly state: string
  readonly blockNumber: number | null
  readonly contact: string | null
}

interface Reads {
  get(path: string): Promise<unknown>
}

const rowsOf = async (server: Reads): Promise<readonly NodeRow[]> => {
  const networks = (await server.get('/api/v1/networks')) as { networks: readonly { key: string }[] } | undefined
  const key = networks?.networks[0]?.key
  const page = key === undefined ? undefined : await server.get(`/api/v1/networks/${key}/nodes`)
  return (page as { nodes?: readonly NodeRow[] } | undefined)?.nodes ?? []
}

describe('an agent with a configuration file', () => {
  it('reports two nodes to two servers, reports on itself, and shows no secret to anyone', async () => {
    await using chain = await startAnvil()
    await using one = await startServer({ secret: 'first hush' })
    await using two = await startServer({ secret: 'second hush' })
    const folder = temporaryFolder('agent')
    const port = await freePort()
    const secretFile = join(folder, 'second-secret')
    writeFileSync(secretFile, 'second hush\n')
    const file = join(folder, 'agent.yaml')
    writeFileSync(
      file,
      `sources:
  - { type: ethereum, node: over-http, endpoint: "${chain.http}", contact: somebody }
  - { type: ethereum, node: over-ws, endpoint: "${chain.ws}" }
  - { type: host }
sinks:
  - { type: netstats, endpoint: "ws://127.0.0.1:${one.port}", secret: { env: FIRST_SECRET } }
  - { type: ethstats, endpoint: "ws://127.0.0.1:${two.port}", secret: { file: second-secret }, nodes: [over-ws] }
data: ${join(folder, 'data')}
metrics: { listen: "127.0.0.1:${port}" }
log: { level: debug }
`,
    )
    await using agent = netstats(['agent', '--config', file], { FIRST_SECRET: 'first hush' })

    const rows = await until(
      'both nodes at the first server',
      async () => {
        const found = await rowsOf(one)
        return found.length === 2 && found.every((row) => row.blockNumber !== null) ? found : undefined
      },
      agent,
    )
    expect(rows.map((row) => row.name).toSorted()).toEqual(['over-http', 'over-ws'])
    expect(rows.find((row) => row.name === 'over-http')?.contact).toBe('somebody')
    const others = await until(
      'a node at the second server',
      async () => {
        const found = await rowsOf(two)
        return found.length > 0 ? found : undefined
      },
      agent,
    )
    expect(others.map((row) => row.name)).toEqual(['over-ws'])

    const health = await until(
      'a healthy agent',
      async () => {
        const answer = await fetch(`http://127.0.0.1:${port}/healthz`)
        const body = (await answer.json()) as { ok: boolean; parts: { id: string; state: string }[] }
        return body.parts.every((part) => part.state === 'ok') ? { status: answer.status, body } : undefined
      },
      agent,
    )
    expect(health.status).toBe(200)
    expect(health.body.parts.map((part) => part.id).toSorted()).toEqual(
      [
        'spool',
        'source/ethereum.over-http',
        'source/ethereum.over-ws',
        'source/host.over-http',
        'self-monitoring',
        'alarms',
        `sink/netstats 127.0.0.1:${one.port} over-http`,
        `sink/netstats 127.0.0.1:${one.port} over-ws`,
        `sink/ethstats 127.0.0.1:${two.port} over-ws`,
      ].toSorted(),
    )
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    const samples = new Map(
      metrics
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
    )
    expect(sumOf(samples, 'netstats_sink_delivered_total')).toBeGreaterThan(0)
    expect(sumOf(samples, 'netstats_spool_appended_total')).toBeGreaterThan(0)

    agent.kill('SIGTERM')
    expect(await agent.exit).toBe(0)
    expect(agent.output() + metrics + JSON.stringify(health)).not.toContain('hush')
    expect(readFileSync(secretFile, 'utf8')).toContain('hush')
    rmSync(folder, { recursive: true, force: true })
  })

  it('keeps what a server missed on disk and delivers it when the server is back, across its own restart', async () => {
    await using chain = await startAnvil()
    const port = await freePort()
    const data = temporaryFolder('agent')
    const metricsPort = await freePort()
    const args = ['agent', '--name', 'kept', '--rpc', chain.ws, '--ethstats', `ws://127.0.0.1:${port}`, '--data', data]
    const start = () =>
      netstats([...args, '--metrics-listen', `127.0.0.1:${metricsPort}`], { NETSTATS_ETHSTATS_SECRET: 'hush' })
    const backlog = async (): Promise<number> => {
      const health = (await (await fetch(`http://127.0.0.1:${metricsPort}/healthz`)).json()) as {
        backlogs: Record<string, number>
      }
      return Object.values(health.backlogs).reduce((sum, one) => sum + one, 0)
    }
    const before = start()
    const waiting = await until('a backlog', async () => ((await backlog()) >= 3 ? backlog() : undefined), before)
    before.kill('SIGKILL')
    await before.exit

    await using agent = start()
    expect(await until('the backlog again', backlog, agent)).toBeGreaterThanOrEqual(waiting)
    await using server = await startServer({ port, secret: 'hush' })
    await until('delivery', async () => ((await backlog()) === 0 ? true : undefined), agent)
    const rows = await until('the row', async () => {
      const found = await rowsOf(server)
      return found.length > 0 ? found : undefined
    })
    expect(rows).toMatchObject([{ name: 'kept', state: 'active' }])
    rmSync(data, { recursive: true, force: true })
  })
})
