import { createHash } from 'node:crypto'
import { createTransport } from 'nodemailer'
import type { Batch, Delivery, Sink, SinkContext } from '@netstats/sdk'
import { reasonOf } from '@netstats/sdk'
import { readTls } from '../shared/tls.ts'
import { itemId } from '../shared/item-id.ts'
import type { EmailConfig } from './config.ts'
import { digestOf } from './digest.ts'

const ports = { starttls: 587, tls: 465, none: 25 } as const
/** Shorter than a delivery may take: the server's own word is told rather than that it took too long. */
const connectMs = 8000
const silenceMs = 15_000

/** The same observations make the same id, by which many servers and readers know what they have already. */
const messageId = (batch: Batch, from: string): string => {
  const ids = batch.items.map((item) => itemId(batch, item)).join(' ')
  const domain = /@([^\s<>@]+?)>?$/.exec(from)?.[1] ?? 'netstats'
  return `<${createHash('sha256').update(ids).digest('hex').slice(0, 32)}@${domain}>`
}

interface SmtpError extends Error {
  readonly code?: string
  readonly responseCode?: number
}

/**
 * 5xx about the message or its recipients is for good; 4xx passes. A login that is refused and a server that does not
 * encrypt are the operator's to repair: the mail waits.
 */
const outcomeOf = (error: SmtpError): Delivery => {
  const { code = '', responseCode = 0 } = error
  const reason = reasonOf(error)
  const isAboutMail = code === 'EENVELOPE' || code === 'EMESSAGE'
  if (isAboutMail && responseCode >= 500) return { status: 'rejected', reason }
  return { status: 'retry', reason }
}

export const openEmailSink = async (config: EmailConfig, context: SinkContext): Promise<Sink> => {
  const { host, security, user, password, from, to, subject } = config
  const { ca, rejectUnauthorized } = await readTls(config.tls)
  const transport = createTransport({
    host,
    port: config.port ?? ports[security],
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(user !== undefined && password !== undefined ? { auth: { user, pass: password.reveal() } } : {}),
    tls: { rejectUnauthorized, ...(ca === undefined ? {} : { ca }) },
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    socketTimeout: silenceMs,
    // What observations say never makes it read a file or ask an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  })

  const send = async (batch: Batch): Promise<Delivery> => {
    const digest = digestOf(batch.items, context, subject)
    try {
      const { rejected } = await transport.sendMail({
        from,
        to: [...to],
        ...digest,
        messageId: messageId(batch, from),
        date: new Date(context.clock.now()),
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      })
      context.count('mails')
      if (rejected.length > 0) {
        context.count('recipients_refused', {}, rejected.length)
        context.log.warn({ recipients: rejected.length, of: to.length }, 'the mail server refused some recipients')
      }
      return { status: 'delivered' }
    } catch (error) {
      return outcomeOf(error as SmtpError)
    }
  }

  return {
    async deliver(batch, { signal }) {
      if (signal.aborted) return { status: 'retry', reason: 'called off' }
      const aborted = Promise.withResolvers<Delivery>()
      const abort = (): void => aborted.resolve({ status: 'retry', reason: reasonOf(signal.reason) })
      signal.addEventListener('abort', abort, { once: true })
      try {
        return await Promise.race([send(batch), aborted.promise])
      } finally {
        signal.removeEventListener('abort', abort)
      }
    },
    [Symbol.asyncDispose]() {
      transport.close()
      return Promise.resolve()
    },
  }
}
