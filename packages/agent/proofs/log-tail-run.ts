import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { nodeId } from '@netstats/protocol'
import { createRandom } from '@netstats/protocol/testing/random'
import type { Random } from '@netstats/protocol/testing/random'
import { Violation } from '@netstats/protocol/testing/violation'
import { openSpool } from '@netstats/runtime/spool'
import { systemClock } from '@netstats/sdk'
import type { Logger } from '@netstats/sdk'
import { createTailOracle } from './log-tail-oracle.ts'

export interface TailOptions {
  readonly lines: number
  readonly seed: number
  /** About how often the follower is killed. */
  readonly kills: number
}

export interface TailResult {
  readonly lines: number
  /** At the end of files that were truncated without a copy, before they were read. */
  readonly unread: number
  readonly kills: number
  readonly renames: number
  readonly copies: number
  readonly truncations: number
  readonly seconds: number
}

const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => quiet,
}
const childPath = join(import.meta.dirname, 'log-tail-child.ts')
type Child = ChildProcessByStdio<null, Readable, Readable>

const startChild = async (directory: string, pattern: string): Promise<Child> => {
  const child = spawn(process.execPath, [childPath, directory, pattern], { stdio: ['ignore', 'pipe', 'pipe'] })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
  if (child.exitCode !== null) throw new Violation(`the child ended by itself: ${complaints}`)
  return child
}
const kill = async (child: Child): Promise<void> => {
  if (child.exitCode !== null) throw new Violation('the child ended by itself')
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
}

/** A program with a log: what it writes, and what becomes of its file. Names of files that were rotated stay. */
const createWriter = (folder: string, random: Random, oracle: ReturnType<typeof createTailOracle>) => {
  const path = join(folder, 'node.log')
  let file = openSync(path, 'a')
  let written = 0
  let from = 1
  let rotated = 0
  const counts = { renames: 0, copies: 0, truncations: 0 }

  const write = (lines: number): void => {
    let text = ''
    for (let i = 0; i < lines; i++) {
      const n = ++written
      text += `INFO [12-01|11:44:28.${String(n % 1000).padStart(3, '0')}] Line written  n=${n} pad=${'x'.repeat(n % 97)}\n`
      // A reader sees lines that are half written.
      if (random.chance(0.001)) {
        const at = random.between(0, text.length)
        writeSync(file, text.slice(0, at))
        text = text.slice(at)
      }
    }
    writeSync(file, text)
  }
  const rename = (): void => {
    counts.renames++
    renameSync(path, `${path}.${++rotated}`)
    // Until it opens its file again the program writes to the old one.
    if (random.chance(0.5)) write(random.between(0, 300))
    closeSync(file)
    file = openSync(path, 'a')
    from = written + 1
  }
  const copy = (): void => {
    counts.copies++
    copyFileSync(path, `${path}.${++rotated}`)
    truncateSync(path)
    from = written + 1
  }
  const truncate = (): void => {
    counts.truncations++
    oracle.truncated({ from, to: written })
    truncateSync(path)
    from = written + 1
  }
  return {
    path,
    counts,
    write,
    rotate(): void {
      // Within the number of files that are followed.
      if (rotated >= 150) return
      const draw = random.next()
      if (draw < 0.04) truncate()
      else if (draw < 0.5) rename()
      else copy()
    },
    written: () => written,
    close: () => closeSync(file),
  }
}

/** Reads what the spool has until all is there that may be, or nothing comes for long. */
const settled = async (directory: string): Promise<void> => {
  let size = -1
  for (let still = 0; still < 6; ) {
    await sleep(500)
    const now = ['spool.sqlite', 'spool.sqlite-wal']
      .map((name) => statSync(join(directory, name), { throwIfNoEntry: false }))
      .reduce((sum, stat) => sum + (stat?.size ?? 0) + (stat?.mtimeMs ?? 0), 0)
    still = now === size ? still + 1 : 0
    size = now
  }
}

export const runTail = async ({ lines, seed, kills: killed }: TailOptions): Promise<TailResult> => {
  const started = performance.now()
  const home = mkdtempSync(join(tmpdir(), 'netstats-log-tail-'))
  const directory = join(home, 'spool')
  mkdirSync(join(home, 'logs'))
  const random = createRandom(seed)
  const oracle = createTailOracle()
  const writer = createWriter(join(home, 'logs'), random, oracle)
  const pattern = `${writer.path}*`
  let kills = 0
  let child: Child | undefined
  try {
    const most = Math.max(20, Math.ceil(lines / 500))
    const killChance = (killed * most) / 2 / lines
    while (writer.written() < lines) {
      child ??= await startChild(directory, pattern)
      writer.write(random.between(1, Math.min(most, lines - writer.written())))
      if (random.chance(0.3)) await sleep(random.between(0, 150))
      if (random.chance(0.15)) writer.rotate()
      if (random.chance(killChance)) {
        await kill(child)
        child = undefined
        kills++
        // More may happen while nobody looks.
        for (let i = random.between(0, 3); i > 0; i--) {
          writer.write(random.between(1, most))
          if (random.chance(0.5)) writer.rotate()
        }
      }
    }
    child ??= await startChild(directory, pattern)
    await settled(directory)
    await kill(child)
    child = undefined
    const options = { directory, maxBytes: 4 * 2 ** 30, clock: systemClock, log: quiet, reporter: nodeId('proof') }
    await using spool = await openSpool(options)
    await using reader = await spool.reader('proof', { policy: 'on-ack', batchSize: 1000 })
    while (reader.backlog() > 0) {
      const batch = await reader.next({ signal: AbortSignal.timeout(30_000) })
      if (batch === undefined) throw new Violation('the spool gives nothing')
      for (const { observation } of batch.items) {
        if (observation.kind !== 'log') throw new Violation(`a ${observation.kind} came out`)
        const { message, fields } = observation.body
        if (message !== 'Line written') throw new Violation(`a line was cut or joined: ${message.slice(0, 100)}`)
        oracle.take(Number(fields?.['n']))
      }
      await reader.commit(batch.last)
    }
    const seconds = Math.round((performance.now() - started) / 100) / 10
    return { ...oracle.end(writer.written()), kills, ...writer.counts, seconds }
  } finally {
    writer.close()
    if (child !== undefined) await kill(child).catch(() => undefined)
    rmSync(home, { recursive: true, force: true })
  }
}
