import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from '@netstats/protocol/testing/random'
import { Violation } from '@netstats/protocol/testing/violation'
import { createOracle } from './spool-kill-oracle.ts'
import type { Tally } from './spool-kill-oracle.ts'

export interface KillOptions {
  readonly rounds: number
  readonly seed: number
  readonly onRound?: (round: number, scenario: string) => void
}

export interface KillResult extends Tally {
  readonly rounds: number
  /** Largest size on disk seen, as a share of the cap. */
  readonly largestShare: number
}

interface Scenario {
  readonly name: 'roomy' | 'tight'
  readonly maxBytes: number
}

/** In one there is always room, so nothing at all may be missing; the other runs over all the time. */
const scenarios: readonly Scenario[] = [
  { name: 'roomy', maxBytes: 64 * 1024 * 1024 },
  { name: 'tight', maxBytes: 1024 * 1024 },
]

const childPath = join(import.meta.dirname, 'spool-kill-child.ts')
/** A child that says nothing for so long is stuck, and that is a violation too. */
const stuckMs = 30_000

/** Kills and opens again, `rounds` times, half of them in each scenario. Throws a `Violation` with what went wrong. */
export const runKills = async ({ rounds, seed, onRound }: KillOptions): Promise<KillResult> => {
  const results: KillResult[] = []
  let round = 0
  for (const [i, scenario] of scenarios.entries()) {
    const share = i === 0 ? Math.ceil(rounds / 2) : Math.floor(rounds / 2)
    results.push(await runScenario(scenario, share, seed + i, () => onRound?.(++round, scenario.name)))
  }
  const sum = (pick: (result: KillResult) => number): number => results.reduce((n, result) => n + pick(result), 0)
  return {
    rounds,
    appended: sum((one) => one.appended),
    delivered: sum((one) => one.delivered),
    again: sum((one) => one.again),
    dropped: sum((one) => one.dropped),
    largestShare: Math.max(...results.map((one) => one.largestShare)),
  }
}

const runScenario = async (
  { name, maxBytes }: Scenario,
  rounds: number,
  seed: number,
  onRound: () => void,
): Promise<KillResult> => {
  const directory = mkdtempSync(join(tmpdir(), `netstats-kill-${name}-`))
  const journalPath = join(directory, 'journal')
  const random = createRandom(seed)
  const oracle = createOracle({ mayDrop: name === 'tight' })
  let largest = 0
  const measure = (): void => {
    const files = ['spool.sqlite', 'spool.sqlite-wal', 'spool.sqlite-shm', 'spool.sqlite-journal']
    const size = files.reduce((sum, file) => sum + sizeOf(join(directory, file)), 0)
    largest = Math.max(largest, size)
    if (size > maxBytes * 1.1) throw new Violation(`the spool takes ${size} bytes on disk, its cap is ${maxBytes}`)
  }
  const live = async (mode: string, killAfterMs: number | undefined): Promise<void> => {
    const args = [
      directory,
      String(maxBytes),
      journalPath,
      String(oracle.next()),
      String(random.between(0, 2 ** 31)),
      mode,
    ]
    const child = spawn(process.execPath, [childPath, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    const told = await tell(child, killAfterMs, measure)
    measure()
    oracle.live({ journal: linesOf(journalPath), told })
    if (existsSync(journalPath)) truncateSync(journalPath)
    if (mode === 'drain' && told.at(-1) !== 'E') throw new Violation('the last life did not take everything')
  }
  try {
    for (let round = 0; round < rounds; round++) {
      await live(name, random.between(0, name === 'tight' ? 300 : 120))
      onRound()
    }
    await live('drain', undefined)
    return { rounds, ...oracle.end(), largestShare: largest / maxBytes }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** What the child said until it was killed, or ended. */
const tell = async (
  child: ChildProcessByStdio<null, Readable, Readable>,
  killAfterMs: number | undefined,
  measure: () => void,
): Promise<readonly string[]> => {
  let told = ''
  let complaints = ''
  const ready = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      told += text
      if (told.startsWith('R\n')) resolve()
    })
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text
  })
  const closed = once(child, 'close')
  const watchdog = setTimeout(() => child.kill('SIGKILL'), stuckMs)
  try {
    await Promise.race([ready, closed])
    if (killAfterMs !== undefined) {
      for (let waited = 0; waited < killAfterMs; waited += 5) {
        await sleep(5)
        measure()
      }
      child.kill('SIGKILL')
    }
    const [code, signal] = (await closed) as [number | null, string | null]
    const expected = killAfterMs === undefined ? code === 0 : signal === 'SIGKILL' && told.startsWith('R\n')
    if (!expected) throw new Violation(`the child ended by itself, or got stuck (${code ?? signal}): ${complaints}`)
    if (complaints !== '') throw new Violation(`the child complained: ${complaints}`)
  } finally {
    clearTimeout(watchdog)
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await closed
    }
  }
  // A line without its end was cut by the kill.
  return told.split('\n').slice(0, -1)
}

const linesOf = (path: string): readonly string[] =>
  existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []
const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0
