/**
 * Reads everything there is and says what is wrong with it. Files that nobody uses are taken up again first, so that they
 * are read from the disk and not from memory.
 */
import { readdirSync } from 'node:fs'
import type { FileTrouble, Finding, VerifyReport } from '../../store-admin.ts'
import { tablesOf } from '../ddl.ts'
import type { Engine } from '../engine.ts'
import { asStoreError } from '../failure.ts'
import type { CallOptions } from '../method.ts'
import { tierOfName } from '../periods.ts'
import type { StoreFile } from '../store-file.ts'
import { condition } from './condition.ts'
import { checkFile, checkKnown } from './verify-file.ts'
import { checkDictionaries, checkTable } from './verify-table.ts'
import { cancelled, readSnapshot } from './snapshot.ts'

/** More of one kind say nothing new: one more line tells how many were left out. */
const maxFindings = 1000

export const verify = async (
  engine: Engine,
  { signal, onProgress }: Pick<CallOptions, 'signal' | 'onProgress'>,
): Promise<VerifyReport> => {
  const findings: Finding[] = []
  let omitted = 0
  const add = (found: readonly Finding[]): void => {
    for (const finding of found)
      if (findings.length < maxFindings) findings.push(finding)
      else omitted++
  }
  const { files } = engine
  add(condition(engine).map(findingOf))
  add(strangers(engine))
  const all = files.all()
  const steps = all.reduce((sum, file) => sum + tablesOf(file.tier).length, 0)
  let done = 0
  let rows = 0
  for (const file of all) {
    try {
      await reread(engine, file)
      rows += await readSnapshot(
        engine,
        () => [files.main, ...(file === files.main ? [] : [file])],
        signal,
        async (snapshot) => {
          const one = snapshot.files.find((each) => each.file === file)
          const main = snapshot.files.find((each) => each.file === files.main)
          let read = 0
          if (one === undefined || main === undefined) return read
          add(await checkFile(snapshot, one))
          if (file !== files.main) add(await checkKnown(snapshot, one, main))
          for (const { key, table } of tablesOf(file.tier)) {
            onProgress?.({ done: done++, all: steps, what: `${file.name} ${table.name}` })
            const checked = await checkTable(snapshot.connection, { one, main, key, table })
            read += checked.rows
            add(checked.findings)
          }
          if (file === files.main) add(await checkDictionaries(snapshot.connection, main))
          return read
        },
      )
    } catch (error) {
      if (signal.aborted) throw cancelled(error)
      add([{ severity: 'error', where: file.name, message: asStoreError(error).message }])
    }
  }
  if (omitted > 0)
    findings.push({ severity: 'error', where: 'store', message: `${omitted} more findings are left out` })
  return { rows, files: all.length + files.unusable().length, findings }
}

const findingOf = ({ name, what, message, resumePoints }: FileTrouble): Finding => ({
  severity: 'error',
  where: name,
  message: `${what === 'unusable' ? '' : `is ${what}: `}${message}${resumePoints ? '; resume points of agents may have been in it' : ''}`,
})

const reread = ({ files, writing, gate }: Engine, file: StoreFile): Promise<void> =>
  writing.run(() =>
    gate.run(async () => {
      const idle = file !== files.main && !file.leaving && file.readers === 0 && file.writer === undefined
      if (idle && file.hidden === undefined) await files.reload(file)
    }),
  )

/** What is in the folder and not of the store. */
const strangers = ({ options: { directory } }: Engine): readonly Finding[] =>
  readdirSync(directory)
    .filter((name) => name !== 'tmp' && !isOurs(name.replace(/\.wal$/, '')))
    .map((name) => ({ severity: 'warning', where: name, message: 'is not of this store; it is left alone' }))

const isOurs = (name: string): boolean => name === 'main.duckdb' || tierOfName(name) !== undefined
