/** The webhook sink and a real Alertmanager, which shows the alarm and sends it on to a receiver of ours. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Observation } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import { answersAt, startPeer } from '../src/support/peer-process.ts'
import { freePort, until } from '../src/support/processes.ts'
import { openSink } from '../src/support/sink.ts'

interface Received {
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Answers as `judge` says, 200 where it says nothing. */
const startReceiver = async (judge: (received: Received) => number = () => 200) => {
  const received: Received[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (body += chunk))
    request.once('end', () => {
      const one = { headers: request.headers, body }
      const status = judge(one)
      if (status === 200) received.push(one)
      response.writeHead(status).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    received,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const alarm = (step: string, at: number): Observation =>
  ({
    kind: 'alarm',
    node: 'validator-1',
    observedAt: at,
    body: { alarm: 'down:validator-1', step, type: 'node-down', severity: 2, message: 'validator-1 is "down"' },
  }) as Observation

describe('Alertmanager', () => {
  it('shows what the webhook sink raises, sends it on, and ends it when it is cleared', async () => {
    await using receiver = await startReceiver()
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    await using peer = await startPeer({
      program: 'prometheus-alertmanager',
      prepare: (folder) =>
        writeFileSync(
          join(folder, 'alertmanager.yml'),
          JSON.stringify({
            route: { receiver: 'hook', group_wait: '0s', group_interval: '1s', group_by: ['alertname'] },
            receivers: [{ name: 'hook', webhook_configs: [{ url: receiver.url, send_resolved: true }] }],
          }),
        ),
      args: (folder) => [
        `--config.file=${folder}/alertmanager.yml`,
        `--storage.path=${folder}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--cluster.listen-address=',
      ],
      ready: () => answersAt(`${url}/-/ready`),
    })
    await using sink = await openSink('webhook', { form: 'alertmanager', url }, { labels: { site: 'fra 1' } })
    const now = Date.now()
    expect(await sink.deliver([alarm('raised', now - 1000)])).toEqual({ status: 'delivered' })
    const shown = await until(
      'the alert',
      async () => {
        const alerts = (await (await fetch(`${url}/api/v2/alerts`)).json()) as readonly object[]
        return alerts[0]
      },
      peer,
    )
    expect(shown).toMatchObject({
      labels: { alertname: 'node-down', severity: 'critical', node: 'validator-1', network: '1337', site: 'fra 1' },
      annotations: { summary: 'validator-1 is "down"' },
      startsAt: new Date(now - 1000).toISOString(),
      status: { state: 'active' },
    })
    const sentOn = (status: string) =>
      until(
        `what is sent on as ${status}`,
        () => Promise.resolve(receiver.received.find(({ body }) => body.includes(`"status":"${status}"`))),
        peer,
      )
    expect(JSON.parse((await sentOn('firing')).body)).toMatchObject({ alerts: [{ labels: { site: 'fra 1' } }] })
    expect(await sink.deliver([alarm('cleared', now)])).toEqual({ status: 'delivered' })
    expect(JSON.parse((await sentOn('resolved')).body)).toMatchObject({
      alerts: [{ status: 'resolved', startsAt: new Date(now - 1000).toISOString() }],
    })
    expect(await (await fetch(`${url}/api/v2/alerts`)).json()).toEqual([])
  })
})

describe('a receiver that checks signatures', () => {
  const secret = 'between the two of us'
  /** As the libraries of Standard Webhooks do. */
  const judge = ({ headers, body }: Received): number => {
    const [id, at, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => {
      const value = headers[name]
      return typeof value === 'string' ? value : ''
    })
    if (Math.abs(Date.now() / 1000 - Number(at)) > 300) return 401
    const wanted = Buffer.from(createHmac('sha256', secret).update(`${id}.${at}.${body}`).digest('base64'))
    const isSigned = (signatures ?? '').split(' ').some((one) => {
      const given = Buffer.from(one.replace(/^v1,/, ''))
      return given.length === wanted.length && timingSafeEqual(given, wanted)
    })
    return isSigned ? 200 : 401
  }

  it('takes what is signed with its secret and nothing else', async () => {
    await using receiver = await startReceiver(judge)
    await using sink = await openSink('webhook', { url: receiver.url, signingSecret: secret })
    expect(await sink.deliver([alarm('raised', Date.now())])).toEqual({ status: 'delivered' })
    for (const options of [{}, { signingSecret: 'another' }]) {
      await using other = await openSink('webhook', { url: receiver.url, ...options })
      expect((await other.deliver([alarm('raised', Date.now())])).status).toBe('retry')
    }
    expect(receiver.received.length).toBe(1)
  })
})
