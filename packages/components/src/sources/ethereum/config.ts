import { duration, endpointUrl, size } from '@netstats/sdk/config'
import { z } from 'zod'
import { nodeName } from '../../node-name.ts'

export const ethereumConfig = z.strictObject({
  node: nodeName,
  endpoint: endpointUrl(['http', 'https', 'ws', 'wss', 'ipc']).describe(
    'JSON-RPC of the node. Over ws and IPC heads are pushed; over http they are asked for every `pollInterval`.',
  ),
  contact: z.string().max(300).optional().describe('How to reach the operator; shown to everybody who sees the node.'),
  statsInterval: duration({ min: '1s', max: '5m' })
    .prefault('5s')
    .describe('Time between two looks at peers, gas price, syncing and pending transactions.'),
  pollInterval: duration({ min: '100ms', max: '5m' })
    .prefault('1s')
    .describe(
      'Time between two questions for the head where the node can not push it; bounds how late blocks are seen.',
    ),
  identityInterval: duration({ min: '5s', max: '1d' })
    .prefault('1m')
    .describe('Time between two looks at client version, network and genesis.'),
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
  maxAnswer: size({ min: '64KiB', max: '1GiB' })
    .prefault('32MiB')
    .describe('Longest answer read; a longer one ends the connection.'),
})
export type EthereumConfig = z.output<typeof ethereumConfig>
