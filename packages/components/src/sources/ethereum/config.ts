import { credentialsFault, duration, endpointUrl, requestCredentials, secret, size } from '@netstats/sdk/config'
import type { RequestCredentials, Secret } from '@netstats/sdk/config'
import type { OneNode } from '@netstats/sdk'
import { z } from 'zod'
import { tryJwtSecret } from './rpc/jwt.ts'

const url = endpointUrl(['http', 'https', 'ws', 'wss', 'ipc'])

const jwtSecret = secret()
  .superRefine((value, context) => {
    const fault = 'is no secret of 32 bytes in hex digits, as nodes write it to their file jwt.hex'
    if (tryJwtSecret(value.reveal()) === undefined)
      context.addIssue({ code: 'custom', message: fault, params: { fault } })
  })
  .meta({ examples: ['{ file: /var/lib/geth/jwt.hex }'] })
  .optional()
  .describe(
    'Secret shared with the node, 32 bytes in hex digits: each request carries a token (JWT, HS256) of its moment made with it.',
  )

const credentials = { ...requestCredentials, jwtSecret }

/** Why the credentials of one endpoint contradict each other, and at which key. */
const endpointFault = (
  given: RequestCredentials & { readonly jwtSecret?: Secret | undefined },
): { readonly key: string; readonly message: string } | undefined => {
  const fault = credentialsFault(given)
  if (fault || given.jwtSecret === undefined) return fault
  return credentialsFault({ ...given, bearer: given.jwtSecret }) === undefined && given.bearer === undefined
    ? undefined
    : { key: 'jwtSecret', message: 'a token of it is the login of each request; leave out the other login' }
}

const otherEndpoint = z
  .union([url, z.strictObject({ url: url.describe('Its address.'), ...credentials })])
  .superRefine((given, context) => {
    const fault = typeof given === 'string' ? undefined : endpointFault(given)
    if (fault) context.addIssue({ code: 'custom', path: [fault.key], message: fault.message })
  })

const options = z.strictObject({
  endpoint: url
    .optional()
    .meta({ sampled: true })
    .describe(
      'JSON-RPC of the node: ws:// or the path of its IPC socket push new blocks, http:// is asked for them every `pollInterval`. Needed where there are no `endpoints`.',
    ),
  endpoints: z
    .array(otherEndpoint)
    .max(8)
    .default([])
    .describe(
      'More addresses of the same node or of others like it, each a URL or { url: URL } with credentials of its own; another is taken where the one in use fails or stays behind.',
    ),
  ...credentials,
  contact: z.string().max(300).optional().describe('How to reach the operator; shown to everybody who sees the node.'),
  statsInterval: duration({ min: '1s', max: '5m' })
    .prefault('5s')
    .describe(
      'Time between two looks at peers, gas price, syncing and pending transactions. A Netstats server under load, or with more than some thousands of agents, may ask for longer; the log says so.',
    ),
  pollInterval: duration({ min: '100ms', max: '5m' })
    .prefault('1s')
    .describe(
      'Time between two questions for the head where the node cannot push it; bounds how late blocks are seen.',
    ),
  identityInterval: duration({ min: '5s', max: '1d' })
    .prefault('1m')
    .describe('Time between two looks at client version, network and genesis.'),
  detailInterval: duration({ min: '5s', max: '1d' })
    .prefault('1m')
    .describe(
      'Time between two looks at what only some nodes tell: their peers (`admin_peers`), their pool, finalized and safe blocks, the forks of the chain (`eth_config`).',
    ),
  timeout: duration({ min: '100ms', max: '2m' })
    .prefault('5s')
    .describe('Longest wait for an answer; after two misses in a row the node is reported inactive.'),
  backfill: z
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(100)
    .describe('Most blocks fetched afterwards when some were missed; older ones are left out.'),
  blockHeaders: z
    .enum(['auto', 'always', 'never'])
    .default('auto')
    .describe(
      'Whether the header of each new block is sent complete, so that the server can tell from signatures who sealed and whose turn it was. auto: where blocks look like those of Clique, AuRa, IBFT or QBFT. It adds 0.7 kB a block, and 130 bytes for each validator of IBFT and QBFT.',
    ),
  maxAnswer: size({ min: '64KiB', max: '1GiB' })
    .prefault('32MiB')
    .describe('Longest answer read; a longer one ends the connection.'),
})

export const ethereumConfig = options.superRefine((given, context) => {
  if (given.endpoint === undefined && given.endpoints.length === 0) {
    const message = 'missing; say where the node is asked, such as endpoint: ws://127.0.0.1:8546'
    context.addIssue({ code: 'custom', path: ['endpoint'], message })
  }
  const fault = endpointFault(given)
  if (fault) context.addIssue({ code: 'custom', path: [fault.key], message: fault.message })
})
export type EthereumConfig = z.output<typeof ethereumConfig> & OneNode
