/** Plain HTTP that is wrong in the ways of scanners and attackers. */
import { openRaw } from '../support/raw.ts'
import type { Harness, HostileCase } from './harness.ts'

/** Sends bytes and gives the status of the answer; `cut` where there is none, `leak` where it is a file of the machine. */
const statusOf = async (harness: Harness, text: string | Buffer, address: string): Promise<string> => {
  using raw = await openRaw(harness.server, address)
  await raw.send(text)
  await Promise.race([raw.told('HTTP/1.1 ').catch(() => undefined), raw.ended])
  if (raw.text().includes('root:')) return 'leak'
  return /^HTTP\/1\.1 (\d{3})/.exec(raw.text())?.[1] ?? 'cut'
}

const get = (path: string, ...headers: readonly string[]): string =>
  [`GET ${path} HTTP/1.1`, 'Host: localhost', ...headers, '\r\n'].join('\r\n')
const upgrade = ['Upgrade: websocket', 'Connection: Upgrade'] as const
const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='

const wrong: readonly (readonly [name: string, text: string | Buffer, statuses: readonly string[]])[] = [
  ['no HTTP', 'EHLO mail\r\n\r\n', ['400']],
  ['bytes', Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * 7) % 256)), ['400', 'cut']],
  ['TLS', Buffer.from('16030100b8010000b40303', 'hex'), ['400', 'cut']],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', ['400', '505']],
  ['a header of 20 kB', get('/', `X: ${'x'.repeat(20_000)}`), ['431']],
  ['2,000 headers', get('/', ...Array.from({ length: 2000 }, (_, i) => `X-${i}: ${'y'.repeat(20)}`)), ['431']],
  ['a path of 20 kB', get(`/${'p'.repeat(20_000)}`), ['431', '414']],
  ['control characters in a header', get('/', 'X: a\u0000b'), ['400']],
  [
    'two lengths',
    `POST /api/v1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello`,
    ['400'],
  ],
  [
    'length and chunks',
    'POST /api/v1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ['400'],
  ],
  [
    'a chunk of 2^63',
    'POST /api/v1/networks HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\n',
    ['400', '404', '405'],
  ],
  ['a path out of the folder', get('/../../../../etc/passwd'), ['200', '400', '403', '404', '503']],
  ['the same, encoded', get('/%2e%2e/%2e%2e/%2e%2e/etc/passwd'), ['200', '400', '403', '404', '503']],
  ['a zero byte in the path', get('/%00'), ['200', '400', '403', '404', '503']],
  ['bad percent', get('/api/v1/networks/%zz/nodes'), ['400', '404']],
  ['a filter of 10 kB', get(`/api/v1/networks/777001/nodes?filter=${'x'.repeat(10_000)}`), ['400']],
  ['a limit of 1e9', get('/api/v1/networks/777001/nodes?limit=1000000000'), ['400']],
  ['a sort by __proto__', get('/api/v1/networks/777001/nodes?sort=__proto__'), ['400']],
  ['DELETE', 'DELETE /api/v1/networks HTTP/1.1\r\nHost: localhost\r\n\r\n', ['404', '405']],
  ['an upgrade to nowhere', get('/nowhere', ...upgrade, key, 'Sec-WebSocket-Version: 13'), ['404']],
  ['an upgrade without key', get('/api', ...upgrade, 'Sec-WebSocket-Version: 13'), ['400']],
  ['an upgrade of version 99', get('/feed', ...upgrade, key, 'Sec-WebSocket-Version: 99'), ['400', '426']],
  [
    'an upgrade by POST',
    get('/primus', ...upgrade, key, 'Sec-WebSocket-Version: 13').replace('GET', 'POST'),
    ['400', '405'],
  ],
  ['an upgrade to h2c', get('/', 'Upgrade: h2c', 'Connection: Upgrade'), ['200', '404', '503']],
]

const garbage: HostileCase = {
  name: 'garbage for HTTP',
  async run(harness) {
    const address = harness.address()
    for (let round = 0; round < 5; round++) {
      for (const [name, text, statuses] of wrong) {
        const status = await statusOf(harness, text, address)
        if (!statuses.includes(status))
          throw new Error(`${name} was answered with ${status}, not with ${statuses.join(' or ')}`)
      }
    }
    const { status } = await fetch(`${harness.server.url}/api/v1/networks`, {
      method: 'POST',
      body: 'x'.repeat(3 << 20),
    })
    if (status < 400 || status >= 500) throw new Error(`a body of 3 MB was answered with ${status}`)
    return `${wrong.length} kinds, 5 times; a body of 3 MB`
  },
  counted: {
    'http_faults_total{reason="malformed"}': 20,
    'http_faults_total{reason="headers-too-large"}': 10,
    'http_faults_total{reason="unknown-channel"}': 5,
    'http_faults_total{reason="bad-handshake"}': 15,
  },
}

export const httpCases: readonly HostileCase[] = [garbage]
