import { hostname } from 'node:os'
import type { FlagValue } from '@netstats/sdk/config'
import { agentSecrets, keyFileOf, needServer, tokenOf } from './agent-secrets.ts'
import type { SecretGiven } from './agent-secrets.ts'
import { usageError } from './errors.ts'
import { logFlags } from './log-flags.ts'
import type { AgentFlags } from './program.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Variables that stand for flags of the agent; lists are separated by commas. */
export const agentVariables = [
  'NETSTATS_NAME',
  'NETSTATS_RPC',
  'NETSTATS_SERVER',
  'NETSTATS_TOKEN',
  'NETSTATS_TOKEN_FILE',
  'NETSTATS_KEY_FILE',
  'NETSTATS_ETHSTATS',
  'NETSTATS_ETHSTATS_SECRET',
  'NETSTATS_ETHSTATS_SECRET_FILE',
] as const

/** Values from one place, and what to call the place. */
interface Given {
  readonly name: string
  readonly values: readonly string[]
}

/** Where the flags and variables of the common case belong in the configuration. */
export const agentFlagValues = (flags: AgentFlags, env: Env): readonly FlagValue[] => {
  const rpc = pick([{ name: '--rpc', values: flags.rpc ?? [] }, fromEnv('NETSTATS_RPC', env)])
  const names = pick([{ name: '--name', values: flags.name ?? [] }, fromEnv('NETSTATS_NAME', env)])
  // A flag for one kind of server is the answer to where to report; variables are asked where there is none.
  const asked = (flags.server ?? flags.ethstats) === undefined ? env : {}
  const servers = pick([{ name: '--server', values: flags.server ?? [] }, fromEnv('NETSTATS_SERVER', asked)])
  const ethstats = pick([{ name: '--ethstats', values: flags.ethstats ?? [] }, fromEnv('NETSTATS_ETHSTATS', asked)])
  if (flags.config === undefined) {
    if (rpc.values.length === 0)
      throw usageError('no node to watch; name one with --rpc URL, or a file with --config FILE')
    if (servers.values.length + ethstats.values.length === 0) {
      throw usageError(
        'no server to report to; name one with --server URL or --ethstats URL, or a file with --config FILE',
      )
    }
  }
  const secrets = agentSecrets(flags, env)
  const token = tokenOf(flags, env)
  const keyFile = keyFileOf(flags, env)
  needServer(flags, { netstats: servers.values.length > 0, ethstats: ethstats.values.length > 0 })
  return [
    ...nodeValues(rpc, names),
    ...sinkValues([
      ...sinksOf('netstats', servers, { token, keyFile, secret: secrets.shared }),
      ...sinksOf('ethstats', ethstats, { secret: secrets.ethstats }),
    ]),
    ...single('--data', ['data'], flags.data),
    ...single('--metrics-listen', ['metrics', 'listen'], flags.metricsListen),
    ...logFlags(flags),
  ]
}

export const single = (name: string, path: FlagValue['path'], value: unknown): readonly FlagValue[] =>
  value === undefined ? [] : [{ name, path, value }]

const fromEnv = (name: string, env: Env): Given => ({
  name,
  values: (env[name] ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== ''),
})

const pick = (places: readonly [Given, ...Given[]]): Given => places.find((one) => one.values.length > 0) ?? places[0]

const nodeValues = (rpc: Given, names: Given): readonly FlagValue[] => {
  if (rpc.values.length === 0) {
    // A name alone renames the only node of the file.
    if (names.values.length > 1)
      throw usageError(`${names.name} names ${names.values.length} nodes; give each its --rpc URL`)
    return single(names.name, ['nodes', 0, 'name'], names.values[0])
  }
  const called = namesFor(rpc.values.length, names)
  return [
    { name: rpc.name, path: ['nodes'], value: [] },
    ...rpc.values.flatMap((value, i) => [
      { name: rpc.name, path: ['nodes', i, 'rpc'], value },
      ...single(names.name, ['nodes', i, 'name'], called[i]),
    ]),
  ]
}

/** A name for each node: one each, or one for all with a number behind it. */
const namesFor = (nodes: number, { name, values }: Given): readonly (string | undefined)[] => {
  if (values.length === nodes) return values
  if (values.length > 1) {
    throw usageError(
      `${name} was given ${values.length} times for ${nodes} nodes; give one for each --rpc, or one for all`,
    )
  }
  const base = values[0] ?? hostname()
  return nodes === 1 ? [undefined] : Array.from({ length: nodes }, (_, i) => `${base}-${i + 1}`)
}

interface SinkGiven {
  /** What to call the place it comes from. */
  readonly name: string
  readonly type: 'netstats' | 'ethstats'
  readonly endpoint: string
  readonly more: Readonly<Record<string, SecretGiven>>
}

const sinksOf = (
  type: SinkGiven['type'],
  { name, values }: Given,
  more: Readonly<Record<string, SecretGiven | undefined>>,
): readonly SinkGiven[] => {
  const given = Object.entries(more).filter((one): one is [string, SecretGiven] => one[1] !== undefined)
  return values.map((endpoint) => ({ name, type, endpoint, more: Object.fromEntries(given) }))
}

const sinkValues = (given: readonly SinkGiven[]): readonly FlagValue[] => {
  const [first] = given
  if (first === undefined) return []
  return [
    { name: first.name, path: ['sinks'], value: [] },
    ...given.flatMap(({ name, type, endpoint, more }, i) => [
      { name, path: ['sinks', i], value: { type } },
      { name, path: ['sinks', i, 'endpoint'], value: endpoint },
      ...Object.entries(more).map(([key, one]) => ({ ...one, path: ['sinks', i, key] })),
    ]),
  ]
}
