/** What the operator says of a network that its headers do not say. */
import type { ChainRules } from '@netstats/consensus'
import { duration, scalar } from '@netstats/sdk/config'
import { z } from 'zod'

const whole = (min: number, max: number) => z.int().min(min).max(max)

type Address = `0x${string}`

const address = () => {
  const expected = 'an address of 20 bytes, 0x and 40 hex digits'
  return scalar({
    kind: 'address',
    expected,
    examples: ['0x7e5f4552091a69125d5dfcb7b8c2659029395bdf'],
    read: (value) =>
      typeof value === 'string' && /^0x[0-9a-f]{40}$/i.test(value)
        ? { value: value.toLowerCase() as Address }
        : { expected },
  })
}

const network = z.strictObject({
  engine: z
    .enum(['clique', 'aura', 'ibft1', 'ibft2', 'qbft'])
    .optional()
    .describe(
      'Engine of proof of authority. Headers show it, and the hash of each proves it; told, a difference is shown.',
    ),
  period: duration({ min: '100ms', max: '1d' })
    .optional()
    .describe('Time between blocks, or length of a step of AuRa. Without it the middle of the newest blocks counts.'),
  epoch: whole(1, 1_000_000_000)
    .optional()
    .describe('Blocks after which votes begin afresh, as the genesis file has it; 30,000 where it is not told.'),
  policy: z
    .enum(['round-robin', 'sticky'])
    .optional()
    .describe('Whether the proposer of IBFT and QBFT changes with every block. Without it the blocks show it.'),
  quorum: z
    .enum(['two-thirds', '2F+1'])
    .optional()
    .describe(
      "Seals that a block of IBFT or QBFT needs: two thirds, or GoQuorum's older rule; two-thirds where it is not told.",
    ),
  validators: z
    .array(address())
    .min(1)
    .max(1000)
    .optional()
    .describe(
      'Validators where headers do not have them: of AuRa in the order of its list or contract, of a contract of QBFT in any.',
    ),
})

const maxNetworks = 1000

export const networks = z
  .record(z.string().min(1).max(200), network)
  .refine((all) => Object.keys(all).length <= maxNetworks, { message: `more than ${maxNetworks} networks` })
  .prefault({})
  .meta({ examples: ['{ "1337": { engine: clique, epoch: 30000 } }'] })
  .describe('What headers of blocks do not say of the rules of a network, by its key.')

export type NetworksConfig = z.output<typeof networks>
export type NetworkConfig = NetworksConfig[string]

/** The rules that are told, as the library of rules takes them. */
export const rulesOf = ({ epoch, policy, quorum, validators }: NetworkConfig = {}): ChainRules => ({
  ...(epoch !== undefined && { epoch }),
  ...(policy !== undefined && { policy }),
  ...(quorum !== undefined && { quorum }),
  ...(validators !== undefined && { validatorsAt: () => validators }),
})
