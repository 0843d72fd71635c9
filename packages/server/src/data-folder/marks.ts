/** What a data folder holds, noted in its `server.json`: what is gone later is missed, and not begun again in silence. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const noted = z
  .looseObject({
    auth: z.string().optional().catch(undefined),
    /** The name of `auth` before 0.2. */
    access: z.string().optional().catch(undefined),
    history: z.boolean().optional().catch(undefined),
  })
  .transform(({ access, auth = access, ...others }) => ({ ...others, ...(auth === undefined ? {} : { auth }) }))

export interface Marks {
  /** Id of the file of agents and users. */
  readonly auth?: string | undefined
  /** There was a history. */
  readonly history?: boolean | undefined
}

export const identityFileName = 'server.json'

/** Whether the file can be read at all is found out by `openIdentity`. */
const read = (path: string): z.output<typeof noted> | undefined => {
  try {
    return noted.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data
  } catch {
    return undefined
  }
}

export const readMarks = (data: string): Marks => read(join(data, identityFileName)) ?? {}

/** Writes down what is new. Without an identity there is nowhere to; where it cannot be written, it is at the next start. */
export const noteMarks = (data: string, marks: Marks): void => {
  const path = join(data, identityFileName)
  const before = read(path)
  if (before === undefined) return
  const text = `${JSON.stringify({ ...before, ...marks })}\n`
  if (text === readFileSync(path, 'utf8')) return
  try {
    const file = openSync(`${path}.new`, 'w', 0o640)
    try {
      writeSync(file, text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(`${path}.new`, path)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (!['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EACCES', 'EPERM'].includes(code)) throw error
  }
}
