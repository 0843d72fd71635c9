/** What codes of the server mean, for the person on call. Codes without words of their own read as they are. */
const words: Readonly<Record<string, string>> = {
  // Refusals.
  'bad-secret': 'wrong secret',
  'bad-token': 'wrong token, or none where the id has one',
  'bad-key': 'another public key than the id has',
  'bad-proof': 'wrong signature at login',
  'wrong-id': 'a token of another agent',
  'wrong-network': 'a token for another network',
  'token-required': 'a shared secret where a token is needed',
  'secret-required': 'not of this machine, where there is no secret',
  revoked: 'token was revoked',
  banned: 'id is banned',
  'name-bound': 'name belongs to the client that used it first',
  'locked-out': 'locked out after too many failures',
  'duplicate-id': 'id is connected already',
  'malformed-hello': 'login that could not be read',
  'network-full': 'network has as many nodes as it may',
  draining: 'server is stopping',
  'login-timeout': 'did not log in in time',
  'too-much-before-login': 'sent too much before logging in',
  'too-many-connections': 'no connection is free',
  'too-many-from-address': 'too many connections from one address',
  'address-rate': 'connects too fast from one address',
  busy: 'server was busy',
  version: 'another version of the protocol',
  malformed: 'could not be read',
  // Ends of sessions.
  silent: 'went silent',
  faults: 'too many faults',
  'slow-reader': 'did not read what it was sent',
  superseded: 'came back on another connection',
  moved: 'moved to another network',
  drain: 'server stopped',
  oversized: 'message too large',
  'protocol-error': 'broke the protocol',
  internal: 'a bug in the server',
  peer: 'hung up',
  // Reasons for dropped messages and rows.
  rate: 'one agent sent more than it may',
  session: 'too much of one agent waited',
  items: 'too many messages waited',
  bytes: 'too many bytes waited',
  memory: 'the store was too slow, its memory was full',
  names: 'more names than are kept apart',
  quota: 'one reporter brought more than may be kept',
  refused: 'the store refused it',
  stopped: 'the server stopped before it was written',
  // Reasons of agents.
  size: 'spool was full',
  age: 'too old for the spool',
  'disk-full': "agent's disk was full",
  corrupt: 'spool was damaged',
  cloned: 'spool was copied or put back',
  undecided: 'waits for what another copy told',
  overload: 'agent was overloaded',
  // Batches sent back.
  hole: 'something before it was missing',
  lost: 'the store had lost what came before',
  signature: 'wrong signature',
  // Requests that were not valid.
  timeout: 'too slow',
  'headers-too-large': 'headers too large',
  gone: 'closed before the end',
  'unknown-channel': 'no such channel',
  'bad-handshake': 'bad handshake',
  'no-sub-protocol': 'does not speak netstats.v1',
  'bad-api-token': 'wrong API token, or one that has ended',
  'wrong-password': 'wrong name or password',
}

/** `ETHSTATS_FRAME_INVALID` reads as `frame invalid`: the protocol stands beside it. */
export const wordsFor = (code: string): string =>
  words[code] ??
  code
    .replace(/^[A-Z]+_(?=[A-Z])/, '')
    .replaceAll(/[-_]/g, ' ')
    .toLowerCase()

const protocols: Readonly<Record<string, string>> = {
  ethstats: 'ethstats nodes',
  netstats: 'netstats agents',
  feed: 'dashboards',
  primus: 'classic dashboards',
  external: 'third parties',
}

export const protocolWords = (protocol: string): string => protocols[protocol] ?? protocol
