/** What `npm run bench:store` measures, part by part. Each opens the store again and prints what it found. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Store } from '@netstats/store'
import { createStoreData } from './store-data.ts'
import type { BenchFolder } from './store-folder.ts'
import { createLive, loopResolutionMs, runLive } from './store-live.ts'
import { load } from './store-load.ts'
import { cpuSeconds, forgetCached, peakRss, sizeOf } from './store-process.ts'
import { questionsOf, timed } from './store-questions.ts'
import type { Loaded } from './store-questions.ts'
import type { OpenBenchStore } from './store-under-test.ts'
import { mebibytes, ms, progress, say, spread, table, thousands } from './report.ts'

export interface PartOptions {
  readonly folder: BenchFolder
  readonly open: OpenBenchStore
  readonly nodes: number
  /** Length of what is loaded. */
  readonly minutes: number
  /** Length of the live load. */
  readonly seconds: number
}

const loadedIn = (folder: BenchFolder): Loaded => {
  const loaded = folder.loaded()
  if (loaded === undefined) throw new Error(`nothing was loaded into ${folder.path}; run the part "load" first`)
  return loaded
}

const endOf = ({ base, to }: Loaded): number => base + to * 1000

export const loadPart = async ({ folder, open, nodes, minutes }: PartOptions): Promise<void> => {
  if (folder.loaded() !== undefined) throw new Error(`${folder.path} is loaded already`)
  // It ends now, so that a server that is started on it finds its nodes as they were a moment ago.
  const base = Math.floor(Date.now() / 60_000) * 60_000 - minutes * 60_000
  const to = minutes * 60
  const data = createStoreData({ nodes, base })
  const plan = { from: 0, to, batchSeconds: 5, seenSeconds: Math.min(to, 1200), metricSeconds: Math.min(to, 600) }
  const end = { now: () => base + to * 1000 }
  const store = await open(folder.store, end)
  const figures = await load(store, data, plan, (minute, rows) =>
    progress(`minute ${minute} of ${minutes}, ${thousands(rows)} rows`),
  )
  await store[Symbol.asyncDispose]()
  folder.note({ nodes, base, from: 0, to })
  const size = sizeOf(folder.store)
  const commits = spread(figures.commits)
  const million = figures.total / 1e6
  say(`Bulk load: ${minutes} min of ${thousands(nodes)} nodes, batches of 5 s\n`)
  say(
    table(
      [
        'rows',
        'rows/s',
        'CPU s/M rows',
        'of it making the rows',
        'commit p50 / p99 / worst ms',
        'bytes/row',
        'MiB',
        'peak RSS MiB',
      ],
      [
        [
          thousands(figures.total),
          thousands(figures.total / figures.seconds),
          (figures.cpuSeconds / million).toFixed(2),
          (figures.makingCpuSeconds / million).toFixed(2),
          `${ms(commits.p50)} / ${ms(commits.p99)} / ${ms(commits.worst)}`,
          (size.bytes / figures.total).toFixed(1),
          mebibytes(size.bytes),
          mebibytes(figures.peakRssBytes),
        ],
      ],
    ),
  )
  say(
    table(
      ['table', 'rows'],
      Object.entries(figures.rows).map(([name, rows]) => [name, thousands(rows)]),
    ),
  )
}

const warmRuns = 7

export const queriesPart = async ({ folder, open }: PartOptions): Promise<void> => {
  const loaded = loadedIn(folder)
  const rows: (string | number)[][] = []
  for (const question of questionsOf(loaded)) {
    forgetCached(folder.store)
    await using store = await open(folder.store, { now: () => endOf(loaded) })
    const cold = await timed(store, question, 0)
    const warm: number[] = []
    for (let i = 1; i <= warmRuns; i++) warm.push(await timed(store, question, i))
    const { p50, worst } = spread(warm)
    const { goalMs } = question
    const verdict = goalMs === null ? '–' : p50 <= goalMs ? `≤ ${goalMs}` : `**missed**: ${goalMs}`
    rows.push([`${question.id} ${question.what}`, ms(cold), ms(p50), ms(worst), verdict])
    progress(`${question.id}: ${ms(p50)} ms`)
  }
  say(
    `Questions: ${thousands(loaded.nodes)} nodes, ${Math.round((loaded.to - loaded.from) / 60)} min; cold is the first after an opening with nothing cached, warm the median of ${warmRuns}\n`,
  )
  say(table(['question', 'cold ms', 'warm ms', 'worst warm ms', 'goal ms'], rows))
}

/** Asks one question after the other until the signal fires; a picture of the past once a round, as people do. */
const askAll = async (store: Store, loaded: () => Loaded, times: Map<string, number[]>, signal: AbortSignal) => {
  for (let i = 0; !signal.aborted; i++) {
    for (const question of questionsOf(loaded())) {
      if (signal.aborted) return
      const list = times.get(question.id) ?? []
      times.set(question.id, list)
      list.push(await timed(store, question, i))
      await pause(400)
    }
  }
}

export const livePart = async ({ folder, open, seconds }: PartOptions): Promise<void> => {
  const loaded = loadedIn(folder)
  await using store = await open(folder.store, { now: () => endOf(loaded) })
  const { seq } = await store.catalog()
  const data = createStoreData({ nodes: loaded.nodes, base: loaded.base, seq })
  const rows: (string | number)[][] = []
  const times = new Map<string, number[]>()
  let from = loaded.to
  for (const asking of [false, true]) {
    const live = createLive()
    const enough = new AbortController()
    using rss = peakRss()
    const cpu = cpuSeconds()
    const now = (): Loaded => ({ ...loaded, to: Math.max(loaded.to, live.durable + 1) })
    const asked = asking ? askAll(store, now, times, enough.signal) : Promise.resolve()
    await Promise.all([runLive(live, { store, data, from, seconds }).finally(() => enough.abort()), asked])
    from += seconds
    folder.note({ ...loaded, to: from })
    const commits = spread(live.commits)
    rows.push([
      asking ? 'with questions' : 'alone',
      thousands(live.rows / seconds),
      `${ms(commits.p50)} / ${ms(commits.p99)} / ${ms(commits.worst)}`,
      `${ms(live.loop.percentile(99) / 1e6)} / ${ms(live.loop.percentile(99.9) / 1e6)} / ${ms(live.loop.max / 1e6)}`,
      ((cpuSeconds() - cpu) / (live.rows / 1e6)).toFixed(2),
      mebibytes(rss.bytes()),
      live.mostWaiting - 1,
    ])
  }
  say(
    `Live load: ${thousands(loaded.nodes)} nodes in real time, ${seconds} s each, one batch a second; the loop's delay is measured in steps of ${loopResolutionMs} ms and contains the making of the rows\n`,
  )
  say(
    table(
      [
        '',
        'rows/s',
        'commit p50 / p99 / worst ms',
        'loop p99 / p99.9 / worst ms',
        'CPU s/M rows',
        'peak RSS MiB',
        'most batches waiting',
      ],
      rows,
    ),
  )
  say(
    table(
      ['question under load', 'asked', 'median ms', 'worst ms'],
      [...times].map(([id, list]) => [id, list.length, ms(spread(list).p50), ms(spread(list).worst)]),
    ),
  )
}

export const reopenPart = async ({ folder, open }: PartOptions): Promise<void> => {
  const loaded = loadedIn(folder)
  const rows: (string | number)[][] = []
  const moment = questionsOf(loaded).find(({ id }) => id === 'M')
  if (moment === undefined) throw new Error('there is no question for a moment')
  for (const cached of [false, true, true]) {
    if (!cached) forgetCached(folder.store)
    const began = performance.now()
    await using store = await open(folder.store, { now: () => endOf(loaded) })
    const opened = performance.now()
    await store.catalog()
    const listed = performance.now()
    await timed(store, moment, 0)
    const end = performance.now()
    rows.push([
      cached ? 'files cached' : 'nothing cached',
      ms(opened - began),
      ms(listed - opened),
      ms(end - listed),
      ms(end - began),
    ])
  }
  say(`Restart of the store: ${thousands(loaded.nodes)} nodes\n`)
  say(table(['', 'open ms', 'catalog ms', 'moment ms', 'in all ms'], rows))
}
