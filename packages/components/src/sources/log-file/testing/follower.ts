/** A log-file source on files of a test, with a spool's checkpoints: what it said, and a restart of it. */
import { nodeId } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import type { Source } from '@netstats/sdk'
import { createFakeClock, createTestContext } from '@netstats/sdk/testing'
import type { FakeClock, TestContext } from '@netstats/sdk/testing'
import { logFileConfig } from '../config.ts'
import { openLogFileSource } from '../source.ts'

export interface Follower extends AsyncDisposable {
  readonly clock: FakeClock
  readonly context: TestContext
  readonly seen: readonly Observation[]
  messages(): readonly string[]
  /** Lets it look once more, and waits until it has. */
  look(ms?: number): Promise<void>
  /** Ends it where it is, as a kill would, and starts it again with what was noted by then. */
  restart(): Promise<void>
  readonly notes: ReadonlyMap<string, string>
}

export const startFollower = async (options: Readonly<Record<string, unknown>>): Promise<Follower> => {
  const config = { ...logFileConfig.parse({ utc: true, ...options }), node: nodeId('node-1') }
  const clock = createFakeClock()
  const notes = new Map<string, string>()
  const seen: Observation[] = []
  let context = createTestContext({ clock, checkpoints: new Map(notes) })
  let stop = new AbortController()
  let work: Promise<void> = Promise.resolve()

  const run = async (source: Source, signal: AbortSignal): Promise<void> => {
    for await (const given of source.observe({ signal })) {
      for (const one of 'kind' in given ? [given] : given) {
        if (!('checkpoint' in one)) throw new Error('a line without its place')
        seen.push(...one.observations)
        const { key, value } = one.checkpoint
        if (value === undefined) notes.delete(key)
        else notes.set(key, value)
      }
    }
  }
  const start = async (): Promise<void> => {
    context = createTestContext({ clock, checkpoints: new Map(notes) })
    stop = new AbortController()
    work = run(openLogFileSource(config, context), stop.signal)
    work.catch(() => undefined)
    await Promise.race([clock.untilSleeping(), work])
  }
  const end = async (): Promise<void> => {
    stop.abort()
    await work
  }
  await start()
  return {
    clock,
    get context() {
      return context
    },
    seen,
    messages: () => seen.flatMap((one) => (one.kind === 'log' ? [one.body.message] : [])),
    async look(ms = config.interval) {
      await clock.advance(ms)
      await Promise.race([clock.untilSleeping(), work])
    },
    async restart() {
      await end()
      await start()
    },
    notes,
    [Symbol.asyncDispose]: end,
  }
}
