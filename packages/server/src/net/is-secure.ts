import type { IncomingMessage } from 'node:http'
import { createProxyTest } from './client-address.ts'

/** Whether a request came encrypted: over TLS of ours, or of a trusted proxy that says so. */
export const createIsSecure = (trustedProxies: readonly string[]): ((request: IncomingMessage) => boolean) => {
  const trusted = createProxyTest(trustedProxies)
  return ({ socket, headers }) => {
    if ('encrypted' in socket && socket.encrypted === true) return true
    const [scheme] = String(headers['x-forwarded-proto'] ?? '').split(',')
    return scheme?.trim() === 'https' && trusted(socket.remoteAddress)
  }
}
