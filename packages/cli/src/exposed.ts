/** Files that other users of this machine can read and should not: said at the start, with the cure. */
import { realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Logger } from '@netstats/sdk'
import { peekConfig } from '@netstats/runtime/config'
import { Secret } from '@netstats/sdk/config'

export interface ExposedOptions {
  readonly config: object
  /** Data folder. */
  readonly data: string
  /** Configuration file. */
  readonly file: string | undefined
  readonly log: Pick<Logger, 'warn'>
}

export const warnOfExposed = ({ config, data, file, log }: ExposedOptions): void => {
  const secrets = new Set(secretFilesIn(config))
  if (file !== undefined && hasPlainSecret(peekConfig(file).value)) secrets.add(file)
  for (const path of secrets) {
    if (isOpen(path, 0o004))
      log.warn({ file: path }, `other users can read a file with a secret; chmod 600 ${path} keeps it to its owner`)
  }
  if (isOpen(data, 0o002)) log.warn({ data }, `other users can write into the data folder; chmod o= ${data} ends that`)
  else if (isOpen(data, 0o004))
    log.warn({ data }, `other users can see into the data folder; chmod o= ${data} ends that`)
}

/** The file that standard output goes to, where other users can read it: a shell makes it, and not as private as a token is. */
export const exposedOutput = (): string | undefined => {
  try {
    const path = realpathSync('/proc/self/fd/1')
    return statSync(path).isFile() && isOpen(path, 0o004) ? path : undefined
  } catch {
    // A pipe, or no Linux.
    return undefined
  }
}

/** Files named by a configuration that hold a secret: those secrets were read from, and private keys. */
export const secretFilesIn = (value: unknown): readonly string[] => {
  if (value instanceof Secret) return value.file === undefined ? [] : [value.file]
  if (typeof value !== 'object' || value === null) return []
  const { keyFile, key, cert } = value as Readonly<Record<string, unknown>>
  const keys = [keyFile, typeof cert === 'string' ? key : undefined].filter((path) => typeof path === 'string')
  return [...keys, ...Object.values(value).flatMap(secretFilesIn)]
}

const secretName = /(secret|token|password)s?$/i

/** A configuration file with a secret in it, instead of a reference to one. */
const hasPlainSecret = (value: unknown, name = ''): boolean => {
  if (typeof value === 'string') return secretName.test(name) && value !== ''
  if (Array.isArray(value)) return value.some((one) => hasPlainSecret(one, name))
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, one]) => key !== 'env' && key !== 'file' && hasPlainSecret(one, key))
}

/** Whether others may do this: also every folder on the way must let them through. */
const isOpen = (path: string, bits: number): boolean => {
  if (process.platform === 'win32') return false
  try {
    const real = realpathSync(path)
    if ((statSync(real).mode & bits) === 0) return false
    for (let folder = dirname(real); ; folder = dirname(folder)) {
      if ((statSync(folder).mode & 0o001) === 0) return false
      if (folder === dirname(folder)) return true
    }
  } catch {
    // What is not there, or cannot be looked at, is for others to complain of.
    return false
  }
}
