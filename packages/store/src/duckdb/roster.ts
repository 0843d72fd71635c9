/**
 * What `main.duckdb` knows of the other files: which there are, and for each the last batch with rows for it and how many
 * rows it has then. It commits with the batch, so a file that is gone, was cut, lost its log, or is an older copy of itself
 * is told from one that is as it was left.
 *
 *     kept ──► leaving ──► (no row)          dropped when it expires; a drop that was broken off is gone on with
 *       └────► given up ──► kept             an operator does without it; it may come back
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import { literal } from './ddl.ts'
import { query } from './statement.ts'

export interface KnownFile {
  readonly name: string
  readonly batch: number
  readonly rows: number
  readonly state: 'kept' | 'leaving' | 'given up'
  /** What was found to be lost of it, until an operator has taken note. */
  readonly trouble: string | null
}

export interface Roster {
  get(name: string): KnownFile | undefined
  all(): readonly KnownFile[]
  /** Files of a store that was made before there was a roster are taken for what they are. */
  readonly isNew: boolean
  /** Notes a change in mind; `save`, or the next batch, writes it down. */
  note(file: KnownFile): void
  forget(name: string): void
  /** What is in mind and not written down, with what a batch brings; `stored` when that has committed. */
  pending(files: readonly KnownFile[]): { readonly statements: readonly string[]; readonly stored: () => void }
  save(): Promise<void>
  /** The disk decides; what was not written down stays in mind. */
  read(): Promise<void>
}

const table = 'netstats_files'
/** Its row says that there is a roster at all. */
const itself = 'main.duckdb'

const valuesOf = ({ name, batch, rows, state, trouble }: KnownFile): string =>
  `(${literal(name)}, ${batch}, ${rows}, ${literal(state)}, ${trouble === null ? 'NULL' : literal(trouble)})`

/** Begins a roster in a `main.duckdb` that was just made. */
export const beginRoster = (alias: string, files: readonly KnownFile[] = [], trouble: string | null = null): string => {
  const own: KnownFile = { name: itself, batch: 0, rows: 0, state: 'kept', trouble }
  return `INSERT INTO ${alias}.${table} VALUES ${[own, ...files].map(valuesOf).join(', ')}`
}

const readFiles = async (connection: DuckDBConnection, alias: string): Promise<Map<string, KnownFile>> => {
  const rows = await query(connection, `SELECT name, batch, rows, state, trouble FROM ${alias}.${table}`)
  const [names, batches, counts, states, troubles] = ['name', 'batch', 'rows', 'state', 'trouble'].map((column) =>
    rows.values(column),
  )
  const files = (names ?? []).map(
    (name, i): KnownFile => ({
      name: String(name),
      batch: Number(batches?.[i]),
      rows: Number(counts?.[i]),
      state: states?.[i] as KnownFile['state'],
      trouble: (troubles?.[i] ?? null) as string | null,
    }),
  )
  return new Map(files.map((file) => [file.name, file]))
}

export const createRoster = (connection: DuckDBConnection, alias: string): Roster => {
  let stored = new Map<string, KnownFile>()
  /** Undefined where the row is to go. */
  const unsaved = new Map<string, KnownFile | undefined>()
  let isNew = false
  const known = (): Map<string, KnownFile> => {
    const all = new Map(stored)
    for (const [name, file] of unsaved)
      if (file === undefined) all.delete(name)
      else all.set(name, file)
    return all
  }

  const roster: Roster = {
    get: (name) => (unsaved.has(name) ? unsaved.get(name) : stored.get(name)),
    all: () => [...known().values()],
    get isNew() {
      return isNew
    },
    note: (file) => void unsaved.set(file.name, file),
    forget: (name) => void unsaved.set(name, undefined),
    pending(files) {
      const changes = new Map([...unsaved, ...files.map((file) => [file.name, file] as const)])
      const there = [...changes.values()].filter((file) => file !== undefined)
      const old = there.filter(({ name }) => stored.has(name))
      const fresh = there.filter(({ name }) => !stored.has(name))
      const gone = [...changes].filter(([name, file]) => file === undefined && stored.has(name)).map(([name]) => name)
      const statements: string[] = []
      if (old.length > 0)
        statements.push(
          `UPDATE ${alias}.${table} AS f SET batch = v.batch, rows = v.rows, state = v.state, trouble = v.trouble
           FROM (VALUES ${old.map(valuesOf).join(', ')}) AS v(name, batch, rows, state, trouble) WHERE f.name = v.name`,
        )
      if (isNew) statements.push(beginRoster(alias, fresh))
      else if (fresh.length > 0)
        statements.push(`INSERT INTO ${alias}.${table} VALUES ${fresh.map(valuesOf).join(', ')}`)
      if (gone.length > 0)
        statements.push(`DELETE FROM ${alias}.${table} WHERE name IN (${gone.map(literal).join(', ')})`)
      return {
        statements,
        stored() {
          for (const [name, file] of changes) {
            if (file === undefined) stored.delete(name)
            else stored.set(name, file)
            if (unsaved.get(name) === file) unsaved.delete(name)
          }
          for (const { name } of files) unsaved.delete(name)
          isNew = false
        },
      }
    },
    async save() {
      const { statements, stored: done } = roster.pending([])
      if (statements.length === 0) return
      await connection.run('BEGIN')
      try {
        for (const statement of statements) await connection.run(statement)
        await connection.run('COMMIT')
      } catch (error) {
        await connection.run('ROLLBACK').catch(() => undefined)
        throw error
      }
      done()
    },
    async read() {
      stored = await readFiles(connection, alias)
      isNew = !stored.has(itself)
    },
  }
  return roster
}
