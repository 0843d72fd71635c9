/** A folder with a loaded store and a note of its contents, so that later parts and runs can use it. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Loaded } from './store-questions.ts'

export interface BenchFolder extends Disposable {
  readonly path: string
  /** Where the store is. */
  readonly store: string
  /** What was loaded; undefined in a new folder. */
  loaded(): Loaded | undefined
  note(loaded: Loaded): void
}

/** A folder named stays; one that is made here goes with its disposal unless it is to be kept. */
export const benchFolder = (named: string | undefined, keep: boolean): BenchFolder => {
  const path = named ?? mkdtempSync(join(tmpdir(), 'netstats-bench-store-'))
  const noteFile = join(path, 'bench.json')
  return {
    path,
    store: join(path, 'history'),
    loaded: () => (existsSync(noteFile) ? (JSON.parse(readFileSync(noteFile, 'utf8')) as Loaded) : undefined),
    note: (loaded) => writeFileSync(noteFile, JSON.stringify(loaded)),
    [Symbol.dispose]: () => {
      if (named === undefined && !keep) rmSync(path, { recursive: true, force: true })
    },
  }
}
