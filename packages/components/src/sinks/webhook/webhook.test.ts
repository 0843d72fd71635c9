import { createHmac } from 'node:crypto'
import { configFor, createFakeClock, createTestContext, exampleStats, sinkContract } from '@netstats/sdk/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { startHttpPeer } from '../../test-support/http-peer.ts'
import type { Answer, Posted } from '../../test-support/http-peer.ts'
import { alarmStep, logOf, metricOf, noAbort, sinkBatch } from '../../test-support/sink-batch.ts'
import { formNames } from './forms/mod.ts'
import { webhook } from './mod.ts'

const openAt = async (options: object, clock = createFakeClock()) => {
  const context = createTestContext({ clock })
  return { context, sink: await webhook.open(configFor(webhook, { ...options }), context) }
}
const start = async (options: object = {}, answer?: (posted: Posted) => Answer) => {
  const peer = await startHttpPeer(answer)
  const { sink, context } = await openAt({ url: `${peer.url}/hook`, ...options })
  return {
    peer,
    sink,
    context,
    async [Symbol.asyncDispose]() {
      await sink[Symbol.asyncDispose]()
      await peer[Symbol.asyncDispose]()
    },
  }
}
const bodyOf = (posted: Posted | undefined): unknown => JSON.parse(posted?.body ?? 'null')
const withNeeds = { key: 'the-key', chat: '@ops' }

for (const form of formNames) {
  sinkContract(
    `a webhook of form ${form}`,
    async () => {
      const peer = await startHttpPeer()
      const { sink } = await openAt({ url: `${peer.url}/topic`, form, ...withNeeds })
      return {
        sink,
        peer: (mood) => peer.mood(mood),
        async [Symbol.asyncDispose]() {
          await sink[Symbol.asyncDispose]()
          await peer[Symbol.asyncDispose]()
        },
      }
    },
    // Some forms know alarms alone.
    { observation: (n) => alarmStep('raised', { at: 1_767_225_600_000 + n }) },
  )
}

describe('what a webhook posts', () => {
  it('is all of each observation, with an id that stays, where nothing else is said', async () => {
    await using t = await start()
    await t.sink.deliver(sinkBatch([alarmStep('raised'), exampleStats(1)]), { signal: noAbort })
    expect(bodyOf(t.peer.posted[0])).toMatchObject({
      observations: [
        {
          id: '0123456789abcdef0123456789abcdef-1000',
          kind: 'alarm',
          network: '1337',
          node: 'validator-1',
          severity: 2,
          title: 'critical: node-down',
          labels: { node: 'validator-1', network: '1337' },
          body: { alarm: 'node-down:validator-1', step: 'raised' },
        },
        { kind: 'node-stats', body: { gasPrice: '1000000000000000000' } },
      ],
    })
  })

  it('is what the template says, a place alone being the value itself', async () => {
    const template = {
      summary: '{{severityName}} on {{network}}/{{node}}: {{text}}',
      at: '{{observedAt}}',
      list: ['{{body.step}}', { labels: '{{labels}}' }, true],
      nothing: '{{body.nothing.at.all}}',
      proto: '{{body.__proto__}}{{constructor}}',
    }
    await using t = await start({ template })
    await t.sink.deliver(sinkBatch([alarmStep('raised', { message: 'down' }), alarmStep('cleared')]), {
      signal: noAbort,
    })
    expect(t.peer.posted.length).toBe(2)
    expect(bodyOf(t.peer.posted[0])).toEqual({
      summary: 'critical on 1337/validator-1: down',
      at: 1_767_225_600_000,
      list: ['raised', { labels: { node: 'validator-1', network: '1337' } }, true],
      nothing: null,
      proto: '',
    })
  })

  it.each(formNames)('of form %s is JSON that says what happened, whatever the message is', async (form) => {
    await using t = await start({ form, ...withNeeds })
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 2000 }), async (message) => {
        const before = t.peer.posted.length
        const delivery = await t.sink.deliver(sinkBatch([alarmStep('raised', { message })]), { signal: noAbort })
        expect(delivery.status).toBe('delivered')
        expect(t.peer.posted.length).toBe(before + 1)
        expect(() => bodyOf(t.peer.posted.at(-1))).not.toThrow()
        expect(t.peer.posted.at(-1)?.body).toContain('node-down')
      }),
      { numRuns: 50 },
    )
  })

  it('stays within what the services take, however long the messages are', async () => {
    const long = Array.from({ length: 10 }, (_, i) => alarmStep('raised', { message: `${i} ${'<&>'.repeat(600)}` }))
    const sizes: Record<string, number> = {}
    for (const form of ['slack', 'teams', 'discord', 'telegram', 'ntfy'] as const) {
      await using t = await start({ form, ...withNeeds })
      await t.sink.deliver(sinkBatch(long), { signal: noAbort })
      sizes[form] = Math.max(...t.peer.posted.map(({ body }) => body.length))
      if (form === 'telegram')
        for (const one of t.peer.posted) {
          const { text } = bodyOf(one) as { readonly text: string }
          const shown = text.replaceAll(/<\/?[bi]>/g, '').replaceAll(/&(?:amp|lt|gt);/g, '.')
          expect(shown.length).toBeLessThanOrEqual(4096)
        }
    }
    expect(sizes['teams']).toBeLessThan(28 * 1024)
    expect(sizes['discord']).toBeLessThan(7500)
  })

  it('leads an alarm through its life at PagerDuty and Opsgenie under one key', async () => {
    const steps = [alarmStep('raised'), alarmStep('acknowledged'), alarmStep('suppressed'), alarmStep('cleared')]
    await using duty = await start({ form: 'pagerduty', key: 'routing' })
    await duty.sink.deliver(sinkBatch(steps), { signal: noAbort })
    const events = duty.peer.posted.map(bodyOf) as { event_action: string; dedup_key: string; routing_key: string }[]
    expect(events.map((one) => one.event_action)).toEqual(['trigger', 'acknowledge', 'resolve'])
    expect(new Set(events.map((one) => one.dedup_key))).toEqual(new Set(['1337/validator-1/node-down:validator-1']))
    expect(events[0]?.routing_key).toBe('routing')

    await using genie = await start({ form: 'opsgenie', key: 'genie' })
    await genie.sink.deliver(sinkBatch(steps), { signal: noAbort })
    const alias = encodeURIComponent('1337/validator-1/node-down:validator-1')
    expect(genie.peer.posted.map(({ path }) => path)).toEqual([
      '/hook/v2/alerts',
      `/hook/v2/alerts/${alias}/acknowledge?identifierType=alias`,
      `/hook/v2/alerts/${alias}/close?identifierType=alias`,
    ])
    expect(genie.peer.posted[0]?.headers['authorization']).toBe('GenieKey genie')
  })

  it('gives Alertmanager raised and cleared under the same labels', async () => {
    await using t = await start({ form: 'alertmanager', key: undefined })
    const end = alarmStep('cleared', { at: 1_767_225_660_000 })
    await t.sink.deliver(sinkBatch([alarmStep('raised'), alarmStep('acknowledged'), end]), { signal: noAbort })
    const alerts = bodyOf(t.peer.posted[0]) as { labels: object; startsAt?: string; endsAt: string }[]
    expect(t.peer.posted[0]?.path).toBe('/hook/api/v2/alerts')
    expect(alerts.length).toBe(2)
    expect(alerts[0]?.labels).toEqual(alerts[1]?.labels)
    expect(alerts[1]).toMatchObject({ endsAt: '2026-01-01T00:01:00.000Z' })
  })

  it('keeps the token of Telegram out of everything that is said', async () => {
    await using t = await start({ form: 'telegram', ...withNeeds, key: '123456:SECRETTOKEN' }, ({ path }) => ({
      status: 403,
      body: `bot was kicked ${path} 123456:SECRETTOKEN`,
    }))
    const delivery = await t.sink.deliver(sinkBatch([alarmStep('raised')]), { signal: noAbort })
    expect(t.peer.posted[0]?.path).toBe('/hook/bot123456:SECRETTOKEN/sendMessage')
    expect(JSON.stringify([delivery, t.context.log.entries])).not.toContain('SECRETTOKEN')
    expect(delivery).toMatchObject({ status: 'retry', reason: expect.stringContaining('bot was kicked') })
  })

  it('posts to ntfy under the topic of its address', async () => {
    await using t = await start({ form: 'ntfy' })
    await t.sink.deliver(sinkBatch([alarmStep('cleared')]), { signal: noAbort })
    expect(bodyOf(t.peer.posted[0])).toMatchObject({ topic: 'hook', priority: 5, tags: ['white_check_mark'] })
  })
})

describe('a webhook', () => {
  it('signs what it posts, and gives it an id that comes again with it', async () => {
    await using t = await start({ signingSecret: 'whsec_c2VjcmV0LWJ5dGVz' })
    const batch = sinkBatch([alarmStep('raised')])
    await t.sink.deliver(batch, { signal: noAbort })
    await t.sink.deliver(batch, { signal: noAbort })
    const [one, two] = t.peer.posted
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = one?.headers ?? {}
    const expected = createHmac('sha256', 'secret-bytes').update([id, at, one?.body].join('.')).digest('base64')
    expect(signature).toBe(`v1,${expected}`)
    expect(at).toBe('1767225600')
    expect(one?.headers['idempotency-key']).toBe('0123456789abcdef0123456789abcdef-1000')
    expect(two?.headers['idempotency-key']).toBe(one?.headers['idempotency-key'])
  })

  it('rejects what the peer will never take, and goes on with the rest', async () => {
    await using t = await start({ template: { n: '{{text}}' } }, ({ body }) =>
      body.includes('bad') ? { status: 422, body: 'no such field' } : { status: 200 },
    )
    const batch = sinkBatch([logOf('good'), logOf('bad'), logOf('good too')])
    expect(await t.sink.deliver(batch, { signal: noAbort })).toEqual({
      status: 'delivered',
      refused: { observations: 1, reason: 'HTTP 422: no such field' },
    })
    expect(await t.sink.deliver(sinkBatch([logOf('bad')]), { signal: noAbort })).toEqual({
      status: 'rejected',
      reason: 'HTTP 422: no such field',
    })
  })

  it('waits as long as it is asked to, and says what was taken before', async () => {
    let left = 1
    await using t = await start({ template: { n: '{{text}}' } }, () =>
      left-- > 0 ? { status: 200 } : { status: 429, headers: { 'retry-after': '7' }, body: 'slow down' },
    )
    expect(await t.sink.deliver(sinkBatch([logOf('1'), logOf('2')]), { signal: noAbort })).toMatchObject({
      status: 'retry',
      afterMs: 7000,
      through: 1000,
      reason: 'HTTP 429: slow down',
    })
  })

  it('waits where the login, the address or the peer is at fault: that is repaired, and nothing is lost', async () => {
    for (const status of [401, 403, 404, 410, 500, 502, 503]) {
      await using t = await start({}, () => ({ status }))
      expect((await t.sink.deliver(sinkBatch([alarmStep('raised')]), { signal: noAbort })).status).toBe('retry')
    }
  })

  it('follows no redirect: what it carries is for the address that was written', async () => {
    await using elsewhere = await startHttpPeer()
    await using t = await start({}, () => ({ status: 307, headers: { location: `${elsewhere.url}/x` } }))
    const delivery = await t.sink.deliver(sinkBatch([alarmStep('raised')]), { signal: noAbort })
    expect(delivery).toMatchObject({ status: 'retry', reason: expect.stringContaining('not followed') })
    expect(elsewhere.posted).toEqual([])
  })

  it('is not filled by an answer without end', async () => {
    await using t = await start({}, () => ({ status: 200, body: 'x'.repeat(5_000_000) }))
    expect((await t.sink.deliver(sinkBatch([metricOf('a', 1)]), { signal: noAbort })).status).toBe('delivered')
  })

  it.each([
    [{}, 'url: missing, expected the address to post to'],
    [{ url: 'file:///etc/passwd' }, 'url: is no URL that begins with http:// or https://'],
    [{ url: 'https://u:p@host/' }, 'url: holds a name or password before the host; write them as `basic`'],
    [{ url: 'https://ntfy.sh/', form: 'ntfy' }, 'url: ends with no topic, as in https://ntfy.sh/my-topic'],
    [{ form: 'pagerduty' }, 'key: missing, expected what the form pagerduty needs'],
    [
      { url: 'http://h', form: 'slack', template: {} },
      'template: the form slack has a shape of its own; leave one of the two out',
    ],
  ])('refuses %j', (options, message) => {
    const { error } = webhook.config.safeParse(options)
    const said = error?.issues.map((issue) => {
      const { params } = issue as unknown as { readonly params?: { readonly fault?: string } }
      return `${issue.path.join('.')}: ${params?.fault ?? issue.message}`
    })
    expect(said).toEqual([message])
  })
})
