/** A real EVM node as a process: mines by itself or when told, can be frozen, killed and brought back on its port. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

export interface Anvil extends AsyncDisposable {
  readonly http: string
  readonly ws: string
  readonly ipc: string
  rpc(method: string, ...params: readonly unknown[]): Promise<unknown>
  mine(blocks?: number): Promise<void>
  /** SIGSTOP: the port stays open and nobody answers. */
  freeze(): void
  thaw(): void
  /** SIGKILL, awaited. */
  kill(): Promise<void>
  /** Another chain on the same port. */
  start(): Promise<void>
}

/** The native program, not its launcher: signals have to reach the node itself. */
const findBinary = (): string => {
  const require = createRequire(import.meta.url)
  const manifest = `@foundry-rs/anvil-${process.platform === 'win32' ? 'win32' : process.platform}-${archName()}/package.json`
  return join(dirname(require.resolve(manifest)), 'bin', 'anvil')
}

const archName = (): string => (process.arch === 'x64' ? 'amd64' : process.arch)

const firstTimestamp = 1_767_225_600

export const startAnvil = async (...flags: readonly string[]): Promise<Anvil> => {
  const folder = await mkdtemp(join(tmpdir(), 'anvil-'))
  const ipc = join(folder, 'node.ipc')
  let port = 0
  let child: ChildProcess | undefined
  let lastId = 0
  let starts = 0

  const start = async (): Promise<void> => {
    // Each start has a genesis of its own: two within a second would otherwise be the same chain.
    const timestamp = String(firstTimestamp + starts++ * 1000)
    const own = ['--port', String(port), '--ipc', ipc, '--timestamp', timestamp, '--accounts', '1']
    child = spawn(findBinary(), [...own, ...flags], { stdio: ['ignore', 'pipe', 'inherit'], cwd: folder })
    const lines = createInterface({ input: child.stdout! })
    const listening = Promise.withResolvers<number>()
    lines.on('line', (line) => {
      const found = /Listening on .*:(\d+)/.exec(line)?.[1]
      if (found !== undefined) listening.resolve(Number(found))
    })
    lines.on('close', () => listening.reject(new Error('anvil ended before it listened')))
    port = await listening.promise
  }
  const kill = async (): Promise<void> => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    await rm(ipc, { force: true })
  }
  await start()
  const anvil: Anvil = {
    http: `http://127.0.0.1:${port}`,
    ws: `ws://127.0.0.1:${port}`,
    ipc,
    rpc: async (method, ...params) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: ++lastId, method, params })
      const response = await fetch(anvil.http, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      })
      const answer = (await response.json()) as { result?: unknown; error?: { message: string } }
      if (answer.error) throw new Error(`${method}: ${answer.error.message}`)
      return answer.result
    },
    mine: async (blocks = 1) => {
      await anvil.rpc('anvil_mine', `0x${blocks.toString(16)}`)
    },
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    kill,
    start,
    [Symbol.asyncDispose]: async () => {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
  return anvil
}
