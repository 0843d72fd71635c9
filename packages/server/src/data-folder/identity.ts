import { randomUUID } from 'node:crypto'
import { access, constants, mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ServerError } from '../lib/errors.ts'
import { identityFileName } from './marks.ts'

/** Who this server is, across restarts. */
export interface ServerIdentity {
  readonly id: string
  /** One of its runs: feed positions of another run mean nothing. */
  readonly epoch: string
}

const stored = z.object({ format: z.literal(1), id: z.uuid() })

/**
 * Makes the data directory where it is missing and reads `server.json` in it, or writes one. The file is written whole
 * and renamed, so a crash leaves the old one or the new one.
 */
export const openIdentity = async (directory: string): Promise<ServerIdentity> => {
  const path = join(directory, identityFileName)
  const epoch = randomUUID().slice(0, 13)
  try {
    await mkdir(directory, { recursive: true, mode: 0o750 })
    await access(directory, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw unwritable(directory, error)
  }
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw unwritable(path, error)
  })
  if (text !== undefined) return { id: readIdentity(path, text), epoch }
  const id = randomUUID()
  try {
    await using file = await open(`${path}.new`, 'w', 0o640)
    await file.writeFile(`${JSON.stringify({ format: 1, id })}\n`)
    await file.sync()
    await rename(`${path}.new`, path)
  } catch (error) {
    throw unwritable(directory, error)
  }
  return { id, epoch }
}

const readIdentity = (path: string, text: string): string => {
  try {
    return stored.parse(JSON.parse(text)).id
  } catch (cause) {
    throw new ServerError(
      'SERVER_IDENTITY_CORRUPT',
      `${path} is not what this server wrote; remove it to begin with a new identity.`,
      { cause },
    )
  }
}

const unwritable = (path: string, cause: unknown): ServerError =>
  new ServerError(
    'SERVER_DATA_UNWRITABLE',
    `The data directory cannot be used: ${path} (${(cause as NodeJS.ErrnoException).code ?? 'error'}). ` +
      'Give another with --data, or make this one writable for the user the server runs as.',
    { cause },
  )
