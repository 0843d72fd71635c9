/** Starts what is measured, the server or a baseline, on cores of its own, so that the load does not take its time. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { BaselineCounts } from './baseline-server.ts'
import { pidsOf } from './process-tree.ts'

/** A process under load, and its children. */
export interface ServerUnderTest extends AsyncDisposable {
  readonly pid: number
  readonly pids: readonly number[]
  readonly port: number
}

const root = resolve(import.meta.dirname, '../..')
/** `core`: a list as taskset reads it, or `all`. */
const onCore = (core: string, command: readonly string[]): readonly [string, string[]] =>
  process.platform === 'linux' && core !== 'all'
    ? ['taskset', ['-c', core, ...command]]
    : [command[0]!, command.slice(1)]

export const freePort = (): Promise<number> =>
  new Promise((resolvePort, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() =>
        address && typeof address === 'object' ? resolvePort(address.port) : reject(new Error('no port')),
      )
    })
  })

const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = new Promise<void>((done) => child.once('exit', () => done()))
  child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), 15_000)
  await exit
  clearTimeout(force)
}

/** A file of this folder, and its arguments after the port. */
type BaselineProgram = readonly ['ethstats-baseline.ts'] | readonly ['netstats-baseline.ts', ...'ack'[]]

const startOneBaseline = async (
  core: string,
  [file, ...more]: BaselineProgram,
  port: number,
): Promise<{ child: ChildProcess; port: number }> => {
  const [command, args] = onCore(core, [process.execPath, join(import.meta.dirname, file), String(port), ...more])
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const told = await new Promise<number>((done, reject) => {
    child.stdout!.once('data', (line: Buffer) => done(Number(/port (\d+)/.exec(line.toString())?.[1])))
    child.once('exit', (code) => reject(new Error(`the baseline ended with code ${code}`)))
  })
  return { child, port: told }
}

export interface Baseline extends ServerUnderTest {
  counts(): Promise<BaselineCounts>
}

/** Starts `processes` processes that share a port. */
export const startBaseline = async (
  core: string,
  processes = 1,
  program: BaselineProgram = ['ethstats-baseline.ts'],
): Promise<Baseline> => {
  const first = await startOneBaseline(core, program, 0)
  const { port } = first
  const others = Array.from({ length: processes - 1 }, () => startOneBaseline(core, program, port))
  const children = [first, ...(await Promise.all(others))].map(({ child }) => child)
  const ask = (child: ChildProcess): Promise<BaselineCounts> =>
    new Promise((done) => {
      child.once('message', (message) => done(message as BaselineCounts))
      child.send('count')
    })
  return {
    pid: first.child.pid!,
    pids: children.map(({ pid }) => pid!),
    port,
    async counts() {
      const all = await Promise.all(children.map(ask))
      const sum = (pick: (one: BaselineCounts) => number): number => all.reduce((total, one) => total + pick(one), 0)
      return {
        frames: sum((c) => c.frames),
        events: sum((c) => c.events),
        bytes: sum((c) => c.bytes),
        holes: sum((c) => c.holes),
        doubles: sum((c) => c.doubles),
      }
    },
    [Symbol.asyncDispose]: async () => void (await Promise.all(children.map(ended))),
  }
}

export interface RestartableServer extends ServerUnderTest {
  /** Ends it, by default with SIGKILL, and starts it again with the same port and data. */
  restart(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>
}

export interface ServerSettings {
  /** More of the command line, such as `--workers`, `3`. */
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** A free port, and a folder that is gone with the server, where they are left out. */
  readonly port?: number
  readonly data?: string
  /** Prints what the server logs. */
  readonly verbose?: boolean
}

const readyWithinMs = 60_000

export const startServer = async (
  core: string,
  secret: string,
  { args: more = [], env = {}, verbose = false, port: wanted, data: kept }: ServerSettings = {},
): Promise<RestartableServer> => {
  const port = wanted ?? (await freePort())
  const data = kept ?? mkdtempSync(join(tmpdir(), 'netstats-bench-'))
  const [command, args] = onCore(core, [
    process.execPath,
    // For a profile of the server: BENCH_NODE_ARGS='--cpu-prof --cpu-prof-dir=…'.
    ...(process.env['BENCH_NODE_ARGS'] ?? '').split(' ').filter((one) => one !== ''),
    join(root, 'packages/cli/bin/netstats.mjs'),
    'server',
    '--listen',
    `127.0.0.1:${port}`,
    '--data',
    data,
    ...more,
  ])
  const start = async (): Promise<ChildProcess> => {
    const output = verbose ? 'inherit' : 'ignore'
    const child = spawn(command, args, {
      stdio: ['ignore', output, output],
      env: { ...process.env, NETSTATS_ETHSTATS_SECRET: secret, ...env },
    })
    for (const giveUpAt = Date.now() + readyWithinMs; ; ) {
      const ok = await fetch(`http://127.0.0.1:${port}/readyz`).then(
        (answer) => answer.ok,
        () => false,
      )
      if (ok) return child
      if (Date.now() > giveUpAt || child.exitCode !== null) throw new Error('the server did not get ready')
      await new Promise((done) => setTimeout(done, 100))
    }
  }
  let child = await start()
  return {
    get pid() {
      return child.pid!
    },
    get pids() {
      return pidsOf(child.pid!)
    },
    port,
    async restart(signal = 'SIGKILL') {
      const exit = new Promise((done) => child.once('exit', done))
      child.kill(signal)
      await exit
      child = await start()
    },
    [Symbol.asyncDispose]: async () => {
      await ended(child)
      if (kept === undefined) rmSync(data, { recursive: true, force: true })
    },
  }
}
