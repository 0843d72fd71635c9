/** What a configuration names on the disk, looked at without starting anything. */
import { access, constants } from 'node:fs/promises'
import type { ServerConfig } from './config.ts'
import { ServerError } from './lib/errors.ts'
import { readMaterial } from './net/tls/material.ts'

/** Throws with the cure where the server could not start for a file that is missing or of no use. */
export const checkFiles = async ({ tls, geo }: Pick<ServerConfig, 'tls' | 'geo'>, now: number): Promise<void> => {
  if (tls !== undefined) await readMaterial(tls, now)
  if (!geo.enabled || geo.database === undefined) return
  await access(geo.database, constants.R_OK).catch((cause: NodeJS.ErrnoException) => {
    const what = `geo.database: ${geo.database} cannot be read (${cause.code ?? 'error'}).`
    throw new ServerError('SERVER_GEO_DATABASE_UNREADABLE', what, { cause })
  })
}
