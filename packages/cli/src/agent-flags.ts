import { hostname } from 'node:os'
import { resolve } from 'node:path'
import type { FlagValue } from '@netstats/sdk/config'
import { usageError } from './errors.ts'
import { logFlags } from './log-flags.ts'
import type { AgentFlags } from './program.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Variables that stand for flags of the agent; lists are separated by commas. */
export const agentVariables = [
  'NETSTATS_NAME',
  'NETSTATS_RPC',
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
  const servers = pick([
    { name: '--ethstats', values: [...(flags.ethstats ?? []), ...(flags.server ?? [])] },
    fromEnv('NETSTATS_ETHSTATS', env),
  ])
  if (flags.config === undefined) {
    if (rpc.values.length === 0)
      throw usageError('no node to watch; name one with --rpc URL, or a file with --config FILE')
    if (servers.values.length === 0) {
      throw usageError('no server to report to; name one with --ethstats URL, or a file with --config FILE')
    }
  }
  return [
    ...nodeValues(rpc, names),
    ...serverValues(servers, secretValue(flags, env, servers)),
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

interface SecretGiven {
  readonly name: string
  readonly value: unknown
}

const secretValue = (flags: AgentFlags, env: Env, servers: Given): SecretGiven | undefined => {
  const text = flags.ethstatsSecret ?? flags.secret
  const file = flags.ethstatsSecretFile ?? flags.secretFile
  if (text !== undefined && file !== undefined) {
    throw usageError('the secret is given twice, by --ethstats-secret and by file; keep one')
  }
  if ((text !== undefined || file !== undefined) && servers.values.length === 0) {
    throw usageError('a secret without a server; name the server with --ethstats URL, or put the secret into the file')
  }
  if (text !== undefined) return { name: '--ethstats-secret', value: text }
  if (file !== undefined) return { name: '--ethstats-secret-file', value: { file: resolve(file) } }
  if ((env['NETSTATS_ETHSTATS_SECRET'] ?? '') !== '') {
    return { name: 'NETSTATS_ETHSTATS_SECRET', value: { env: 'NETSTATS_ETHSTATS_SECRET' } }
  }
  const fileOfEnv = env['NETSTATS_ETHSTATS_SECRET_FILE'] ?? ''
  return fileOfEnv === '' ? undefined : { name: 'NETSTATS_ETHSTATS_SECRET_FILE', value: { file: resolve(fileOfEnv) } }
}

const serverValues = (servers: Given, secret: SecretGiven | undefined): readonly FlagValue[] =>
  servers.values.length === 0
    ? []
    : [
        { name: servers.name, path: ['sinks'], value: [] },
        ...servers.values.flatMap((value, i) => [
          { name: servers.name, path: ['sinks', i], value: { type: 'ethstats' } },
          { name: servers.name, path: ['sinks', i, 'endpoint'], value },
          ...(secret === undefined ? [] : [{ ...secret, path: ['sinks', i, 'secret'] }]),
        ]),
      ]
