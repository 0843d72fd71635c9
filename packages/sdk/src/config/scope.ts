import { readFileSync } from 'node:fs'

/** What references in a config file are resolved against. */
export interface Scope {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Folder of the config file: relative paths in it mean files beside it. */
  readonly folder: string
}

let current: Scope = { env: process.env, folder: process.cwd() }

/**
 * Runs a synchronous parse with references resolved against `scope`. zod gives transforms no context of their own, and
 * parsing is synchronous, so a variable set for its duration is enough.
 */
export const inScope = <T>(scope: Scope, parse: () => T): T => {
  const before = current
  current = scope
  try {
    return parse()
  } finally {
    current = before
  }
}

export const currentScope = (): Scope => current

/** Text of a small file, or why it cannot be had. */
export const readSmallFile = (path: string, maxBytes: number): { text: string } | { problem: string } => {
  try {
    const bytes = readFileSync(path)
    if (bytes.length > maxBytes) return { problem: `is larger than ${maxBytes} bytes` }
    return { text: bytes.toString('utf8') }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT') return { problem: 'does not exist' }
    if (code === 'EACCES') return { problem: 'cannot be read: permission denied' }
    if (code === 'EISDIR') return { problem: 'is a folder' }
    return { problem: `cannot be read (${code ?? 'unknown reason'})` }
  }
}
