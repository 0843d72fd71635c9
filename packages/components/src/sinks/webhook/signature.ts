/**
 * Signed as Standard Webhooks (standardwebhooks.com) have it: a receiver takes one of the libraries for it, or compares
 * HMAC-SHA256 of `id.timestamp.body`. The timestamp lets it refuse what somebody recorded and sends again.
 */
import { createHmac } from 'node:crypto'

/** `whsec_` and base64, or the bytes of the text as they are. */
const keyOf = (secret: string): Buffer =>
  secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret, 'utf8')

export const signatureHeaders = (
  secret: string,
  { id, at, body }: { readonly id: string; readonly at: number; readonly body: string },
): Readonly<Record<string, string>> => {
  const timestamp = String(Math.floor(at / 1000))
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}
