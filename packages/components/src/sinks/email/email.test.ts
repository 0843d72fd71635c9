import { createMapping } from '@netstats/sdk'
import { configFor, createTestContext, sinkContract } from '@netstats/sdk/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { startMailServer } from '../../test-support/mail-server.ts'
import type { MailServerOptions } from '../../test-support/mail-server.ts'
import { alarmStep, logOf, noAbort, sinkBatch } from '../../test-support/sink-batch.ts'
import { digestOf } from './digest.ts'
import { email } from './mod.ts'

const who = { from: 'Netstats <netstats@example.org>', to: ['ops@example.org', 'more@example.org'] }

const start = async (options: object = {}, server: MailServerOptions = {}) => {
  const mails = await startMailServer(server)
  const config = { host: '127.0.0.1', port: mails.port, security: 'none', ...who, ...options }
  const context = createTestContext()
  const sink = await email.open(configFor(email, config), context)
  return {
    mails,
    sink,
    context,
    async [Symbol.asyncDispose]() {
      await sink[Symbol.asyncDispose]()
      await mails[Symbol.asyncDispose]()
    },
  }
}

sinkContract('an email sink', async () => {
  const { mails, sink, ...rest } = await start()
  return { sink, peer: (mood) => mails.mood(mood), ...rest }
})

describe('a mail', () => {
  it('holds all of a batch, as text and as HTML in which nothing that was said is markup', async () => {
    await using t = await start()
    const batch = sinkBatch([alarmStep('cleared'), alarmStep('raised'), logOf('line <one>\nline two', 6)])
    expect(await t.sink.deliver(batch, { signal: noAbort })).toEqual({ status: 'delivered' })
    const [mail] = t.mails.received
    expect(mail?.to).toEqual(['ops@example.org', 'more@example.org'])
    expect(mail?.subject).toBe(
      '[Netstats] critical: node-down · 1337 / validator-1: validator-1 is down <b>&" (and 2 more)',
    )
    expect(mail?.text).toContain(
      'node-down cleared\n2026-01-01 00:00:00 UTC  1337 / validator-1\nvalidator-1 is down <b>&"',
    )
    expect(mail?.text).toContain('line <one>\nline two')
    expect(mail?.html).toContain('validator-1 is down &lt;b&gt;&amp;&quot;')
    expect(mail?.html).not.toContain('<one>')
  })

  it('has the same id when the same observations come again', async () => {
    await using t = await start()
    const batch = sinkBatch([alarmStep('raised')])
    await t.sink.deliver(batch, { signal: noAbort })
    await t.sink.deliver(batch, { signal: noAbort })
    await t.sink.deliver(sinkBatch([alarmStep('raised')], 2000), { signal: noAbort })
    const [one, two, three] = t.mails.received.map(({ messageId }) => messageId)
    expect(one).toMatch(/^<[0-9a-f]{32}@example\.org>$/)
    expect(two).toBe(one)
    expect(three).not.toBe(one)
  })

  it('has one subject on one line, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (message) => {
        const { items } = sinkBatch([alarmStep('raised', { message })])
        const { subject, html } = digestOf(items, createMapping(), '{{summary}} {{count}} {{nothing}}')
        expect(subject).not.toMatch(/\p{Cc}/u)
        expect(subject.length).toBeLessThanOrEqual(300)
        // No tag but those of the form.
        const tags = [...html.matchAll(/<\/?([a-z0-9!]+)/gi)].map(([, tag]) => tag)
        expect(new Set(tags)).toEqual(new Set(['!doctype', 'html', 'body', 'h3', 'p']))
      }),
    )
  })
})

describe('an email sink', () => {
  it('encrypts before it logs in, and is refused with the wrong password', async () => {
    const login = { user: 'u', password: 'right' }
    await using t = await start({ security: 'starttls', tls: { rejectUnauthorized: false }, ...login }, { login })
    expect(await t.sink.deliver(sinkBatch([alarmStep('raised')]), { signal: noAbort })).toEqual({ status: 'delivered' })
    expect(t.mails.received[0]).toMatchObject({ secure: true, user: 'u' })
    await using wrong = await start(
      { security: 'starttls', tls: { rejectUnauthorized: false }, user: 'u', password: 'wrong-password' },
      { login },
    )
    const delivery = await wrong.sink.deliver(sinkBatch([alarmStep('raised')]), { signal: noAbort })
    expect(delivery).toMatchObject({ status: 'retry', reason: expect.stringContaining('535') })
    expect(JSON.stringify(delivery)).not.toContain('wrong-password')
  })

  it('sends nothing to a server that does not encrypt, and trusts no certificate of its own making', async () => {
    await using t = await start({ security: 'starttls' }, { withoutTls: true })
    expect((await t.sink.deliver(sinkBatch([alarmStep('raised')]), { signal: noAbort })).status).toBe('retry')
    await using other = await start({ security: 'starttls' })
    expect(await other.sink.deliver(sinkBatch([alarmStep('raised')]), { signal: noAbort })).toMatchObject({
      status: 'retry',
      reason: expect.stringContaining('certificate'),
    })
    expect([...t.mails.received, ...other.mails.received]).toEqual([])
  })

  it('rejects what the server refuses for good, and waits where it says later', async () => {
    await using never = await start(
      { to: ['nobody@example.org'] },
      { refuse: { address: 'nobody@example.org', code: 550 } },
    )
    expect((await never.sink.deliver(sinkBatch([alarmStep('raised')]), { signal: noAbort })).status).toBe('rejected')
    await using later = await start(
      { to: ['nobody@example.org'] },
      { refuse: { address: 'nobody@example.org', code: 451 } },
    )
    expect((await later.sink.deliver(sinkBatch([alarmStep('raised')]), { signal: noAbort })).status).toBe('retry')
    await using some = await start({}, { refuse: { address: 'more@example.org', code: 550 } })
    expect((await some.sink.deliver(sinkBatch([alarmStep('raised')]), { signal: noAbort })).status).toBe('delivered')
    expect(some.context.counts['recipients_refused']).toBe(1)
    expect(some.mails.received[0]?.to).toEqual(['ops@example.org'])
  })

  it.each([
    [{ from: 'a@b.example\nBcc: x@y.example' }, 'from'],
    [{ to: ['a@b.example, x@y.example'] }, 'to.0'],
    [{ subject: 'x\r\nBcc: x@y.example' }, 'subject'],
    [{ user: 'u' }, 'password'],
    [{ user: 'u', password: 'p', security: 'none' }, 'security'],
  ])('refuses %j', (options, path) => {
    const { error } = email.config.safeParse({ host: 'h', ...who, ...options })
    expect(error?.issues.map((issue) => issue.path.join('.'))).toEqual([path])
  })
})
