/** The files of an open store: which there are, which are attached, and who uses them. */
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { ExpiringTier, Tier } from '../table.ts'
import type { Range } from '../store.ts'
import { attach, checkHeader, detach, inFile, makeFile } from './attach.ts'
import { schemaVersion } from './ddl.ts'
import { unlessFull } from './failure.ts'
import { createMutex } from './mutex.ts'
import { periodAt, periodMsOf, periodName } from './periods.ts'
import { emptyState, readState } from './record.ts'
import type { Roster } from './roster.ts'
import { boundariesOf, undo } from './undo.ts'
import { noteAttached } from './store-file.ts'
import type { StoreFile, UnusableFile } from './store-file.ts'

export interface FileSet {
  readonly main: StoreFile
  readonly store: string
  /** All files that can be used, oldest first within a tier. */
  all(): readonly StoreFile[]
  unusable(): readonly UnusableFile[]
  /** What there should be. */
  readonly roster: Roster
  /** Files of a tier that may hold rows of a range, oldest first. */
  holding(tier: ExpiringTier, range?: Range): readonly StoreFile[]
  /** The file that takes a row of that time, with a connection that writes to it; made when there is none. */
  takes(tier: ExpiringTier, time: number): Promise<StoreFile>
  /** Attaches what is not; releases files that nobody uses, those used longest ago first. */
  attach(files: readonly StoreFile[]): Promise<void>
  /** Lets go of a file and takes it up again: what is on the disk counts. Nobody may be using it. */
  reload(file: StoreFile): Promise<void>
  /** Takes the batch that `main.duckdb` has not out of a file; where that fails, its rows are hidden until it succeeds. */
  settle(file: StoreFile): Promise<void>
  /** Removes a period file; nobody may be using it. Gives the bytes that the disk has back. */
  remove(file: StoreFile): Promise<number>
  /** Lets go of all. */
  close(): Promise<void>
}

export const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

export const aliasOf = (name: string): string => name.replace(/\.duckdb$/, '').replaceAll(/[^a-zA-Z0-9]/g, '_')

export const createStoreFile = (
  directory: string,
  name: string,
  { tier, from, to }: { readonly tier: Tier; readonly from: number | null; readonly to: number | null },
): StoreFile => ({
  name,
  path: join(directory, name),
  alias: tier === 'kept' ? 'kept' : aliasOf(name),
  tier,
  from,
  to,
  state: emptyState,
  attached: false,
  inode: undefined,
  counts: undefined,
  hidden: undefined,
  leaving: false,
  readers: 0,
  usedAt: 0,
  writer: undefined,
})

export interface FileSetParts {
  readonly directory: string
  readonly connection: DuckDBConnection
  readonly connect: () => Promise<DuckDBConnection>
  readonly store: string
  readonly main: StoreFile
  readonly periods: readonly StoreFile[]
  readonly unusable: readonly UnusableFile[]
  readonly roster: Roster
  readonly retention: { readonly [T in ExpiringTier]: number }
  readonly openFiles: number
}

// oxlint-disable-next-line max-lines-per-function -- what is attached, written to and removed changes the same list of files under one lock
export const createFileSet = ({
  directory,
  connection,
  connect,
  store,
  main,
  roster,
  retention,
  openFiles,
  ...found
}: FileSetParts): FileSet => {
  let unusable = [...found.unusable]
  let periods = found.periods.toSorted((a, b) => (a.from ?? 0) - (b.from ?? 0))
  const mutex = createMutex()
  let uses = 0

  const letGo = async (file: StoreFile): Promise<void> => {
    file.writer?.closeSync()
    file.writer = undefined
    if (file.attached) await detach(connection, file.alias)
    file.attached = false
  }
  const idle = (file: StoreFile): boolean =>
    file.attached && file.readers === 0 && file.writer === undefined && file.hidden === undefined
  /** What goes on without it goes on; who asked for it now asks again. */
  const leaveOut = (file: StoreFile, reason: string): void => {
    periods = periods.filter((other) => other !== file)
    const { name, path, tier } = file
    unusable = [...unusable, { name, path, tier, reason }]
  }
  const makeRoom = async (): Promise<void> => {
    const attached = periods.filter((file) => file.attached)
    const spare = attached.filter(idle).sort((a, b) => a.usedAt - b.usedAt)
    for (const file of spare.slice(0, Math.max(0, attached.length - openFiles))) await letGo(file)
  }
  const take = async (file: StoreFile): Promise<void> => {
    file.usedAt = ++uses
    if (file.attached) return
    try {
      // The engine would make an empty one of a file that is gone.
      if (file !== main) checkHeader(file.path, file.name)
      await attach(connection, file.path, file.alias)
    } catch (error) {
      const fault = inFile(error, file.name)
      if (!fault.retryable && file !== main) leaveOut(file, fault.message)
      throw fault
    }
    noteAttached(file)
  }
  const holds = (file: StoreFile, time: number): boolean =>
    !file.leaving && time >= (file.from as number) && time < (file.to as number)
  const settle = async (file: StoreFile): Promise<void> => {
    const { batch } = main.state
    if (file.state.batch <= batch) {
      file.hidden = undefined
      return
    }
    const boundaries = file.hidden ?? (await boundariesOf(connection, file))
    file.hidden = boundaries
    await undo(connection, file, boundaries, batch)
    file.hidden = undefined
    file.counts = undefined
  }

  /** Where the disk is full this cannot be written, and to make room is what matters. */
  const leave = async (name: string): Promise<void> => {
    const known = roster.get(name)
    if (known === undefined) return
    roster.note({ ...known, state: 'leaving' })
    await roster.save().catch(unlessFull)
  }

  const set: FileSet = {
    main,
    store,
    all: () => [main, ...periods],
    unusable: () => unusable,
    roster,
    holding: (tier, range) =>
      periods.filter(
        (file) =>
          file.tier === tier &&
          !file.leaving &&
          (range === undefined || ((file.from as number) < range.to && (file.to as number) > range.from)),
      ),
    takes: (tier, time) =>
      mutex.run(async () => {
        const known = periods.find((file) => file.tier === tier && holds(file, time))
        if (known) {
          await take(known)
          // Who is written to is not idle, so it stays.
          known.writer ??= await connect()
          return known
        }
        const period = periodAt(time, periodMsOf(retention[tier]))
        let name = `${periodName(tier, period)}.duckdb`
        const isTaken = (): boolean => sizeOf(join(directory, name)) > 0 || roster.get(name) !== undefined
        for (let copy = 2; isTaken(); copy++) name = `${periodName(tier, period, copy)}.duckdb`
        const file = createStoreFile(directory, name, { tier, ...period })
        await makeFile(connection, file.path, { schema: schemaVersion, store, tier, ...period })
        await take(file)
        file.writer = await connect()
        periods = [...periods, file].sort((a, b) => (a.from ?? 0) - (b.from ?? 0))
        await makeRoom()
        return file
      }),
    attach: (files) => {
      if (files.every((file) => file.attached)) return Promise.resolve()
      return mutex.run(async () => {
        for (const file of files) await take(file)
        await makeRoom()
      })
    },
    reload: (file) =>
      mutex.run(async () => {
        const { hidden } = file
        await letGo(file)
        await take(file)
        file.state = await readState(connection, file.alias, file.name)
        if (file === main) await roster.read()
        file.counts = undefined
        // Of a batch that was to be undone already; else `settle` finds out.
        file.hidden = file.state.batch > main.state.batch ? hidden : undefined
      }),
    settle: (file) => mutex.run(() => settle(file)),
    remove: (file) =>
      mutex.run(async () => {
        const bytes = sizeOf(file.path) + sizeOf(`${file.path}.wal`)
        await leave(file.name)
        await letGo(file)
        // The log first: alone, it would be of no file.
        for (const ending of ['.wal', '']) rmSync(file.path + ending, { force: true })
        periods = periods.filter((other) => other !== file)
        // Written down with the next batch; until then it is known to be leaving.
        roster.forget(file.name)
        return bytes
      }),
    close: () =>
      mutex.run(async () => {
        for (const file of [...periods, main]) await letGo(file)
        connection.closeSync()
      }),
  }
  return set
}
