import { hostname } from 'node:os'
import type { FlagValue } from '@netstats/runtime/config'
import { inputsOf, inputValues } from './agent-inputs.ts'
import type { InputGiven } from './agent-inputs.ts'
import { agentSecrets, keyFileOf, needServer, rpcCredentialsOf, tokenOf } from './agent-secrets.ts'
import type { SecretGiven } from './agent-secrets.ts'
import { usageError } from './errors.ts'
import { logFlags } from './log-flags.ts'
import type { AgentFlags } from './io.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Variables that stand for flags of the agent; lists are separated by commas. */
export const agentVariables = [
  'NETSTATS_NAME',
  'NETSTATS_RPC',
  'NETSTATS_RPC_TOKEN',
  'NETSTATS_RPC_TOKEN_FILE',
  'NETSTATS_RPC_JWT_FILE',
  'NETSTATS_STATSD',
  'NETSTATS_SYSLOG',
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

/** Where the flags and variables of the common case belong in the configuration; `sources`: how many its file has. */
export const agentFlagValues = (flags: AgentFlags, env: Env, sources = 0): readonly FlagValue[] => {
  const rpc = pick([{ name: '--rpc', values: flags.rpc ?? [] }, fromEnv('NETSTATS_RPC', env)])
  const names = pick([{ name: '--name', values: flags.name ?? [] }, fromEnv('NETSTATS_NAME', env)])
  // A flag for one kind of server is the answer to where to report; variables are asked where there is none.
  const asked = (flags.server ?? flags.ethstats) === undefined ? env : {}
  const servers = pick([{ name: '--server', values: flags.server ?? [] }, fromEnv('NETSTATS_SERVER', asked)])
  const ethstats = pick([{ name: '--ethstats', values: flags.ethstats ?? [] }, fromEnv('NETSTATS_ETHSTATS', asked)])
  const inputs = inputsOf(flags, env)
  if (flags.config === undefined) {
    if (rpc.values.length + inputs.length === 0) {
      throw usageError(
        'no node to watch; name one with --rpc URL, something else with --log-file PATH, --statsd or --syslog ADDRESS, or a file with --config FILE',
      )
    }
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
    ...sourceValues({ rpc, names, credentials: rpcCredentialsOf(flags, env), inputs, before: sources }),
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

interface SourcesGiven {
  readonly rpc: Given
  readonly names: Given
  readonly credentials: Readonly<Record<string, SecretGiven>>
  readonly inputs: readonly InputGiven[]
  /** Sources of the file. */
  readonly before: number
}

const sourceValues = (given: SourcesGiven): readonly FlagValue[] => {
  const { rpc, names, credentials, inputs, before } = given
  if (rpc.values.length > 0) return [...nodeValues(given), ...inputValues(inputs, rpc.values.length + 1)]
  const [credential] = Object.values(credentials)
  if (credential?.name.startsWith('--'))
    throw usageError(`${credential.name} without a node; name the node with --rpc URL, or put it into the file`)
  // A name alone renames the first node of the file.
  if (names.values.length > 1)
    throw usageError(`${names.name} names ${names.values.length} nodes; give each its --rpc URL`)
  const [first] = inputs
  // Without a node to watch the machine is what the rest belongs to.
  const machine =
    before > 0 || first === undefined ? [] : [{ name: first.name, path: ['sources'], value: [{ type: 'host' }] }]
  return [
    ...machine,
    ...single(names.name, ['sources', 0, 'node'], names.values[0]),
    ...inputValues(inputs, before + machine.length),
  ]
}

const nodeValues = ({ rpc, names, credentials }: SourcesGiven): readonly FlagValue[] => {
  const called = namesFor(rpc.values.length, names)
  return [
    { name: rpc.name, path: ['sources'], value: [] },
    ...rpc.values.flatMap((value, i) => [
      { name: rpc.name, path: ['sources', i], value: { type: 'ethereum' } },
      { name: rpc.name, path: ['sources', i, 'endpoint'], value },
      ...single(names.name, ['sources', i, 'node'], called[i]),
      ...Object.entries(credentials).map(([key, one]) => ({ ...one, path: ['sources', i, key] })),
    ]),
    // The machine is reported with the first node.
    { name: rpc.name, path: ['sources', rpc.values.length], value: { type: 'host' } },
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
