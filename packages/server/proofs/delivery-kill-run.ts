import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from '@netstats/protocol/testing/random'
import type { Store } from '@netstats/store'
import { openDuckStore } from '@netstats/store/duckdb'
import { acknowledgedIn, agents, retention } from './delivery-kill-rows.ts'
import { Violation } from '@netstats/protocol/testing/violation'

export interface DeliveryKillOptions {
  readonly rounds: number
  readonly seed: number
  readonly onRound?: (round: number) => void
}

export interface DeliveryKillResult {
  readonly rounds: number
  /** Observations that were acknowledged to agents, and that are there, at the end. */
  readonly acknowledged: number
  readonly stored: number
}

const childPath = join(import.meta.dirname, 'delivery-kill-child.ts')
const stuckMs = 60_000

/** Kills a history that agents deliver to, again and again. Throws a `Violation` with what went wrong. */
export const runDeliveryKills = async (options: DeliveryKillOptions): Promise<DeliveryKillResult> => {
  const { rounds, seed, onRound } = options
  const home = mkdtempSync(join(tmpdir(), 'netstats-delivery-kill-'))
  const directory = join(home, 'store')
  const journal = join(home, 'journal')
  writeFileSync(journal, '')
  const random = createRandom(seed)
  let result = { acknowledged: 0, stored: 0 }
  try {
    for (let round = 0; round < rounds; round++) {
      await live([directory, journal, String(random.between(0, 1e9))], random.between(0, 1200))
      // Not after each: the next one then goes on from what two have left.
      if (round === rounds - 1 || random.chance(0.5)) result = await check(directory, readFileSync(journal, 'utf8'))
      onRound?.(round + 1)
    }
    return { rounds, ...result }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

const live = async (args: readonly string[], afterMs: number): Promise<void> => {
  const child = spawn(process.execPath, [childPath, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  const ready = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said.includes('R\n')) resolve()
    })
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const closed = once(child, 'close')
  const watchdog = setTimeout(() => child.kill('SIGKILL'), stuckMs)
  try {
    await Promise.race([ready, closed])
    if (!said.includes('R\n')) throw new Violation(`the history did not open: ${said}`)
    await sleep(afterMs)
    child.kill('SIGKILL')
    const [, signal] = (await closed) as [number | null, string | null]
    if (signal !== 'SIGKILL' || said !== 'R\n') throw new Violation(`it ended by itself: ${said}`)
  } finally {
    clearTimeout(watchdog)
    child.kill('SIGKILL')
  }
}

/** Each sequence up to the resume point is there once, none above it is, and no agent had an acknowledgement of more. */
const check = async (directory: string, journal: string): Promise<Omit<DeliveryKillResult, 'rounds'>> => {
  if (!existsSync(directory)) return { acknowledged: 0, stored: 0 }
  await using store = await openDuckStore({ directory, retention, threads: 1 })
  const found = new Map<string, number[]>(agents.map((agent) => [agent, []]))
  for (const { source, message } of await rowsOf(store, 'log'))
    if (typeof source === 'string') found.get(source)?.push(Number(message))
  for (const { metric, value } of await rowsOf(store, 'metric'))
    found.get(String(metric).replace('count of ', ''))?.push(Number(value))
  const resume = new Map((await store.resumePoints()).map(({ agent, through }) => [agent, through]))
  const told = acknowledgedIn(journal)
  let stored = 0
  for (const [agent, sequences] of found) {
    const through = resume.get(agent) ?? 0
    const acknowledged = told.get(agent) ?? 0
    if (acknowledged > through) throw new Violation(`${agent} was told ${acknowledged}, and would resume at ${through}`)
    sequences.sort((a, b) => a - b)
    const wrong = sequences.findIndex((sequence, i) => sequence !== i + 1)
    if (wrong >= 0 || sequences.length !== through)
      throw new Violation(
        `${agent} would resume at ${through}, and has ${sequences.length} rows; the first that is wrong is ${sequences[wrong]} in place ${wrong + 1}`,
      )
    stored += sequences.length
  }
  return { acknowledged: [...told.values()].reduce((sum, one) => sum + one, 0), stored }
}

const rowsOf = async (store: Store, table: 'log' | 'metric'): Promise<readonly Record<string, unknown>[]> => {
  const range = { from: 0, to: Date.now() + 86_400_000 }
  const pieces: Uint8Array[] = []
  for await (const piece of store.export({ table, range, format: 'ndjson', names: true })) pieces.push(piece)
  const lines = Buffer.concat(pieces).toString().split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}
