/** Where an ethstats server may be found, from what an operator writes. */
import { redactUrl, scalar } from '@netstats/sdk/config'
import type { Scalar } from '@netstats/sdk/config'
import { otherChannel, tryServerUrl } from '../shared/endpoint.ts'

const expected = 'an ethstats server such as wss://stats.example.org, ws://127.0.0.1:3000 or stats.example.org:3000'

/**
 * URLs to try, in order. Without a scheme TLS comes first and plain text second, as geth does it; `/api` is appended
 * unless it is there. Undefined for what is no address.
 */
export const tryServerUrls = (text: string): readonly string[] | undefined => {
  const texts = text.includes('://') ? [text] : [`wss://${text}`, `ws://${text}`]
  const urls = texts.map((one) => tryServerUrl(one, '/api'))
  const known = urls.filter((one) => one !== undefined)
  return known.length === urls.length ? known : undefined
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
        return {
          fault:
            'the address holds credentials; write the name as `id` (--name) and the secret as `secret` (--ethstats-secret-file)',
        }
      const other = otherChannel(value, '/api')
      if (other !== undefined) return { fault: other }
      return tryServerUrls(value) === undefined ? { expected, found: `"${redactUrl(value).slice(0, 120)}"` } : { value }
    },
  })
