// The program that is killed: a core with its history, and agents that deliver to it. They live in the same process, but
// know only what they noted in the journal, a file: all that an agent would have on its disk.
//
//   to the journal, O_APPEND:          A stream through    the agent was told that it is stored: it releases it
//   to the parent, standard output:    R                   all streams are open
//                                      V text              something that must not be
import { openSync, readFileSync, writeSync } from 'node:fs'
import { nodeId, unixMs } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { createRandom } from '@netstats/protocol/testing/random'
import { systemClock } from '@netstats/sdk'
import { createRecordingLogger } from '@netstats/sdk/testing'
import type { DeliveryStream } from '../src/delivery/delivery-model.ts'
import { openHistory } from '../src/history/history.ts'
import { createCore } from '../src/shard/mod.ts'
import type { CoreInput } from '../src/shard/mod.ts'
import { openDuckStore } from '@netstats/store/duckdb'
import { acknowledgedIn, agents, bodyOf, network, retention, spool } from './delivery-kill-rows.ts'

const [directory = '', journalPath = '', seed = ''] = process.argv.slice(2)
const journal = openSync(journalPath, 'a')
const say = (line: string): void => void writeSync(1, `${line}\n`)
const violated = (text: string): never => {
  say(`V ${text}`)
  process.exit(1)
}
const random = createRandom(Number(seed))

const history = await openHistory({
  openStore: () =>
    openDuckStore({
      directory,
      retention,
      threads: 1,
      memoryBytes: 256 * 1024 * 1024,
      // So small that kills fall into checkpoints too.
      checkpointBytes: 128 * 1024,
    }),
  retention,
  flushEveryMs: 30,
  bufferBytes: 1 << 20,
  clock: systemClock,
  log: createRecordingLogger(),
  health: { set: () => true },
  sheds: () => ({}),
  openWithinMs: 60_000,
  restoreWithinMs: 10_000,
  closeWithinMs: 1000,
})
const core = createCore()
const apply = (input: CoreInput): void => {
  history.recorder.applied(core.apply(input))
}
await history.begin(core)
const { deliveries } = history
const acknowledged = acknowledgedIn(readFileSync(journalPath, 'utf8'))

/** What each agent has sent in this life. */
const sent = new Map<string, number>()
deliveries.listen({
  durable({ agent }, through) {
    acknowledged.set(agent, through)
    writeSync(journal, `A ${agent} ${through}\n`)
  },
  lost: ({ agent, durable }) => void sent.set(agent, durable),
})

const streams: DeliveryStream[] = []
for (const agent of agents) {
  const at = unixMs(Date.now())
  apply({ type: 'connected', at, node: agent, info: { name: agent, networkId: network }, address: null })
  const stream = deliveries.open({ agent, network, node: agent, spool }, at)
  if (stream === undefined) violated(`${agent} has no stream`)
  else {
    const known = acknowledged.get(agent) ?? 0
    if (stream.durable < known) violated(`${agent} was told ${known}, and the store has it up to ${stream.durable}`)
    // Some trust what the server says; others send again all that was not acknowledged.
    sent.set(agent, random.chance(0.5) ? stream.durable : known)
    streams.push(stream)
  }
}
say('R')

const step = (): void => {
  const stream = streams[random.between(0, streams.length - 1)] as DeliveryStream
  const { agent } = stream
  const after = sent.get(agent) ?? 0
  const at = unixMs(Date.now())
  const items = Array.from({ length: random.between(1, 20) }, (_, i) => {
    const sequence = after + i + 1
    const observation = { node: nodeId(agent), observedAt: at, ...bodyOf(agent, sequence) } as Observation
    return { sequence, observation }
  })
  const batch = { after, items, truncated: acknowledged.get(agent) ?? 0 }
  const taken = deliveries.take(stream, batch, at, ({ observation }) =>
    apply({ type: 'observation', at, network, observation }),
  )
  if (taken.type === 'taken') sent.set(agent, taken.through)
  if (taken.type === 'missing-range') sent.set(agent, stream.applied)
}
setInterval(() => {
  for (let i = 0; i < 5; i++) step()
  if (random.chance(0.1)) apply({ type: 'tick', at: unixMs(Date.now()) })
}, 5)
