/**
 * `npm run bench:logs -- [--seconds 60] [--rate 10000]`
 *
 * Log lines of 100 nodes into the store in real time, one batch a second, while somebody searches them: the newest lines,
 * errors, a part of a program, a text that is rare, one that is everywhere, one that is nowhere. The floor is the same
 * question for the newest lines of a store into which nobody writes.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { StoreError } from '@netstats/store'
import type { LogsQuery } from '@netstats/store'
import { createBatcher } from './store-batcher.ts'
import { benchFolder } from './store-folder.ts'
import { openBenchStore } from './store-under-test.ts'

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, rate: { type: 'string', default: '10000' } },
})
const seconds = Number(values.seconds)
const rate = Number(values.rate)
const nodes = 100
const network = 1

const parts = ['p2p', 'txpool', 'consensus', 'rpc', 'downloader'] as const
const lineOf = (n: number): string =>
  n % 5000 === 0
    ? `Block sealing failed: signed recently, must wait for others number=${n}`
    : `Imported new potential chain segment number=${n} hash=0x${(n * 2_654_435_761).toString(16)} blocks=1 txs=${n % 200} elapsed=${n % 90}ms`

const questions: Readonly<Record<string, Omit<LogsQuery, 'network' | 'limit' | 'range'>>> = {
  'the newest lines': {},
  'errors and worse': { severity: 3 },
  'a part of the program': { component: 'consensus' },
  'a text that is rare': { text: 'signed recently' },
  'a text that is everywhere': { text: 'chain segment' },
  'a text that is nowhere': { text: 'no such words' },
}

using folder = benchFolder(undefined, false)
await using store = await openBenchStore(folder.path, { now: () => Date.now() })
const batcher = createBatcher()
batcher.add('network', { key: network, name: '1', networkId: '1', firstSeenAt: Date.now() })
for (let node = 1; node <= nodes; node++)
  batcher.add('node', { key: node, network, id: `node-${node}`, firstSeenAt: Date.now() })
await store.write(batcher.take().batch)

let seq = 0
const addSecond = (at: number): void => {
  for (let n = 0; n < rate; n++) {
    seq++
    batcher.add('log', {
      at: at + Math.floor((n * 1000) / rate),
      seq,
      network,
      node: 1 + (seq % nodes),
      severity: seq % 5000 === 0 ? 3 : 6,
      source: 'geth',
      message: lineOf(seq),
      component: parts[seq % parts.length] ?? null,
      fields: null,
    })
  }
}

const took = new Map<string, number[]>(Object.keys(questions).map((name) => [name, []]))
let ended = 0
const writing = new AbortController()
const ask = async (name: string): Promise<number> => {
  const began = performance.now()
  // What the page asks for: the last hour.
  await store.logs({
    ...questions[name],
    network,
    limit: 100,
    range: { from: Date.now() - 3_600_000, to: Date.now() + 1000 },
  })
  return performance.now() - began
}
const search = async (): Promise<void> => {
  for (let n = 0; !writing.signal.aborted; n++) {
    const name = Object.keys(questions)[n % took.size] as string
    try {
      took.get(name)?.push(await ask(name))
    } catch (error) {
      // The page asks again in two seconds.
      if (!(error instanceof StoreError) || !error.retryable) throw error
      process.stderr.write(`${error.message}\n`)
      ended++
    }
    await sleep(20)
  }
}

const searching = search()
const commits: number[] = []
const began = performance.now()
for (let second = 0; second < seconds; second++) {
  addSecond(Date.now())
  const { batch } = batcher.take()
  const started = performance.now()
  await store.write(batch)
  commits.push(performance.now() - started)
  await sleep(Math.max(0, began + (second + 1) * 1000 - performance.now()))
}
const elapsed = (performance.now() - began) / 1000
writing.abort()
await searching

const percentile = (list: readonly number[], share: number): number =>
  list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))] ?? NaN
const ms = (list: readonly number[]): string =>
  [0.5, 0.99, 1].map((share) => percentile(list, share).toFixed(0)).join(' | ')

const floor: number[] = []
for (let n = 0; n < 100; n++) floor.push(await ask('the newest lines'))
const say = (line: string): void => void process.stdout.write(`${line}\n`)
say(`${seq} lines in ${elapsed.toFixed(0)} s: ${Math.round(seq / elapsed)} lines/s\n`)
say('| asked | times | p50 ms | p99 ms | longest ms |\n| --- | --: | --: | --: | --: |')
for (const [name, list] of took) say(`| ${name} | ${list.length} | ${ms(list)} |`)
say(
  `| all questions, ${ended} ended by the store | ${[...took.values()].flat().length} | ${ms([...took.values()].flat())} |`,
)
say(`| floor: the newest lines, nobody writes | ${floor.length} | ${ms(floor)} |`)
say(`| a second's lines made durable | ${commits.length} | ${ms(commits)} |`)
