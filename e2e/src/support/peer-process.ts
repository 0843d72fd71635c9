/** A real program that Netstats sends to or receives from, in a folder of its own, not as root. */
import { chmodSync, rmSync } from 'node:fs'
import { basename, isAbsolute } from 'node:path'
import { execFileSync } from 'node:child_process'
import { findProgram } from '../../../scripts/peers.ts'
import { listens, run, temporaryFolder, until } from './processes.ts'
import type { Running } from './processes.ts'

export interface PeerProcess extends Running {
  /** Its files: configuration, what it stored. */
  readonly folder: string
}

export interface PeerOptions {
  /** Its name, or where it is. */
  readonly program: string
  /** Arguments, given its folder. */
  readonly args: (folder: string) => readonly string[]
  readonly env?: (folder: string) => Readonly<Record<string, string>>
  /** Writes its configuration before it starts. */
  readonly prepare?: (folder: string) => void
  /** The TCP port it listens on once it is ready, or what answers `true` by then. */
  readonly ready: number | ((folder: string) => Promise<boolean>)
}

const isRoot = process.getuid?.() === 0

/** Starts it and waits until it is ready; its folder goes with it. */
export const startPeer = async (options: PeerOptions): Promise<PeerProcess> => {
  const program = isAbsolute(options.program) ? options.program : findProgram(options.program)
  if (program === undefined) throw new Error(`no ${options.program}: run \`node scripts/peers.ts\``)
  const folder = temporaryFolder(basename(options.program))
  // Not its owner's alone: the peer runs as nobody where the tests run as root.
  chmodSync(folder, 0o777)
  options.prepare?.(folder)
  if (isRoot) execFileSync('chown', ['-R', 'nobody:nogroup', folder])
  const args = options.args(folder)
  const env = { HOME: folder, ...options.env?.(folder) }
  const running = isRoot
    ? run('setpriv', ['--reuid=nobody', '--regid=nogroup', '--clear-groups', program, ...args], env)
    : run(program, args, env)
  const end = async (): Promise<void> => {
    await running[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  }
  const { ready } = options
  const isReady = (): Promise<boolean> => (typeof ready === 'number' ? listens(ready) : ready(folder))
  try {
    await until(options.program, async () => ((await isReady()) ? true : undefined), running)
  } catch (error) {
    await end()
    throw error
  }
  return { ...running, folder, [Symbol.asyncDispose]: end }
}

/** Whether a GET is answered with 2xx. */
export const answersAt = async (url: string): Promise<boolean> => (await fetch(url)).ok
