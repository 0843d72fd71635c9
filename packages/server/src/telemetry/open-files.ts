import { readFileSync } from 'node:fs'

/** How many files and sockets this process may have open; undefined where the system does not say. */
export const openFileLimit = (path = '/proc/self/limits'): number | undefined => {
  try {
    const [, soft] = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync(path, 'utf8')) ?? []
    return soft === undefined || soft === 'unlimited' ? undefined : Number(soft)
  } catch {
    return undefined
  }
}

/** Connections to allow by default: what the process may open, less what it needs itself, 50,000 at most. */
export const defaultMaxConnections = (limit = openFileLimit()): number =>
  Math.max(100, Math.min(50_000, (limit ?? 10_240) - 256))
