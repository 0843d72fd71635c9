/** Where an ethstats server may be found, from what an operator writes. */
import { redactUrl, scalar } from '@netstats/sdk/config'
import type { Scalar } from '@netstats/sdk/config'

const schemes: Readonly<Record<string, string>> = { 'ws:': 'ws:', 'wss:': 'wss:', 'http:': 'ws:', 'https:': 'wss:' }
const expected = 'an ethstats server such as wss://stats.example.org, ws://127.0.0.1:3000 or stats.example.org:3000'

/**
 * URLs to try, in order. Without a scheme TLS comes first and plain text second, as geth does it; `/api` is appended
 * unless it is there. Undefined for what is no address.
 */
export const tryServerUrls = (text: string): readonly string[] | undefined => {
  if (text.length > 2000 || /\s/.test(text)) return undefined
  const urls = text.includes('://') ? [apiUrl(text)] : [apiUrl(`wss://${text}`), apiUrl(`ws://${text}`)]
  const known = urls.filter((one) => one !== undefined)
  return known.length === urls.length ? known : undefined
}

const apiUrl = (text: string): string | undefined => {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  const scheme = schemes[url.protocol]
  if (scheme === undefined || url.hostname === '' || url.username !== '' || url.password !== '') return undefined
  const path = url.pathname.replace(/\/+$/, '')
  return `${scheme}//${url.host}${path.endsWith('/api') ? path : `${path}/api`}`
}

/** Address of an ethstats server; the text as it was written. */
export const serverEndpoint = (): Scalar<string> =>
  scalar({
    kind: 'url',
    expected,
    examples: ['wss://stats.example.org', 'ws://127.0.0.1:3000', 'stats.example.org:3000'],
    read: (value) => {
      if (typeof value !== 'string') return { expected }
      if (value.includes('@'))
        return { fault: 'the address holds credentials; write the name as `node` and the secret as `secret`' }
      return tryServerUrls(value) === undefined ? { expected, found: `"${redactUrl(value).slice(0, 120)}"` } : { value }
    },
  })
