import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** A server process under load, bound to one core so that the load does not take its time. */
export interface Subject extends AsyncDisposable {
  readonly pid: number
  readonly port: number
}

const root = resolve(import.meta.dirname, '../..')
const onCore = (core: string, command: readonly string[]): readonly [string, string[]] =>
  process.platform === 'linux' ? ['taskset', ['-c', core, ...command]] : [command[0]!, command.slice(1)]

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

export const startFloor = async (core: string): Promise<Subject> => {
  const [command, args] = onCore(core, [process.execPath, join(import.meta.dirname, 'floor.ts')])
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const port = await new Promise<number>((done, reject) => {
    child.stdout.once('data', (line: Buffer) => done(Number(/port (\d+)/.exec(line.toString())?.[1])))
    child.once('exit', (code) => reject(new Error(`the floor ended with code ${code}`)))
  })
  return { pid: child.pid!, port, [Symbol.asyncDispose]: () => ended(child) }
}

export const startServer = async (core: string, secret: string): Promise<Subject> => {
  const port = await freePort()
  const data = mkdtempSync(join(tmpdir(), 'netstats-bench-'))
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
  ])
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'ignore'],
    env: { ...process.env, NETSTATS_ETHSTATS_SECRET: secret },
  })
  for (let tries = 0; ; tries++) {
    const ok = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    )
    if (ok) break
    if (tries > 150 || child.exitCode !== null) throw new Error('the server did not get ready')
    await new Promise((done) => setTimeout(done, 100))
  }
  return {
    pid: child.pid!,
    port,
    [Symbol.asyncDispose]: async () => {
      await ended(child)
      rmSync(data, { recursive: true, force: true })
    },
  }
}
