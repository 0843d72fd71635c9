/**
 * An agent as it is, but for its source: that produces numbered observations, and writes each into a journal before it
 * hands it over. Told by SIGUSR2 to produce no more, it ends once everything is delivered.
 *
 *   node agent-child.ts '{"name":"agent-0","data":"…","journal":"…","port":3000,"secret":"…","network":"777",…}'
 */
import { openSync, readFileSync, writeSync } from 'node:fs'
import { agentConfigOf, openAgent } from '@netstats/agent'
import { builtIn } from '@netstats/components'
import { nodeId, unixMs } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { createRandom } from '@netstats/protocol/testing/random'
import { createRegistry } from '@netstats/runtime'
import { definePlugin, defineSource, systemClock } from '@netstats/sdk'
import type { Logger } from '@netstats/sdk'
import { z } from '@netstats/sdk/config'
import { source } from './stored.ts'

export interface ChildOptions {
  readonly name: string
  readonly data: string
  readonly journal: string
  readonly port: number
  readonly secret: string
  readonly network: string
  /** Its numbers begin after this one. */
  readonly first: number
  readonly seed: number
  /** Milliseconds between two observations, on average. */
  readonly everyMs: number
  readonly maxBytes: string
}

const options = JSON.parse(process.argv[2] ?? '{}') as ChildOptions
const node = nodeId(options.name)
const random = createRandom(options.seed)
const stop = new AbortController()
process.once('SIGUSR2', () => stop.abort())

const journal = openSync(options.journal, 'a+')
const write = (line: string): void => void writeSync(journal, `${line}\n`)
/** The number of the last one that was tried, in this life or another. */
let number = options.first
const before = readFileSync(options.journal, 'utf8')
for (const [, n] of before.matchAll(/^T (\d+) /gm)) number = Math.max(number, Number(n))
// A line that a kill cut in two must not swallow the next one.
if (before !== '' && !before.endsWith('\n')) write('')

const observationOf = (n: number): Observation => {
  const observedAt = unixMs(Date.now())
  switch (n % 3) {
    case 0:
      return { kind: 'log', node, observedAt, body: { severity: 6, source, message: String(n) } }
    case 1:
      return { kind: 'pending', node, observedAt, body: { pending: n } }
    default:
      return { kind: 'metric', node, observedAt, body: { name: source, value: n } }
  }
}

const numbered = defineSource({
  type: 'numbered',
  summary: 'Numbered observations',
  config: z.strictObject({}),
  open: () =>
    Promise.resolve({
      node,
      async *observe({ signal }): AsyncGenerator<Observation> {
        const info = { name: node, networkId: options.network, client: 'Numbered/v1.0.0' }
        yield { kind: 'node-info', node, observedAt: unixMs(Date.now()), body: info }
        while (!stop.signal.aborted && !signal.aborted) {
          const n = ++number
          const observation = observationOf(n)
          write(`T ${n} ${observation.kind} ${observation.observedAt}`)
          // It is asked for the next one when the spool has this one.
          yield observation
          write(`A ${n}`)
          const wait = random.next() * 2 * options.everyMs
          if (wait > 1)
            await systemClock.sleep(wait, { signal: AbortSignal.any([signal, stop.signal]) }).catch(() => undefined)
        }
      },
      blocks: () => Promise.resolve([]),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
})
const registry = createRegistry([builtIn, definePlugin({ name: 'numbered', apiVersion: 1, sources: [numbered] })])

const say = (level: string, fields: object, message: string): void => {
  const error = 'error' in fields ? { error: String(fields.error) } : {}
  process.stderr.write(`${JSON.stringify({ level, at: Date.now(), message, ...fields, ...error })}\n`)
}
const log: Logger = {
  debug: () => undefined,
  info: (fields, message) => say('info', fields, message),
  warn: (fields, message) => say('warn', fields, message),
  error: (fields, message) => say('error', fields, message),
  child: () => log,
}

const config = agentConfigOf(registry).parse({
  sources: [{ type: 'numbered', node: options.name }],
  sinks: [{ type: 'netstats', endpoint: `ws://127.0.0.1:${options.port}`, secret: options.secret }],
  data: options.data,
  spool: { maxBytes: options.maxBytes },
})
await using agent = await openAgent(config, { log, registry })
process.stdout.write('started\n')
while (!stop.signal.aborted) await systemClock.sleep(100, stop).catch(() => undefined)
const backlog = (): number => [...agent.status().backlogs.values()].reduce((sum, one) => sum + one, 0)
const never = new AbortController().signal
// The source may still be handing over its last one.
do await systemClock.sleep(200, { signal: never })
while (backlog() > 0)
process.stdout.write('delivered\n')
