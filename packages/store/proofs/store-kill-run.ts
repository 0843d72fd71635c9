import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { tables } from '../src/tables.ts'
import { openDuckStore } from '../src/duckdb/mod.ts'
import { createRandom } from '@netstats/protocol/testing/random'
import { Violation } from '@netstats/protocol/testing/violation'
import { createOracle, placeOf } from './store-kill-oracle.ts'
import type { Found, Oracle } from './store-kill-oracle.ts'
import { clockOf, retention, written } from './store-kill-rows.ts'

export interface KillOptions {
  readonly rounds: number
  readonly seed: number
  readonly onRound?: (round: number) => void
}
export type KillResult = ReturnType<Oracle['tally']> & { readonly rounds: number; readonly inOpening: number }

const childPath = join(import.meta.dirname, 'store-kill-child.ts')
/** A child that does not open its store within so long is stuck, and that is a violation too. */
const stuckMs = 60_000

/** Kills and opens again, `rounds` times. Throws a `Violation` with what went wrong. */
export const runKills = async ({ rounds, seed, onRound }: KillOptions): Promise<KillResult> => {
  const home = mkdtempSync(join(tmpdir(), 'netstats-store-kill-'))
  const directory = join(home, 'store')
  const journal = join(home, 'journal')
  const random = createRandom(seed)
  const oracle = createOracle()
  let inOpening = 0
  try {
    for (let round = 0; round < rounds; round++) {
      // Most are killed at work, some already while they open what the one before left.
      const opening = round > 0 && random.chance(0.25)
      const args = [directory, journal, String(oracle.next()), String(random.between(5, 40))]
      const ready = await live(args, opening ? 'opening' : 'working', random.between(0, opening ? 250 : 1200))
      if (!ready) inOpening++
      oracle.live(linesOf(journal))
      if (existsSync(journal)) truncateSync(journal)
      // Not after each: the next one then opens what two have left.
      if (round === rounds - 1 || random.chance(0.6)) {
        await reopen(directory, oracle.next())
        oracle.check(await countRows(directory))
      }
      onRound?.(round + 1)
    }
    return { rounds, inOpening, ...oracle.tally() }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

/** Runs a child until it is killed; true if it had opened its store by then. */
const live = async (args: readonly string[], when: 'opening' | 'working', afterMs: number): Promise<boolean> => {
  const child = spawn(process.execPath, [childPath, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let complaints = ''
  let ready = false
  const opened = new Promise<void>((resolve) => {
    child.stdout.once('data', () => {
      ready = true
      resolve()
    })
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text
  })
  const closed = once(child, 'close')
  const watchdog = setTimeout(() => child.kill('SIGKILL'), stuckMs)
  try {
    if (when === 'working') {
      await Promise.race([opened, closed])
      if (!ready) throw new Violation(`the store did not open: ${complaints}`)
    } else await sleep(200)
    await sleep(afterMs)
    child.kill('SIGKILL')
    const [, signal] = (await closed) as [number | null, string | null]
    if (signal !== 'SIGKILL' || complaints !== '') throw new Violation(`the child ended by itself: ${complaints}`)
    return ready
  } finally {
    clearTimeout(watchdog)
    child.kill('SIGKILL')
  }
}

const reopen = async (directory: string, n: number): Promise<void> => {
  await using store = await openDuckStore({ directory, retention, now: () => clockOf(n), threads: 1 })
  await store.catalog()
  // Nothing but kills happened: no file may be taken for one that has lost something.
  const [trouble] = await store.condition()
  if (trouble !== undefined) throw new Violation(`${trouble.name} counts as ${trouble.what}: ${trouble.message}`)
}

/**
 * Counts with the engine alone, so that nothing of the store can hide a row, and from the files alone: a store that was
 * closed needs no log. Of a kill in the middle of a log's first record a piece of that may stay, which holds no row.
 */
const countRows = async (closed: string): Promise<Found> => {
  const left = readdirSync(closed).filter((name) => !/\.duckdb(\.wal)?$/.test(name) && name !== 'tmp')
  if (left.length > 0) throw new Violation(`a closed store has left ${left.join(', ')}`)
  const directory = `${closed}-bare`
  cpSync(closed, directory, { recursive: true, filter: (path) => !path.endsWith('.wal') })
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  try {
    const names = readdirSync(directory).filter((name) => name.endsWith('.duckdb'))
    for (const [i, name] of names.entries())
      await connection.run(`ATTACH '${join(directory, name)}' AS f${i} (READ_ONLY)`)
    const found = {} as { -readonly [T in keyof Found]: Map<string, number> }
    for (const { key, batch, time } of written) {
      const counts = new Map<string, number>()
      const { name: table, tier } = tables[key]
      for (const [i, name] of names.entries()) {
        if (tier === 'kept' ? name !== 'main.duckdb' : !name.startsWith(`${tier}-`)) continue
        const result = await connection.runAndReadAll(
          `SELECT "${batch}" AS b, "${time}" AS t, count(*) AS n FROM f${i}."${table}" GROUP BY 1, 2`,
        )
        for (const [b, t, n] of result.getRows()) {
          const place = placeOf(Number(b), Number(t))
          counts.set(place, (counts.get(place) ?? 0) + Number(n))
        }
      }
      found[key] = counts
    }
    return found
  } finally {
    connection.closeSync()
    instance.closeSync()
    rmSync(directory, { recursive: true })
  }
}

const linesOf = (path: string): readonly string[] =>
  existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []
