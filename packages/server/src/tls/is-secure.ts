import type { IncomingMessage } from 'node:http'
import { createAddressList } from '../ingest/client-address.ts'

/** Whether a request came encrypted: over TLS of ours, or of a trusted proxy that says so. */
export const createIsSecure = (trustedProxies: readonly string[]): ((request: IncomingMessage) => boolean) => {
  const trusted = createAddressList(trustedProxies)
  return ({ socket, headers }) => {
    if ('encrypted' in socket && socket.encrypted === true) return true
    const remote = (socket.remoteAddress ?? '').replace(/^::ffff:/, '')
    return headers['x-forwarded-proto'] === 'https' && trusted(remote)
  }
}
