import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'

export const bin = join(import.meta.dirname, '../../bin/netstats.mjs')

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface RunningCli extends AsyncDisposable {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves with the match when the pattern appears in either output; rejects when the command ends before. */
  seen(pattern: RegExp): Promise<RegExpExecArray>
}

/** Variables of the one who runs the tests must not reach the command under test. */
const cleanEnv = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NETSTATS|npm)_/.test(name)))

/** The real command as a process of its own. */
export const startCli = (args: readonly string[], env: NodeJS.ProcessEnv = {}): RunningCli => {
  const child = spawn(process.execPath, [bin, ...args], {
    env: { ...cleanEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  const looks = new Set<() => void>()
  const look = (): void => looks.forEach((one) => one())
  child.stdout.on('data', (chunk: Buffer) => ((out += chunk.toString('utf8')), look()))
  child.stderr.on('data', (chunk: Buffer) => ((err += chunk.toString('utf8')), look()))
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, out, err })))
  return {
    child,
    ended,
    seen: (pattern) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const match = pattern.exec(out + err)
          if (match !== null) resolve(match)
        }
        looks.add(check)
        check()
        void ended.then(({ code }) => reject(new Error(`ended with ${code} before ${pattern} was seen:\n${out}${err}`)))
      }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

export const runCli = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  startCli(args, env).ended
