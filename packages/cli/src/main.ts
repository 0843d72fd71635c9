import { exitCodes, explain } from './errors.ts'
import type { ExitCode } from './errors.ts'
import { runProgram } from './program.ts'
import type { Io } from './io.ts'
import { openShutdown } from './shutdown.ts'

/** Runs the command line of this process and ends it with the right code. */
export const main = async (): Promise<void> => {
  // What is made from here on is for its owner, to be read by the group at most.
  process.umask(process.umask() | 0o027)
  const err = (line: string): void => void process.stderr.write(`${line}\n`)
  // A reader that has seen enough, as in `netstats sample-config agent | head`, is no fault.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe)
  using shutdown = openShutdown((line) => err(`netstats: ${line}`))
  const terminal = process.stderr.isTTY
    ? { columns: process.stderr.columns, write: (text: string) => void process.stderr.write(text) }
    : undefined
  const io: Io = { out: (text) => void process.stdout.write(text), err, terminal, env: process.env, shutdown }
  endProcess(await run(process.argv.slice(2), io))
}

/** By then what was written has left, and whatever still holds the event loop open is owned by nobody. */
const patienceMs = 2000

/**
 * Lets the process end by itself, with this code. `process.exit` at the end of a short command may never return: it waits for
 * the threads that compile, and one of these for a garbage collection by us (nodejs/node issue 54918).
 */
const endProcess = (code: ExitCode): void => {
  process.exitCode = code
  setTimeout(() => process.exit(), patienceMs).unref()
}

const ignoreClosedPipe = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EPIPE') throw error
}

const run = async (args: readonly string[], io: Io): Promise<ExitCode> => {
  try {
    await runProgram(args, io)
    return exitCodes.ok
  } catch (error) {
    const { lines, exitCode } = explain(error)
    for (const line of lines) io.err(line)
    return exitCode
  }
}
