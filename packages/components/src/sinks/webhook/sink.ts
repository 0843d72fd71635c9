import { createHash } from 'node:crypto'
import type { Batch, Sink, SinkContext, SpooledObservation } from '@netstats/sdk'
import { redactorOf, requestHeaders } from '@netstats/sdk/config'
import { createHttpClient } from '../shared/http-client.ts'
import { sendHttp } from '../shared/http-outcome.ts'
import { chunked, deliverPortions } from '../shared/portions.ts'
import type { PortionOutcome } from '../shared/portions.ts'
import { readTls } from '../shared/tls.ts'
import type { WebhookConfig } from './config.ts'
import type { Form, FormOptions } from './form.ts'
import { templated } from './forms/json.ts'
import { forms } from './forms/mod.ts'
import { messageOf, plainNumber } from './message.ts'
import type { Message } from './message.ts'
import { signatureHeaders } from './signature.ts'

/** The same observations have the same id, however often they come. */
const requestId = (messages: readonly Message[]): string => {
  const [first] = messages
  if (messages.length === 1 && first !== undefined) return first.id
  return createHash('sha256')
    .update(messages.map(({ id }) => id).join(' '))
    .digest('hex')
    .slice(0, 32)
}

export const openWebhookSink = async (config: WebhookConfig, context: SinkContext): Promise<Sink> => {
  const { form: name, template, key, signingSecret, title, text } = config
  const form: Form = template === undefined ? forms[name] : templated
  const options: FormOptions = {
    url: config.url?.reveal() ?? form.url ?? '',
    key: key?.reveal(),
    chat: config.chat,
    template,
  }
  const client = createHttpClient(await readTls(config.tls))
  const own = requestHeaders(config)
  const hidden = [options.key, signingSecret?.reveal(), ...Object.values(own)].filter((one) => one !== undefined)
  const redact = redactorOf(options.url, hidden)
  const closed = new AbortController()

  const send = async (
    batch: Batch,
    items: readonly SpooledObservation[],
    signal: AbortSignal,
  ): Promise<PortionOutcome> => {
    const messages = items.map((item) => messageOf(batch, item, context, { title, text }))
    const request = form.request(messages, options)
    if (request === undefined) return { status: 'delivered' }
    const body = JSON.stringify(request.body, plainNumber)
    const id = requestId(messages)
    const signed = signingSecret && signatureHeaders(signingSecret.reveal(), { id, at: context.clock.now(), body })
    const headers = {
      'user-agent': 'netstats',
      ...own,
      ...request.headers,
      'content-type': 'application/json',
      'idempotency-key': id,
      ...signed,
    }
    context.count('requests')
    const outcome = await sendHttp(
      client,
      { url: request.url ?? options.url, headers, body },
      { signal, redact, now: () => context.clock.now() },
    )
    return form.insists === true && outcome.status === 'rejected' ? { ...outcome, status: 'retry' } : outcome
  }

  return {
    deliver: (batch, { signal }) => {
      const either = AbortSignal.any([signal, closed.signal])
      return deliverPortions(batch, chunked(batch.items, form.most), (items) => send(batch, items, either))
    },
    [Symbol.asyncDispose]: async () => {
      closed.abort(new Error('closed'))
      await client[Symbol.asyncDispose]()
    },
  }
}
