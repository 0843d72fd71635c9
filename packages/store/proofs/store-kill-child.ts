// The program that is killed: writes batches, and says what it does before and after it does it. Its first batch is the
// last one of the life before, again: the store knows by its id whether it has it.
//
//   to the journal, a file, O_APPEND:   T n    about to write batch n
//                                       A n    the write resolved: it is durable
//                                       P ms   about to drop what is past its retention at this time
//   to the parent, its standard output: R      the store is open
import { openSync, writeSync } from 'node:fs'
import { openDuckStore } from '../src/duckdb/mod.ts'
import { batchOf, clockOf, retention } from './store-kill-rows.ts'

const [directory = '', journalPath = '', first = '', pruneEvery = ''] = process.argv.slice(2)
const journal = openSync(journalPath, 'a')
const note = (line: string): void => void writeSync(journal, `${line}\n`)

let now = clockOf(Number(first))
const store = await openDuckStore({
  directory,
  retention,
  now: () => now,
  threads: 1,
  memoryBytes: 256 * 1024 * 1024,
  // So small that kills fall into checkpoints too, and few files stay open.
  checkpointBytes: 128 * 1024,
  openFiles: 6,
})
writeSync(1, 'R\n')
for (let n = Math.max(1, Number(first) - 1); ; n++) {
  now = clockOf(n)
  note(`T ${n}`)
  await store.write(batchOf(n), `batch ${n}`)
  note(`A ${n}`)
  if (n % Number(pruneEvery) === 0) {
    note(`P ${now}`)
    await store.prune(retention, now)
  }
}
