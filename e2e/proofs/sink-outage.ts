/**
 * Takes the receivers of sinks away for longer than the spool holds, and kills agent and server meanwhile:
 * `npm run proof:sinks`, or `node e2e/proofs/sink-outage.ts --rounds 5 --sink webhook --host server`. Ends with 1 where
 * something is lost that was not told, or there twice where the receiver can tell.
 */
import { parseArgs } from 'node:util'
import { outageCases } from '../src/sink-outage/cases.ts'
import { OutageViolation } from '../src/sink-outage/outage-oracle.ts'
import { hosts, runOutage } from '../src/sink-outage/outage-run.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    sink: { type: 'string' },
    host: { type: 'string' },
  },
})
const rounds = Number(values.rounds)
const chosen = outageCases.filter(({ name }) => values.sink === undefined || name === values.sink)
const where = hosts.filter((one) => values.host === undefined || one === values.host)
if (!Number.isInteger(rounds) || rounds < 1 || chosen.length === 0 || where.length === 0) {
  const names = outageCases.map(({ name }) => name).join('|')
  process.stderr.write(`usage: sink-outage.ts [--rounds N] [--sink ${names}] [--host ${hosts.join('|')}]\n`)
  process.exit(2)
}

let violations = 0
for (const outage of chosen) {
  for (const host of where) {
    const name = `${outage.name} of the ${host}`
    try {
      const result = await runOutage({
        outage,
        host,
        rounds,
        onStep: (step) => process.stdout.write(`  ${name}: ${step}\n`),
      })
      process.stdout.write(
        `ok: ${name}: ${result.given} given, ${result.received} received, ${result.givenUp} given up and told, ` +
          `${result.lostOnTheWay} lost on the way, ${result.repeats} repeats with their id, ${result.doubles} with another; ` +
          `${rounds} outages, ${result.kills} kills, ${Math.round(result.seconds)} s\n`,
      )
    } catch (thrown) {
      let error = thrown
      while (error instanceof SuppressedError) error = error.suppressed
      if (!(error instanceof OutageViolation)) throw error
      violations++
      process.stderr.write(`violation: ${host}: ${error.message}\n`)
    }
  }
}
process.exit(violations === 0 ? 0 : 1)
