import { lchownSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Where the history is in a data folder. */
export const historyFolder = (data: string): string => join(data, 'history')

/**
 * What root has made in it is given to the owner of the folder above: the server seldom runs as root, and could not write
 * to its own history any more. Does nothing for any other user.
 */
export const giveToOwner = (folder: string): void => {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = statSync(dirname(folder))
  const names = readdirSync(folder, { recursive: true }).map(String)
  for (const path of [folder, ...names.map((name) => join(folder, name))]) lchownSync(path, uid, gid)
}
