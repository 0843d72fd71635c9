/** Scripts in files: YAML or JSON, with nodes by name and times with their unit. */
import { duration } from '@netstats/sdk/config'
import { z } from 'zod'
import type { Act, Scene } from './acts.ts'
import type { Cast, Script } from './builtin.ts'

const at = duration({ max: '1d' }).describe('When, counted from the beginning of the script.')
const node = z.string().describe('Name of the node: validator-1, validator-2, …, node-1, ….')
const say = z.string().max(200).optional().describe('What is told on the console instead of the usual line.')
const amount = duration({ max: '1m' }).prefault('0s')

const scene = z.discriminatedUnion('do', [
  z.strictObject({ at, do: z.literal('stop').describe('The node goes offline.'), node, say }),
  z.strictObject({ at, do: z.literal('start').describe('It comes back.'), node, say }),
  z.strictObject({ at, do: z.literal('slow'), node, by: amount.describe('How much later it seals and answers.'), say }),
  z.strictObject({
    at,
    do: z.literal('clock'),
    node,
    ahead: amount.describe('How far its clock is ahead; with neither it is right again.'),
    behind: amount.describe('How far it is behind.'),
    say,
  }),
  z.strictObject({
    at,
    do: z.literal('partition'),
    groups: z
      .array(z.array(node).min(1).max(200))
      .min(1)
      .max(20)
      .describe('Who is together; the others stay together.'),
    say,
  }),
  z.strictObject({ at, do: z.literal('heal').describe('The network is whole again.'), say }),
  z.strictObject({
    at,
    do: z.literal('vote'),
    node,
    on: node.describe('Who is voted on.'),
    type: z.enum(['add', 'drop']),
    say,
  }),
  z.strictObject({ at, do: z.literal('no-vote').describe('It takes its vote back.'), node, say }),
  z.strictObject({ at, do: z.literal('seal-twice').describe('It seals its next block twice.'), node, say }),
  z.strictObject({ at, do: z.literal('deadlock').describe('Clique: signers go until nobody may seal.'), say }),
  z.strictObject({ at, do: z.literal('traffic'), perSecond: z.number().min(0).max(1000), say }),
])

export const scriptConfig = z.strictObject({
  repeat: duration({ min: '1s', max: '1d' })
    .optional()
    .describe('After so long it begins again; without it is played once.'),
  emptyBlockPeriod: duration({ min: '1s', max: '1h' })
    .optional()
    .describe('IBFT and QBFT: time between blocks while no transaction waits.'),
  emptySteps: z.boolean().optional().describe('AuRa: validators sign their step while there is nothing to seal.'),
  transactionsPerSecond: z.number().min(0).max(1000).optional().describe('About how many transactions are sent.'),
  epoch: z.number().int().min(2).max(1_000_000).optional().describe('Blocks after which votes begin afresh.'),
  scenes: z.array(scene).max(1000).describe('What happens, in any order.'),
})
export type ScriptFile = z.output<typeof scriptConfig>

/** A name in a script that nobody has, or a scene that the network cannot play. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError'
}

export const readScript = (file: ScriptFile, cast: Cast): Script => {
  const { repeat, emptyBlockPeriod, emptySteps, transactionsPerSecond, epoch } = file
  return {
    scenes: file.scenes.map((one) => sceneOf(one, cast)),
    ...(repeat !== undefined && { repeatAfter: repeat / 1000 }),
    ...(emptyBlockPeriod !== undefined && { emptyBlockPeriod: emptyBlockPeriod / 1000 }),
    ...(emptySteps !== undefined && { emptySteps }),
    ...(transactionsPerSecond !== undefined && { transactionsPerSecond }),
    ...(epoch !== undefined && { epoch }),
  }
}

const sceneOf = (one: ScriptFile['scenes'][number], cast: Cast): Scene => ({
  ...actOf(one, cast),
  after: one.at / 1000,
  ...(one.say !== undefined && { say: one.say }),
})

const actOf = (one: ScriptFile['scenes'][number], cast: Cast): Act => {
  const index = (name: string): number => indexOf(name, cast)
  switch (one.do) {
    case 'stop':
    case 'start':
    case 'seal-twice':
    case 'no-vote':
      return { do: one.do, node: index(one.node) }
    case 'slow':
      return { do: 'slow', node: index(one.node), ms: one.by }
    case 'clock':
      return { do: 'clock', node: index(one.node), ms: one.ahead - one.behind }
    case 'partition':
      return { do: 'partition', groups: one.groups.map((group) => group.map(index)) }
    case 'vote':
      return { do: 'vote', node: index(one.node), on: index(one.on), type: one.type }
    case 'traffic':
      return { do: 'traffic', perSecond: one.perSecond }
    case 'heal':
      return { do: 'heal' }
    case 'deadlock':
      if (cast.engine !== 'clique') throw new ScriptError('"deadlock" is of Clique; choose --engine clique')
      return { do: 'deadlock' }
  }
}

const indexOf = (name: string, { validators, candidates }: Cast): number => {
  const [, kind, digits] = /^(validator|node)-([1-9]\d{0,3})$/.exec(name) ?? []
  const number = Number(digits)
  if (kind === 'validator' && number <= validators) return number - 1
  if (kind === 'node' && number <= candidates) return validators + number - 1
  const nodes = candidates > 0 ? ` and node-1 to node-${candidates}` : ''
  throw new ScriptError(`no node "${name.slice(0, 40)}"; there are validator-1 to validator-${validators}${nodes}`)
}
