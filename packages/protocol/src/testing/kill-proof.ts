/** The command line of proofs that kill a process again and again, and how they end. */
import { parseArgs } from 'node:util'
import { Violation } from './violation.ts'

export interface KillProofOptions {
  readonly rounds: number
  readonly seed: number
  /** After each kill, with how many there were, and what else is to be shown. */
  readonly onRound: (round: number, what?: string) => void
}

/**
 * Reads `--rounds` and `--seed`, runs the proof, and prints what it gives. The process ends with 1 at a `Violation`, with 2
 * where the options are none.
 */
export const killProof = async (
  name: string,
  defaultRounds: number,
  run: (options: KillProofOptions) => Promise<string>,
): Promise<void> => {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: String(defaultRounds) },
      seed: { type: 'string', default: String(Date.now() % 1e9) },
    },
  })
  const [rounds, seed] = [Number(values.rounds), Number(values.seed)]
  if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seed)) {
    process.stderr.write(`usage: ${name} [--rounds N] [--seed N], both whole numbers\n`)
    process.exit(2)
  }
  const started = performance.now()
  process.stdout.write(`${rounds} kills, seed ${seed}\n`)
  try {
    const result = await run({
      rounds,
      seed,
      onRound: (round, what) => {
        if (round % 10 === 0) process.stdout.write(`${round}/${rounds}${what === undefined ? '' : ` ${what}`}\n`)
      },
    })
    process.stdout.write(`ok: ${rounds} kills in ${Math.round((performance.now() - started) / 1000)} s; ${result}\n`)
  } catch (error) {
    if (!(error instanceof Violation)) throw error
    process.stderr.write(`violation: ${error.message} (seed ${seed})\n`)
    process.exit(1)
  }
}
