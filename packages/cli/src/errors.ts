import { BaseError } from '@netstats/protocol'
import { ConfigError } from '@netstats/sdk/config'

/** What scripts may rely on: 0 ended as asked, 1 failed while running, 2 was used wrongly. */
export const exitCodes = { ok: 0, failed: 1, usage: 2 } as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** A fault that says how the command ends; each line of the message is one fault with its cure. */
export class CliError extends BaseError {
  override readonly name = 'CliError'
  readonly exitCode: ExitCode
  constructor(code: string, message: string, options: { exitCode?: ExitCode; cause?: unknown } = {}) {
    super(code, message, options.cause === undefined ? {} : { cause: options.cause })
    this.exitCode = options.exitCode ?? exitCodes.failed
  }
}

export const usageError = (message: string): CliError =>
  new CliError('CLI_WRONG_USE', message, { exitCode: exitCodes.usage })

export interface Explanation {
  readonly lines: readonly string[]
  readonly exitCode: ExitCode
}

/** What an operator reads when a command fails: one line a fault, with the cure where there is one. */
export const explain = (error: unknown): Explanation => {
  if (error instanceof ConfigError) return { lines: error.message.split('\n'), exitCode: exitCodes.usage }
  if (error instanceof CliError) return { lines: error.message.split('\n').map(named), exitCode: error.exitCode }
  const known = firstKnown(error)
  if (known !== undefined) return { lines: [named(known)], exitCode: exitCodes.failed }
  if (error instanceof BaseError)
    return { lines: [named(`${error.message} (${error.code})`)], exitCode: exitCodes.failed }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { lines: [named(`unexpected fault, please report it: ${text}`)], exitCode: exitCodes.failed }
}

const named = (line: string): string => `netstats: ${line}`

/** Looks through an error and its causes for one the operator can do something about. */
const firstKnown = (error: unknown): string | undefined => {
  for (let one = error, depth = 0; one instanceof Error && depth < 8; one = one.cause, depth++) {
    const words = systemFault(one)
    if (words !== undefined) return words
  }
  return undefined
}

const systemFault = (error: NodeJS.ErrnoException & { address?: string; port?: number }): string | undefined => {
  const { code, path, address, port } = error
  const place = address === undefined ? `port ${port}` : `${address.includes(':') ? `[${address}]` : address}:${port}`
  switch (code ?? '') {
    case 'EADDRINUSE':
      return `${place} is in use by another program; stop it, or choose another port with --listen (an agent: --metrics-listen)`
    case 'EADDRNOTAVAIL':
      return `${place} is not an address of this machine; choose one with --listen, such as 127.0.0.1:3000`
    case 'EACCES':
    case 'EPERM':
      return port !== undefined
        ? `this user may not listen on ${place}; choose a port above 1023 with --listen`
        : `${path ?? 'a file'} cannot be used: permission denied; change its owner, or choose another place with --data`
    case 'EROFS':
      return `${path ?? 'the data folder'} is on a read-only file system; choose another place with --data`
    case 'ENOSPC':
      return `no space is left on the disk of ${path ?? 'the data folder'}; free some, or choose another place with --data`
    default:
      return undefined
  }
}
