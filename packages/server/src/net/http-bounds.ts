import type { IncomingMessage } from 'node:http'

/** Bounds on requests, wherever they come in. */
export const requestBounds = {
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  connectionsCheckingInterval: 2000,
  // `Upgrade: h2c` and the like are plain requests to us.
  shouldUpgradeCallback: (request: IncomingMessage) => /^websocket$/i.test(request.headers.upgrade ?? ''),
}
