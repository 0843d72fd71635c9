import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { CliError } from '../errors.ts'

/** A chain that is plainly not a real one: anvil on a free port of this machine. */
export interface DemoChain extends AsyncDisposable {
  readonly endpoint: string
  readonly chainId: number
  /** Resolves when anvil ended, no matter who ended it. */
  readonly ended: Promise<void>
}

export interface DemoChainOptions {
  readonly blockTimeSeconds: number
  readonly signal: AbortSignal
}

export const demoChainId = 13_371
const startMs = 15_000
const killMs = 3000

export const openDemoChain = async ({ blockTimeSeconds, signal }: DemoChainOptions): Promise<DemoChain> => {
  // History is cut short: a demo left on for weeks must not fill the memory.
  const args = ['--port', '0', '--block-time', String(blockTimeSeconds), '--chain-id', String(demoChainId)]
  const child = spawnTied(findAnvil(), [...args, '--prune-history', '--transaction-block-keeper', '256'])
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const close = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), killMs)
    await ended
    clearTimeout(late)
  }
  try {
    const port = await listeningPort(child, signal)
    // Nobody reads the log of the chain; unread it would block the child.
    child.stdout?.removeAllListeners('data').resume()
    return { endpoint: `ws://127.0.0.1:${port}`, chainId: demoChainId, ended, [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The program of the npm package for this system; the package's own starter would be a process more. */
const findAnvil = (): string => {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch
  const file = process.platform === 'win32' ? 'anvil.exe' : 'anvil'
  try {
    const own = createRequire(createRequire(import.meta.url).resolve('@foundry-rs/anvil/package.json'))
    const path = own.resolve(`@foundry-rs/anvil-${process.platform}-${arch}/bin/${file}`)
    if (existsSync(path)) return path
  } catch {
    // Told below, with the cure.
  }
  throw new CliError(
    'CLI_ANVIL_MISSING',
    `the demo chain needs anvil, which npm has no program of for ${process.platform} ${process.arch}; run "npm ci" in the repository, or give the agent a node with netstats agent --rpc URL`,
  )
}

// A child cannot be told to end with its parent, so a shell waits for the end of its standard input, which comes
// however this process ends, and then ends the child. `exec` makes the child the process that Node knows.
const tie = 'exec 3<&0; (read -r _ <&3; kill -TERM $$) >/dev/null 2>&1 & exec "$@" </dev/null 3<&-'

const spawnTied = (program: string, args: readonly string[]): ChildProcess => {
  const child =
    process.platform === 'win32'
      ? spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
      : // In a group of its own: Ctrl-C goes to the parent alone, which ends its parts in order.
        spawn('/bin/sh', ['-c', tie, 'sh', program, ...args], { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  child.once('exit', () => child.stdin?.destroy())
  child.stdin?.on('error', () => undefined)
  return child
}

const listeningPort = (child: ChildProcess, signal: AbortSignal): Promise<number> =>
  new Promise((resolve, reject) => {
    let text = ''
    const limit = AbortSignal.any([signal, AbortSignal.timeout(startMs)])
    const fail = (why: string): void => {
      const last = text.trim().split('\n').at(-1)?.slice(0, 200) ?? ''
      reject(
        new CliError('CLI_DEMO_CHAIN_FAILED', `the demo chain did not start: ${why}${last === '' ? '' : ` (${last})`}`),
      )
    }
    const read = (chunk: Buffer): void => {
      text = (text + chunk.toString('utf8')).slice(-10_000)
      const port = /Listening on \S+:(\d+)/.exec(text)?.[1]
      if (port !== undefined) resolve(Number(port))
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('error', (error) => fail(error.message))
    child.once('close', (code) => fail(`anvil ended with code ${code}`))
    limit.addEventListener(
      'abort',
      () => fail(signal.aborted ? 'told to end' : `not ready after ${startMs / 1000} s`),
      {
        once: true,
      },
    )
  })
