/** Folders of agents and servers that are copied while they are in use, and put back, as a snapshot of the disk is. */
import { cpSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** The process stands still while it is copied: what the copy has is of one moment. */
export const copyFolder = (pid: number, from: string, to: string): void => {
  process.kill(pid, 'SIGSTOP')
  try {
    cpSync(from, to, { recursive: true })
  } finally {
    process.kill(pid, 'SIGCONT')
  }
}

/** Puts a copy in the place of a folder that nobody uses any more; what was there goes to `aside`. */
export const putBack = (copy: string, folder: string, aside: string): void => {
  renameSync(folder, aside)
  cpSync(copy, folder, { recursive: true })
}

/** What a spool held that nobody uses any more, by the numbers of its observations. */
export const heldIn = (data: string): readonly number[] => {
  const file = join(data, 'spool.sqlite')
  if (!existsSync(file)) return []
  const db = new DatabaseSync(file)
  try {
    const tables = db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'observations_%'")
      .all()
    return tables.flatMap(({ name }) =>
      db
        .prepare(`SELECT kind, body FROM "${String(name)}"`)
        .all()
        .flatMap(({ kind, body }) => numberIn(String(kind), String(body))),
    )
  } finally {
    db.close()
    rmSync(data, { recursive: true, force: true })
  }
}

const numberIn = (kind: string, text: string): readonly number[] => {
  const body = JSON.parse(text) as { readonly message?: string; readonly pending?: number; readonly value?: number }
  if (kind === 'log') return [Number(body.message)]
  if (kind === 'pending') return [Number(body.pending)]
  return kind === 'metric' ? [Number(body.value)] : []
}

/** Numbers that a journal has from a place on. */
export const numbersFrom = (journal: string, from: number): readonly number[] =>
  [
    ...readFileSync(journal, 'utf8')
      .slice(from)
      .matchAll(/^T (\d+) /gm),
  ].map(([, number]) => Number(number))
