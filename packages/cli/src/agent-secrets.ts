/** What an agent shows to its servers: tokens, keys and secrets, from flags and variables. */
import { resolve } from 'node:path'
import { usageError } from './errors.ts'
import type { AgentFlags } from './io.ts'

type Env = Readonly<Record<string, string | undefined>>

/** A secret, or where it is, and what to call the place it comes from. */
export interface SecretGiven {
  readonly name: string
  readonly value: unknown
}

interface Places {
  readonly what: 'token' | 'secret'
  readonly flag: string
  readonly text: string | undefined
  readonly file: string | undefined
  /** With `_FILE` behind it the name of a variable that names a file. */
  readonly variable?: string
}

const secretFrom = ({ what, flag, text, file, variable }: Places, env: Env): SecretGiven | undefined => {
  if (text !== undefined && file !== undefined) {
    throw usageError(`the ${what} is given twice, by ${flag} and by file; keep one`)
  }
  if (text !== undefined) return { name: flag, value: text }
  if (file !== undefined) return { name: `${flag}-file`, value: { file: resolve(file) } }
  if (variable === undefined) return undefined
  if ((env[variable] ?? '') !== '') return { name: variable, value: { env: variable } }
  const fileOfEnv = env[`${variable}_FILE`] ?? ''
  return fileOfEnv === '' ? undefined : { name: `${variable}_FILE`, value: { file: resolve(fileOfEnv) } }
}

/** `--secret` goes to every server; `--ethstats-secret` to those of ethstats, before it. */
export const agentSecrets = (
  flags: AgentFlags,
  env: Env,
): { readonly shared: SecretGiven | undefined; readonly ethstats: SecretGiven | undefined } => {
  const { secret, secretFile, ethstatsSecret, ethstatsSecretFile } = flags
  return {
    shared: secretFrom({ what: 'secret', flag: '--secret', text: secret, file: secretFile }, env),
    ethstats: secretFrom(
      {
        what: 'secret',
        flag: '--ethstats-secret',
        text: ethstatsSecret ?? secret,
        file: ethstatsSecretFile ?? secretFile,
        variable: 'NETSTATS_ETHSTATS_SECRET',
      },
      env,
    ),
  }
}

export const tokenOf = (flags: AgentFlags, env: Env): SecretGiven | undefined =>
  secretFrom(
    { what: 'token', flag: '--token', text: flags.token, file: flags.tokenFile, variable: 'NETSTATS_TOKEN' },
    env,
  )

/** What nodes, or what stands before them, are shown; from files and variables only, which other users cannot see. */
export const rpcCredentialsOf = (flags: AgentFlags, env: Env): Readonly<Record<string, SecretGiven>> => {
  const bearer =
    flags.rpcTokenFile === undefined
      ? secretFrom(
          { what: 'token', flag: '--rpc-token', text: undefined, file: undefined, variable: 'NETSTATS_RPC_TOKEN' },
          env,
        )
      : { name: '--rpc-token-file', value: { file: resolve(flags.rpcTokenFile) } }
  const jwtFile = flags.rpcJwtFile ?? env['NETSTATS_RPC_JWT_FILE'] ?? ''
  const name = flags.rpcJwtFile === undefined ? 'NETSTATS_RPC_JWT_FILE' : '--rpc-jwt-file'
  return {
    ...(bearer === undefined ? {} : { bearer }),
    ...(jwtFile === '' ? {} : { jwtSecret: { name, value: { file: resolve(jwtFile) } } }),
  }
}

export const keyFileOf = (flags: AgentFlags, env: Env): SecretGiven | undefined => {
  if (flags.keyFile !== undefined) return { name: '--key-file', value: resolve(flags.keyFile) }
  const file = env['NETSTATS_KEY_FILE'] ?? ''
  return file === '' ? undefined : { name: 'NETSTATS_KEY_FILE', value: resolve(file) }
}

/** A secret that no server would be shown is a mistake: it belongs to the sinks of a file, or a server was forgotten. */
export const needServer = (
  flags: AgentFlags,
  servers: { readonly netstats: boolean; readonly ethstats: boolean },
): void => {
  const need = (given: unknown, what: string, found: boolean, server: string): void => {
    if (given === undefined || found) return
    throw usageError(`a ${what} without a server; name the server with ${server} URL, or put the ${what} into the file`)
  }
  need(flags.token ?? flags.tokenFile, 'token', servers.netstats, '--server')
  need(flags.keyFile, 'key', servers.netstats, '--server')
  need(flags.ethstatsSecret ?? flags.ethstatsSecretFile, 'secret', servers.ethstats, '--ethstats')
  need(flags.secret ?? flags.secretFile, 'secret', servers.netstats || servers.ethstats, '--server')
}
