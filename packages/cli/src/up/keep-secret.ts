import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The secret for nodes of this installation, made at the first start and readable by its owner only. */
export const keepSecret = (data: string): { readonly text: string; readonly file: string } => {
  const file = join(data, 'ethstats-secret')
  try {
    const text = readFileSync(file, 'utf8').trim()
    if (text !== '') return { text, file }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const text = randomBytes(18).toString('base64url')
  writeFileSync(file, `${text}\n`, { mode: 0o600 })
  return { text, file }
}
