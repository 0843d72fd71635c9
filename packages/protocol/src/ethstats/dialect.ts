import type { NodeInfo } from '../kinds/mod.ts'
import type { Dialect } from './messages.ts'

/** What is assumed of a client nobody knows: it means what it says. */
export const plainDialect: Dialect = { syncing: 'plain', historyBatch: 50 }
const inverted: Dialect = { syncing: 'inverted', historyBatch: 50 }
// Besu answers history with whole transactions, which makes tens of megabytes of fifty blocks.
const besu: Dialect = { syncing: 'inverted', historyBatch: 5 }

/**
 * How a client differs from what the protocol means, by the name it gives itself at login. The quirks belong to the
 * reporter built into the client: a separate one (eth-net-intelligence-api, our agent) passes on the client's name but
 * reports correctly. Only the built-in ones call their API "No", so give `info` to have the two told apart.
 */
export const dialectOf = (client: string | undefined, info?: NodeInfo): Dialect => {
  if (client === undefined) return plainDialect
  if (info !== undefined && info.api?.toLowerCase() !== 'no') return plainDialect
  if (/^besu\//i.test(client)) return besu
  if (/^bor\//i.test(client)) return inverted
  if (/^geth\//i.test(client)) return /quorum-v/i.test(client) || invertedGeth(client) ? inverted : plainDialect
  return plainDialect
}

/** geth said `syncing: true` while in sync up to and including 1.13.10. */
const invertedGeth = (client: string): boolean => {
  const match = /\/v(\d{1,4})\.(\d{1,4})\.(\d{1,4})/.exec(client)
  if (match === null) return false
  const [major = 0, minor = 0, patch = 0] = match.slice(1).map(Number)
  return major < 1 || (major === 1 && (minor < 13 || (minor === 13 && patch <= 10)))
}
