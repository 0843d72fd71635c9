/**
 * `npm run soak:store -- --minutes 30 [--data FOLDER] [--csv FILE]`
 *
 * The store for a long time: 18,500 rows a second, one question after the other, and files that come and go all along. A
 * file covers an hour at least, so time runs twelve times as fast, for a twelfth of 30,000 nodes; raw rows are kept for
 * an hour of that time, which is five minutes. `--pace 1 --nodes 30000` is the whole fleet in real time. Writes a line of figures every ten seconds. Ends with 1 when the store falls behind,
 * when memory keeps growing, or when at the end there is not exactly what was acknowledged.
 */
import { appendFileSync, writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { StoreError } from '@netstats/store'
import type { Retention } from '@netstats/store'
import { percentile, rssBytes } from './procfs.ts'
import { createLedger } from './soak-ledger.ts'
import { slopePerHour } from './soak-slope.ts'
import { createBatcher } from './store-batcher.ts'
import { createStoreData } from './store-data.ts'
import { benchFolder } from './store-folder.ts'
import { createLive, runLive } from './store-live.ts'
import { cpuSeconds, sizeOf } from './store-process.ts'
import { questionsOf, timed } from './store-questions.ts'
import { mebibytes, ms, say, spread, table, thousands } from './report.ts'
import { openBenchStore } from './store-under-test.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    nodes: { type: 'string', default: '2500' },
    pace: { type: 'string', default: '12' },
    /** Of the store, MiB: small, so that it is full long before the half and what grows then is a leak. */
    memory: { type: 'string', default: '512' },
    data: { type: 'string' },
    csv: { type: 'string', default: 'soak-store.csv' },
  },
})
const [minutes, nodes, pace] = [Number(values.minutes), Number(values.nodes), Number(values.pace)]
const hourMs = 3_600_000
const retention: Retention = { raw: hourMs, logs: hourMs, seconds: 2 * hourMs, minutes: 2 * hourMs, hours: 3 * hourMs }
const sampleEverySeconds = 10
const pruneEveryMs = 20_000
/** Growth of RSS over the second half that is called growth, MiB an hour: beyond the noise of a quarter of an hour. */
const mostSlope = 200
/** A shorter run ends before the store has filled its memory, and says nothing of growth. */
const leastMinutes = 20

using folder = benchFolder(values.data, false)
const base = Math.floor(Date.now() / 60_000) * 60_000
const data = createStoreData({ nodes, base })
const ledger = createLedger()
const live = createLive()
const enough = new AbortController()
const now = (): number => base + (live.durable + 1) * 1000
const faults: string[] = []
const store = await openBenchStore(folder.store, { now, retention, memoryBytes: Number(values.memory) * 2 ** 20 })

writeFileSync(
  values.csv,
  'seconds,rows_per_s,rss_mib,disk_mib,wal_mib,files,commit_p99_ms,loop_p99_ms,waiting,cpu_share\n',
)
const curve: { second: number; rss: number; disk: number }[] = []
let last = { rows: 0, commits: 0, cpu: cpuSeconds(), at: performance.now() }
const sample = (second: number): void => {
  const at = performance.now()
  const elapsed = (at - last.at) / 1000
  const size = sizeOf(folder.store)
  const rss = rssBytes(process.pid)
  const commits = live.commits.slice(last.commits).sort((a, b) => a - b)
  const line = [
    second,
    ((live.rows - last.rows) / elapsed).toFixed(0),
    mebibytes(rss),
    mebibytes(size.bytes),
    (size.walBytes / 2 ** 20).toFixed(1),
    size.files,
    percentile(commits, 0.99).toFixed(0),
    (live.loop.percentile(99) / 1e6).toFixed(1),
    live.waiting,
    ((cpuSeconds() - last.cpu) / elapsed).toFixed(2),
  ]
  appendFileSync(values.csv, `${line.join(',')}\n`)
  curve.push({ second, rss: rss / 2 ** 20, disk: size.bytes / 2 ** 20 })
  last = { rows: live.rows, commits: live.commits.length, cpu: cpuSeconds(), at }
  live.loop.reset()
}

const loops: number[] = []
const times = new Map<string, number[]>()
let refused = 0
const ask = async (): Promise<void> => {
  for (let i = 0; !enough.signal.aborted; i++) {
    // The first rounds find too little for an answer.
    const to = live.durable + 1
    const from = Math.max(0, to - hourMs / 1000)
    for (const question of to - from < 900 ? [] : questionsOf({ nodes, base, from, to })) {
      if (enough.signal.aborted) return
      const list = times.get(question.id) ?? []
      times.set(question.id, list)
      try {
        list.push(await timed(store, question, i))
      } catch (error) {
        // A question may be asked to come again, when its file goes; more than a few in the whole run are a fault.
        if (!(error instanceof StoreError && error.retryable)) throw error
        refused++
      }
      await pause(400)
    }
    await pause(400)
  }
}
let pruned = { files: 0, bytes: 0 }
const prune = async (): Promise<void> => {
  while (!enough.signal.aborted) {
    await pause(pruneEveryMs, undefined, { signal: enough.signal }).catch(() => undefined)
    const { files, bytes } = await store.prune(retention, now())
    pruned = { files: pruned.files + files.length, bytes: pruned.bytes + bytes }
  }
}

const began = performance.now()
// What a server writes first; it is counted like the rest.
const batcher = createBatcher()
data.introduce(batcher)
const { batch: introduction } = batcher.take()
const introduced = ledger.write(introduction)
await store.write(introduction)
introduced()
const run = runLive(live, {
  store,
  data,
  from: 0,
  seconds: minutes * 60,
  pace,
  onBatch: (batch) => ledger.write(batch),
  onSecond: (seconds) => {
    if (seconds % sampleEverySeconds !== 0) return
    loops.push(live.loop.percentile(99) / 1e6)
    sample(seconds)
  },
}).catch((error: unknown) => {
  faults.push(`writing ended: ${String(error)}`)
})
const asked = ask().catch((error: unknown) => {
  faults.push(`asking ended: ${String(error)}`)
})
const dropped = prune().catch((error: unknown) => {
  faults.push(`pruning ended: ${String(error)}`)
})
await run.finally(() => enough.abort())
await Promise.all([asked, dropped])

const took = (performance.now() - began) / 1000
faults.push(...ledger.compare(await store.info({ timeoutMs: 600_000 }), retention, now()))
const report = await store.verify()
faults.push(...report.findings.map(({ where, message }) => `verify: ${where}: ${message}`))
await store[Symbol.asyncDispose]()

const half = curve.filter(({ second }) => second >= (minutes * 60) / 2)
const rssSlope = slopePerHour(half.map(({ second, rss }) => [second, rss]))
const diskSlope = slopePerHour(half.map(({ second, disk }) => [second, disk]))
if (minutes >= leastMinutes && rssSlope > mostSlope)
  faults.push(`RSS grew by ${rssSlope.toFixed(0)} MiB an hour over the second half`)
if (refused > 5) faults.push(`${refused} questions were refused`)
if (live.mostWaiting > 10) faults.push(`up to ${live.mostWaiting} batches waited`)
const commits = spread(live.commits)
const highest = (pick: (one: (typeof curve)[number]) => number): string => Math.max(...curve.map(pick)).toFixed(0)
say(`Soak: ${minutes} min, ${thousands(nodes)} nodes, time ${pace} times as fast, raw rows kept for ${60 / pace} min\n`)
say(
  table(
    ['', ''],
    [
      ['rows acknowledged', `${thousands(ledger.acknowledged)}, ${thousands(ledger.acknowledged / took)} a second`],
      ['files given up', `${pruned.files}, ${mebibytes(pruned.bytes)} MiB`],
      ['commit p50 / p99 / worst', `${ms(commits.p50)} / ${ms(commits.p99)} / ${ms(commits.worst)} ms`],
      ['loop p99 in 10 s: median / worst', `${ms(spread(loops).p50)} / ${ms(spread(loops).worst)} ms`],
      ['RSS highest, slope of the second half', `${highest(({ rss }) => rss)} MiB, ${rssSlope.toFixed(0)} MiB/h`],
      ['disk highest, slope of the second half', `${highest(({ disk }) => disk)} MiB, ${diskSlope.toFixed(0)} MiB/h`],
      ...[...times].map(([id, list]) => [
        `${id}, ${list.length} times: median / worst`,
        `${ms(spread(list).p50)} / ${ms(spread(list).worst)} ms`,
      ]),
      ['questions refused', `${refused}`],
      ['most batches waiting', live.mostWaiting],
      ['missing, double, wrong', faults.length === 0 ? 'none' : faults.join('; ')],
    ],
  ),
)
process.exitCode = faults.length === 0 ? 0 : 1
