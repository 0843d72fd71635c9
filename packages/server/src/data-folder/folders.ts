import { existsSync, lchownSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { identityFileName } from './marks.ts'

/** Agents, users and their sessions. */
export const authFileName = 'auth.db'
/** Its name before 0.2, in data folders and in backups. */
export const oldAuthFileName = 'access.db'
/** Alarms, their steps, and silences. */
export const alarmsFileName = 'alarms.db'

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

/** The same for agents and users, alarms, and who the server is. */
export const giveFilesToOwner = (data: string): void => {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = statSync(data)
  const files = [authFileName, alarmsFileName].flatMap((name) => ['', '-wal', '-shm'].map((end) => name + end))
  for (const name of [...files, identityFileName]) {
    const path = join(data, name)
    if (existsSync(path)) lchownSync(path, uid, gid)
  }
}
