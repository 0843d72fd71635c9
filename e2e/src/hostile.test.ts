import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { shortCases, tableOf } from './hostile/all.ts'
import { harnessSettings, checkControlClients, createHarness, runCase, startControlClients } from './hostile/harness.ts'
import type { Harness, CaseResult, ControlClients } from './hostile/harness.ts'
import { fuzzCase } from './hostile/cases-frames.ts'
import { listenerCases, runListenerCase } from './hostile/cases-listeners.ts'
import type { Listeners } from './hostile/cases-listeners.ts'
import { freePort, startServer, temporaryFolder, until } from './support/processes.ts'
import type { ServerProcess } from './support/processes.ts'
import { startRecordingAgent } from './support/recording-agent.ts'

// The long form is `npm run proof:hostile`.
describe('a server under attack keeps its control clients, counts what it was sent, and survives', () => {
  const results: CaseResult[] = []
  let server: ServerProcess
  let controls: ControlClients
  let harness: Harness

  beforeAll(async () => {
    server = await startServer({ settings: harnessSettings, secret: 's3cret' })
    controls = await startControlClients(server)
    harness = createHarness(server, { frames: 2000, floodMs: 3000 })
    await checkControlClients(server, controls)
  })
  afterAll(async () => {
    console.log(tableOf(results))
    await controls[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  it.each(shortCases)('$name', async (one) => {
    results.push(await runCase(harness, controls, one))
  })

  it('and holds no more memory when it comes again', async () => {
    const before = results.at(-1)?.rssMb ?? 0
    for (const seed of [2, 3, 4]) results.push(await runCase(harness, controls, fuzzCase(seed)))
    expect(results.at(-1)?.rssMb).toBeLessThan(before + 64)
    // Whatever it went through, it never needed more than this.
    expect(Math.max(...results.map(({ rssMb }) => rssMb))).toBeLessThan(600)
  })

  it('and answers its control clients within a second, as a rule', () => {
    const halves = results.map(({ pong50 }) => pong50)
    expect(Math.max(...halves)).toBeLessThan(1000)
    expect(Math.max(...results.map(({ pongMax }) => pongMax))).toBeLessThan(5000)
  })
})

describe('an agent whose listeners are attacked takes what another sender says, counts the rest, and survives', () => {
  const folder = temporaryFolder('hostile-agent')
  let listeners: Listeners

  beforeAll(async () => {
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
    const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
    execFileSync('openssl', [...kind, '-subj', '/CN=localhost', '-keyout', key, '-out', cert], { stdio: 'pipe' })
    const ports = {
      statsd: await freePort(),
      syslog: await freePort(),
      tls: await freePort(),
      metrics: await freePort(),
    }
    const listen = (port: number): string => `127.0.0.1:${port}`
    const agent = startRecordingAgent({
      metrics: ports.metrics,
      sources: [
        { type: 'statsd', node: 'alpha', listen: listen(ports.statsd), flushInterval: '1s' },
        { type: 'syslog', node: 'alpha', listen: listen(ports.syslog), tls: { listen: listen(ports.tls), cert, key } },
      ],
    })
    listeners = { agent, ...ports }
    const health = `http://127.0.0.1:${ports.metrics}/healthz`
    await until(
      'both listen',
      async () => {
        const { parts } = (await (await fetch(health)).json()) as { parts: readonly { id: string; state: string }[] }
        return parts.filter(({ id, state }) => id.startsWith('source/') && state === 'ok').length === 2
          ? true
          : undefined
      },
      agent,
    )
  })
  afterAll(async () => {
    await listeners.agent[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  it.each(listenerCases)('$name', (one) => runListenerCase(listeners, one, 3000))
})
