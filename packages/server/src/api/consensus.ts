/** Validators of a chain of proof of authority, from the headers of its blocks. */
import { engines } from '@netstats/consensus'
import { z } from 'zod'
import type { ConsensusBlock, ConsensusStatus, ConsensusView } from '../consensus/mod.ts'
import { Problem } from '../net/problem.ts'
import { endpoint, integer, network, onNetwork } from './endpoint.ts'
import type { ApiContext, Endpoint } from './endpoint.ts'
import { named, number, text, time } from './live-schemas.ts'

const engine = z.enum(engines)
const address = z.string().describe('Address, 0x and 40 lower-case hex digits.')
const addresses = z.array(address)
const blockAt = z.object({ number: z.number(), hash: z.string() })
const flag = z.boolean().nullable()

const evidences = ['certain', 'round-skipped', 'round-skipped-at-least', 'displaced'] as const
const evidence = z
  .enum(evidences)
  .describe(
    'How sure a missed turn is. certain: a step of AuRa without a block; round-skipped: IBFT 2 and QBFT; round-skipped-at-least: IBFT 1, whose headers have no round; displaced: Clique, another one sealed while it was in turn and not barred.',
  )

const validator = z.object({
  address,
  live: z.boolean().describe('Whether it sealed or committed any of the newest blocks, two for each validator.'),
  lastSealed: blockAt
    .extend({ timestamp: time.describe('Header time, Unix milliseconds.') })
    .nullable()
    .describe('Its newest block since the server started to follow; null for none.'),
  sealed: z.number().describe('Blocks of the window that it sealed.'),
  inTurn: z.number().describe('Those of them that it sealed in its turn.'),
  committed: z
    .number()
    .describe('Blocks that it committed to (IBFT, QBFT). A block has a quorum of seals only: few are no bad sign.'),
  missed: z.number().describe('Turns that it did not take, in final blocks of the window.'),
  missedProvisional: z.number().describe('The same in blocks that are not final.'),
  evidence: z.partialRecord(z.enum(evidences), z.number()).describe('Missed turns by how sure they are.'),
  lostRaces: z.number().describe('Turns it took, whose block lost against another of its height. No misses.'),
})

const vote = z.object({ recipient: address, type: z.enum(['add', 'drop']) })

const equivocation = z.object({
  type: z.enum(['double-step', 'double-proposal', 'double-commit', 'conflicting-finality', 'double-seal']),
  strength: z
    .enum(['certain', 'strong', 'weak'])
    .describe('weak: an honest node may do so, such as geth that seals a height of Clique twice.'),
  validators: addresses.describe('Who gave both signatures; empty where no one signature proves it.'),
  height: z.number(),
  blocks: z.tuple([z.string(), z.string()]).describe('Hashes of the two blocks.'),
  at: time.describe('When the server saw the second one.'),
})

const headerCounts = z
  .object({
    taken: z.number(),
    repeated: z.number().describe('Known already, from another node.'),
    mismatched: z.number().describe('Hash to something else than they say: evidence of nothing.'),
    faulty: z.number().describe('Fit their hash, and are signed by nobody who may.'),
    unreadable: z.number(),
    plain: z.number().describe('Of no engine of proof of authority.'),
    outOfRange: z.number().describe('Far above or below the network.'),
    orphaned: z.number().describe('Their parents did not come.'),
    dropped: z.number().describe('There was no room for them.'),
  })
  .describe('Headers by what became of them, since the server started.')

const unfitReason = z
  .enum([
    'hash',
    'seal-invalid',
    'not-a-validator',
    'sealed-recently',
    'difficulty-wrong',
    'commit-seals-invalid',
    'engine-changed',
    'too-large',
  ])
  .describe('hash: it hashes to something else than it says.')

const status: z.ZodType<ConsensusStatus> = named(
  'Consensus',
  'Validators of a network, concluded from the headers of its blocks; null stands for what is not known.',
  z.object({
    state: z
      .enum(['following', 'catching-up', 'waiting'])
      .describe(
        'following: the newest block is concluded, or one of the two below it; catching-up: headers of the past come first; waiting: the header of the newest block has not come.',
      ),
    engine: engine.nullable().describe('As the newest header shows.'),
    engineTold: engine.nullable().describe('As the configuration says.'),
    transition: z
      .object({ number: z.number(), from: engine, to: engine })
      .nullable()
      .describe('First block of another engine, within the window.'),
    periodMs: number.describe('Time between blocks, milliseconds.'),
    periodTold: z.boolean().describe('Whether the configuration says it; else it is the middle of the newest blocks.'),
    epoch: z.number().describe('Blocks after which votes begin afresh.'),
    epochIs: z.enum(['told', 'assumed']),
    policy: z.enum(['round-robin', 'sticky']).nullable().describe('When the proposer changes (IBFT, QBFT).'),
    turnOrder: z
      .enum(['byte', 'string', 'mixed'])
      .nullable()
      .describe(
        'Order of the turns (IBFT, QBFT); mixed: nodes differ in it, as GoQuorum does after some were restarted.',
      ),
    head: blockAt.nullable().describe('Newest block that is concluded.'),
    networkHead: number.describe('Height of the network.'),
    finalized: blockAt.nullable().describe('Newest block that is final.'),
    window: z.object({ blocks: z.number(), from: number, to: number }).describe('Blocks that turns are counted in.'),
    validators: z.array(validator).describe('Those who may seal the next block.'),
    due: addresses.describe('Whose turn is next, and who follows if all goes well.'),
    quorum: number.describe('Validators without whom no block comes. Of AuRa: without whom none becomes final.'),
    live: number.describe('Validators that showed signs of life in the newest blocks.'),
    faultMargin: number.describe('How many more may fail before the chain stands still.'),
    votes: z.array(vote.extend({ voter: address, number: z.number().describe('Block of the vote.') })),
    equivocations: z.array(equivocation).describe('At most 200, those that prove something first, newest first.'),
    headers: headerCounts,
    unfit: z
      .array(blockAt.extend({ reason: unfitReason, node: z.string().describe('Node it came from.') }))
      .describe('The newest headers that were attributed to nobody, at most 20.'),
  }),
)

const block: z.ZodType<ConsensusBlock> = named(
  'ConsensusBlock',
  'Who sealed a block, and whose turn it was.',
  blockAt.extend({
    engine,
    timestamp: time.describe('Header time, Unix milliseconds.'),
    sealer: text,
    expected: text.describe('Who was due first.'),
    inTurn: flag,
    round: number.describe('IBFT 1: modulo the number of validators.'),
    step: number.describe('AuRa.'),
    missed: z.array(
      z.object({
        validator: address,
        evidence,
        step: z.number().optional(),
        round: z.number().optional(),
        lostRace: z.boolean().describe('Its block of that turn was seen beside the chain.'),
      }),
    ),
    seals: addresses.describe('Who committed to it (IBFT, QBFT).'),
    validators: number.describe('How many there were.'),
    vote: vote.nullable(),
    change: z
      .object({ type: z.enum(['add', 'drop']), validator: address })
      .nullable()
      .describe('A vote passed with it.'),
    final: z.boolean(),
  }),
) as unknown as z.ZodType<ConsensusBlock>

const blockList = named(
  'ConsensusBlocks',
  'Blocks on the chain of the head, newest first.',
  z.object({ blocks: z.array(block) }),
)

const onConsensus = (context: ApiContext, key: string, use: (view: ConsensusView) => unknown): unknown =>
  onNetwork(context, key, () => {
    const found = context.consensus && use(context.consensus)
    return (
      found ??
      new Problem(
        'API_CONSENSUS_UNKNOWN',
        `No header of proof of authority has come of "${key}". Agents send them; see blockHeaders of the source ethereum.`,
      )
    )
  })

export const consensusEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'getConsensus',
    role: 'viewer',
    summary: 'Validators of a chain of proof of authority: turns, misses, votes, quorum, finality.',
    path: '/networks/{network}/consensus',
    params: z.object({ network }),
    query: z.strictObject({}),
    response: status,
    heavy: true,
    handle: (context, params) => onConsensus(context, params.network, (view) => view.status(params.network)),
  }),
  endpoint({
    id: 'listConsensusBlocks',
    role: 'viewer',
    summary: 'The newest blocks of a chain of proof of authority: sealer, turn, round, seals, and who missed its turn.',
    path: '/networks/{network}/consensus/blocks',
    params: z.object({ network }),
    query: z.strictObject({ limit: integer(1, 512, 'Blocks to give; 50 by default.').optional() }),
    response: blockList,
    heavy: true,
    handle: (context, params, { limit = 50 }) =>
      onConsensus(context, params.network, (view) => {
        const blocks = view.blocks(params.network, limit)
        return blocks && { blocks }
      }),
  }),
]
