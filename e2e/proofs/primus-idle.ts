/**
 * Real Primus clients with the times they have in the field, and nothing said but what keeps them connected:
 * `npm run proof:primus`, or `node e2e/proofs/primus-idle.ts --minutes 10`. Prints a line a minute; ends with 1 where
 * any client was disturbed.
 */
import { setTimeout as pass } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { disturbances, openFleet } from '../src/support/primus-fleet.ts'
import { startServer } from '../src/support/processes.ts'

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } })
const minutes = Number(values.minutes)
if (!(minutes > 0 && minutes <= 600)) {
  console.error('--minutes: expected a number of minutes from 1 to 600')
  process.exit(2)
}

await using server = await startServer()
const fleet = openFleet(server, 1)
for (const { label, welcome } of fleet) {
  await welcome
  console.log(`${label}: welcomed`)
}

for (let minute = 1; minute <= minutes; minute++) {
  await pass(60_000)
  const states = fleet.map(
    ({ label, primus: { seen } }) => `${label} ${seen.opens}/${seen.reconnects}/${seen.keepAlives}`,
  )
  const sessions = await server.metric('netstats_server_ethstats_sessions', { state: 'active' })
  const pages = await server.metric('netstats_server_classic_viewers', { channel: 'primus' })
  console.log(
    `minute ${minute}: opens/reconnects/keep-alives: ${states.join(', ')}; server: ${sessions} agents, ${pages} pages`,
  )
}

const faults = fleet.flatMap(disturbances)
for (const { label, primus } of fleet) {
  const { opens, closes, reconnects, keepAlives } = primus.seen
  console.log(`${label}: ${opens} opened, ${closes} closed, ${reconnects} reconnects, ${keepAlives} keep-alives`)
  primus[Symbol.dispose]()
}
const ended = await server.metric('netstats_server_ethstats_ended_total')
console.log(
  faults.length === 0 ? `all stayed for ${minutes} minutes; the server ended ${ended} sessions` : faults.join('\n'),
)
process.exitCode = faults.length === 0 ? 0 : 1
