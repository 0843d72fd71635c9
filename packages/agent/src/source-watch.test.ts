import { nodeId, unixMs } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { createRegistry, createSupervisor, openMemorySpool } from '@netstats/runtime'
import { defineSource } from '@netstats/sdk'
import type { SourceContext } from '@netstats/sdk'
import { z } from '@netstats/sdk/config'
import { createFakeClock, createRecordingLogger } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { createSources } from './sources.ts'
import { createSourceWatch, stuckAfterMs } from './source-watch.ts'

const never = (): Promise<never> => new Promise(() => undefined)

const start = () => {
  const clock = createFakeClock()
  const end = new AbortController()
  const watch = createSourceWatch(clock)
  const reasons: string[] = []
  watch.untilStuck({ signal: end.signal }).catch((error: unknown) => reasons.push(String(error)))
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 30_000) await clock.advance(Math.min(left, 30_000))
  }
  return { clock, watch, reasons, pass, signal: end.signal, end: () => end.abort(new Error('over')) }
}

describe('a source that is watched', () => {
  it('is not stuck while it waits for its next tick, however far that is', async () => {
    const { watch, reasons, pass, signal } = start()
    watch.waiting()
    void (async () => {
      for await (const _ of watch.clock.every(4 * stuckAfterMs, { signal }));
    })().catch(() => undefined)
    await pass(10 * stuckAfterMs)
    expect(reasons).toEqual([])
  })

  it('is stuck when it does not come back for its next tick, though its other timers run', async () => {
    const { watch, reasons, pass, signal } = start()
    watch.waiting()
    void (async () => {
      for await (const _ of watch.clock.every(1000, { signal })) await never()
    })()
    void (async () => {
      for await (const _ of watch.clock.every(1000, { signal }));
    })().catch(() => undefined)
    await pass(stuckAfterMs)
    expect(reasons).toEqual([])
    await pass(60_000)
    expect(reasons).toEqual([expect.stringMatching(/it is stuck: it got no further for 3\d\d s/)])
  })

  it('is stuck when no timer of it runs any more', async () => {
    const { watch, reasons, pass, signal } = start()
    watch.waiting()
    void watch.clock.sleep(1000, { signal }).then(never)
    await pass(stuckAfterMs + 60_000)
    expect(reasons).toHaveLength(1)
  })

  it('is not stuck where it never had a timer: it waits for somebody who speaks', async () => {
    const { watch, reasons, pass } = start()
    watch.waiting()
    await pass(100 * stuckAfterMs)
    expect(reasons).toEqual([])
  })

  it('is not stuck while it waits for us, and its time begins when we wait again', async () => {
    const { watch, reasons, pass, signal } = start()
    watch.waiting()
    void watch.clock.sleep(1000, { signal }).then(never)
    await pass(2000)
    watch.working()
    await pass(3 * stuckAfterMs)
    watch.waiting()
    await pass(stuckAfterMs)
    expect(reasons).toEqual([])
    await pass(60_000)
    expect(reasons).toHaveLength(1)
  })

  it('is stuck when it cannot be opened', async () => {
    const { reasons, pass } = start()
    await pass(stuckAfterMs + 60_000)
    expect(reasons).toHaveLength(1)
  })

  it('is not watched any more when it has ended', async () => {
    const { reasons, pass, end } = start()
    end()
    await pass(stuckAfterMs + 60_000)
    expect(reasons).toEqual(['Error: over'])
  })
})

describe('a source that is stuck', () => {
  it('fails with the reason, another one takes its place, and what it still gives is not taken', async () => {
    const clock = createFakeClock()
    const log = createRecordingLogger()
    const spool = await openMemorySpool({ clock, log, reporter: nodeId('a') })
    const reader = await spool.reader('test', { policy: 'on-ack', batchSize: 100 })
    const supervisor = createSupervisor({ clock, log, random: () => 1 })
    const hanging = Promise.withResolvers<void>()
    let opened = 0
    const said = (message: string): Observation => ({
      kind: 'log',
      node: nodeId('a'),
      observedAt: unixMs(clock.now()),
      body: { severity: 6, source: 'test', message },
    })
    async function* observe(number: number, context: SourceContext, signal: AbortSignal) {
      for await (const _ of context.clock.every(1000, { signal })) {
        yield said(`${number}`)
        if (number === 1) {
          await hanging.promise
          yield said('too late')
        }
      }
    }
    const source = defineSource({
      type: 'test',
      summary: 'Hangs once',
      config: z.strictObject({}),
      open: (_, context) => {
        const number = ++opened
        return Promise.resolve({
          node: nodeId('a'),
          observe: ({ signal }: { signal: AbortSignal }) => observe(number, context, signal),
          [Symbol.asyncDispose]: () => Promise.resolve(),
        })
      },
    })
    const sources = createSources({
      entries: [{ type: 'test', node: 'a' }],
      registry: createRegistry([{ name: 'test', apiVersion: 1, sources: [source] }]),
      supervisor,
      spool,
      clock,
      contextOf: ({ id, log: own, status }) => ({ id, clock, log: own, status, count: () => undefined }),
      otherOwners: [],
    })
    sources.start()
    await clock.until(() => supervisor.statuses()[0]?.state === 'ok')
    for (let passed = 0; passed <= stuckAfterMs + 30_000; passed += 30_000) await clock.advance(30_000)
    expect(log.entries.map(({ message }) => message)).toContain('failed, will be started again')
    expect(supervisor.statuses()[0]).toMatchObject({ id: 'source/test.a', restarts: 1 })
    hanging.resolve()
    await clock.advance(5000)
    expect(opened).toBe(2)
    expect(supervisor.statuses()[0]?.state).toBe('ok')
    const batch = await reader.next({ signal: AbortSignal.timeout(5000) })
    const lines = new Set(
      batch?.items.map(({ observation }) => 'message' in observation.body && observation.body.message),
    )
    expect(lines).toEqual(new Set(['1', '2']))
    const ended = supervisor[Symbol.asyncDispose]()
    await clock.advance(20_000)
    await ended
  })
})
