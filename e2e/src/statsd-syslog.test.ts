/** StatsD and syslog from a sender's socket to what the server answers, with agent and server as processes. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { freePort, netstats, startAnvil, startServer, temporaryFolder, until } from './support/processes.ts'
import type { Running, ServerProcess } from './support/processes.ts'

const sendUdp = async (port: number, text: string): Promise<void> => {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve, reject) =>
    socket.send(text, port, '127.0.0.1', (error) => (error === null ? resolve() : reject(error))),
  )
  socket.close()
}

const sendTcp = async (port: number, text: string): Promise<void> => {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.end(text)
  await once(socket, 'close')
}

/** Ports answer once the agent listens. */
const listening = (port: number, agent: Running): Promise<void> =>
  until(
    `something listens on ${port}`,
    async () => {
      const socket = connect(port, '127.0.0.1')
      await once(socket, 'connect')
      socket.destroy()
      return true as const
    },
    agent,
  ).then(() => undefined)

interface Answered {
  readonly metrics: readonly { metric: string; labels: Record<string, string>; value: number | null }[]
  readonly logs: readonly {
    source: string
    component?: string
    message: string
    severity: unknown
    fields?: Record<string, string>
  }[]
  readonly alarms: readonly { alarm: string; step: string; message: string }[]
}

/** Asks under a node until the answer has what is wanted. */
const asked = async <K extends keyof Answered>(
  server: ServerProcess,
  agent: Running,
  path: string,
  key: K,
  isThere: (found: Answered[K]) => boolean,
): Promise<Answered[K]> =>
  until(
    `${key} at ${path}`,
    async () => {
      const found = (await server.get(`/api/v1/networks/${path}`)) as Answered | undefined
      return found !== undefined && isThere(found[key]) ? found[key] : undefined
    },
    agent,
  )

describe('an agent that is opened for StatsD and syslog on the command line', () => {
  it('reports what it is sent under its first node, with that node’s metrics and logs', async () => {
    await using chain = await startAnvil()
    await using server = await startServer()
    const data = temporaryFolder('inputs')
    const [statsd, syslog] = [await freePort(), await freePort()]
    const args = [
      '--name',
      'alpha',
      '--rpc',
      chain.http,
      '--server',
      `ws://127.0.0.1:${server.port}`,
      '--secret',
      server.secret,
      '--data',
      data,
    ]
    await using agent = netstats([
      'agent',
      ...args,
      '--statsd',
      `127.0.0.1:${statsd}`,
      '--syslog',
      `127.0.0.1:${syslog}`,
    ])
    await listening(statsd, agent)
    await listening(syslog, agent)
    // Before the node has said which network it is on, it may be filed under none.
    const network = '31337'
    await until('the node on its network', () => server.get(`/api/v1/networks/${network}/nodes/alpha`), agent)
    await sendUdp(statsd, 'jobs:2|c\njobs:3|c\ndepth:7|g|#queue:rpc\ntook:12|ms\n')
    await sendUdp(statsd, '_e{6,4}:deploy|done|t:warning|#by:ci')
    await sendUdp(statsd, '_sc|db.up|2|m:no answer')
    const at = new Date().toISOString()
    await sendUdp(syslog, `<165>1 ${at} box geth 42 ID7 [node@32473 shard="7"] Looking for peers`)
    await sendTcp(
      syslog,
      `<11>Imported new chain segment\n${Buffer.byteLength('<13>app: two\nlines')} <13>app: two\nlines`,
    )

    const node = `${network}/nodes/alpha`
    const metrics = await asked(server, agent, `${node}/metrics`, 'metrics', (all) =>
      all.some(({ metric }) => metric === 'statsd.took.p95'),
    )
    const values = new Map(metrics.map(({ metric, labels, value }) => [metric + JSON.stringify(labels), value]))
    expect(values.get('statsd.depth{"queue":"rpc"}')).toBe(7)
    expect(values.get('statsd.took.max{}') ?? 12).toBe(12)
    // The counter says what was counted, whichever interval it fell into.
    const series = (await server.get(`/api/v1/networks/${node}/series?metric=statsd.jobs`)) as {
      series: readonly { metric: string }[]
    }
    expect(series.series.map(({ metric }) => metric)).toEqual(['statsd.jobs'])

    const logs = await asked(server, agent, `${node}/logs?limit=100`, 'logs', (all) => all.length >= 4)
    const line = (message: string) => logs.find((one) => one.message === message)
    expect(line('Looking for peers')).toMatchObject({
      source: 'geth',
      component: 'geth',
      fields: { facility: 'local4', hostname: 'box', procid: '42', msgid: 'ID7', 'node@32473.shard': '7' },
    })
    expect(line('Imported new chain segment')).toMatchObject({ source: 'syslog' })
    expect(line('two\nlines')).toMatchObject({ source: 'app' })
    expect(line('deploy\ndone')).toMatchObject({ source: 'statsd', fields: { by: 'ci' } })
    await asked(server, agent, `${network}/history/alarms`, 'alarms', (all) =>
      all.some(({ alarm, step, message }) => alarm === 'statsd.db.up' && step === 'raised' && message === 'no answer'),
    )
    rmSync(data, { recursive: true, force: true })
  })
})

describe('an agent that watches no node', () => {
  it.each([
    ['the machine', hostname(), []],
    ['what it is called', 'rack-7', ['--name', 'rack-7']],
  ])('runs, and reports what it is sent under the name of %s', async (_, name, named) => {
    await using server = await startServer()
    const data = temporaryFolder('inputs')
    const port = await freePort()
    const to = ['--server', `ws://127.0.0.1:${server.port}`, '--secret', server.secret, '--data', data]
    await using agent = netstats(['agent', ...to, '--statsd', `127.0.0.1:${port}`, ...named])
    await listening(port, agent)
    await sendUdp(port, 'here:1|g')
    const found = await asked(server, agent, `unknown/nodes/${encodeURIComponent(name)}/metrics`, 'metrics', (all) =>
      all.some(({ metric }) => metric === 'statsd.here'),
    )
    // It tells of its machine, too.
    expect(found.some(({ metric }) => metric.startsWith('host.'))).toBe(true)
    rmSync(data, { recursive: true, force: true })
  })

  it('does so by a file that names nothing but a listener', async () => {
    await using server = await startServer()
    const folder = temporaryFolder('inputs')
    const [port, other] = [await freePort(), await freePort()]
    const file = join(folder, 'agent.yaml')
    writeFileSync(
      file,
      `sources: [{ type: syslog, listen: "127.0.0.1:${port}" }]
sinks: [{ type: netstats, endpoint: "ws://127.0.0.1:${server.port}", secret: "${server.secret}" }]
data: ${join(folder, 'data')}
`,
    )
    await using agent = netstats(['agent', '--config', file, '--statsd', `127.0.0.1:${other}`])
    await listening(port, agent)
    await listening(other, agent)
    await sendTcp(port, '<13>app: hello\n')
    await asked(server, agent, `unknown/nodes/${encodeURIComponent(hostname())}/logs`, 'logs', (all) =>
      all.some(({ message }) => message === 'hello'),
    )
    rmSync(folder, { recursive: true, force: true })
  })
})
