/** Where a Netstats server may be found, from what an operator writes. */
import { redactUrl, scalar } from '@netstats/sdk/config'
import type { Scalar } from '@netstats/sdk/config'
import { otherChannel, tryServerUrl } from '../shared/endpoint.ts'

const expected = 'a Netstats server such as wss://stats.example.org or ws://127.0.0.1:3000'

/** Without a scheme TLS is meant: a token does not travel in plain text by accident. Undefined for what is no address. */
export const tryAgentUrl = (text: string): string | undefined =>
  tryServerUrl(text.includes('://') ? text : `wss://${text}`, '/agent')

/** Address of a Netstats server; the text as it was written. */
export const agentEndpoint = (): Scalar<string> =>
  scalar({
    kind: 'url',
    expected,
    examples: ['wss://stats.example.org', 'ws://127.0.0.1:3000', 'stats.example.org:3000'],
    read: (value) => {
      if (typeof value !== 'string') return { expected }
      if (value.includes('@'))
        return {
          fault:
            'the address holds credentials; write the name as `agent` (--name) and the token as `token` (--token-file)',
        }
      const other = otherChannel(value, '/agent')
      if (other !== undefined) return { fault: other }
      return tryAgentUrl(value) === undefined ? { expected, found: `"${redactUrl(value).slice(0, 120)}"` } : { value }
    },
  })
