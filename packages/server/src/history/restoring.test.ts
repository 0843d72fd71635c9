import { unixMs } from '@netstats/protocol'
import type { Hash } from '@netstats/protocol'
import { StoreError } from '@netstats/store'
import type { Store } from '@netstats/store'
import { createFakeClock, createRecordingLogger } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { createHealth } from '../telemetry/health.ts'
import { scenario } from '../shard/testing/scenario.ts'
import type { Scenario } from '../shard/testing/scenario.ts'
import { openHistory } from './history.ts'
import { createRecorded } from './time-travel/testing/recorded.ts'
import type { Recorded } from './time-travel/testing/recorded.ts'

const year = 365 * 86_400_000
const genesis = (digit: string) => `0x${digit.repeat(64)}` as Hash

/** Three nodes on a chain of thirty blocks, one of them away, and a network of one node. */
const firstRun = async (): Promise<Recorded> => {
  const recorded = await createRecorded()
  const { stage } = recorded
  stage.connect('abc', { genesis: genesis('a') })
  stage.connect('z', { networkId: '9' })
  for (let number = 100; number < 130; number++) {
    for (const node of 'abc') stage.wait(10).block(node, number)
    stage.tick(5)
  }
  stage.disconnect('c')
  stage.tick(1)
  await recorded.written()
  return recorded
}

interface Run {
  readonly stage: Scenario
  readonly clock: ReturnType<typeof createFakeClock>
  readonly log: ReturnType<typeof createRecordingLogger>
  /** Resolves when the server may listen. */
  readonly begun: Promise<void>
  /** Hands the core an input as the server does. */
  readonly tell: (nodes: string, does: (node: string) => void) => Promise<void>
  close(): Promise<void>
}

/** Another run of the server, a minute later, on what `openStore` gives. */
const secondRun = (old: Recorded, openStore: () => Promise<Store>): Run => {
  const clock = createFakeClock({ start: old.stage.now + 60_000 })
  const log = createRecordingLogger()
  const opening = openHistory({
    openStore,
    retention: { raw: year, logs: year, seconds: year, minutes: year, hours: year },
    flushEveryMs: 1000,
    bufferBytes: 1 << 24,
    clock,
    log,
    health: createHealth(() => clock.now()),
    sheds: () => ({}),
    openWithinMs: 15_000,
    restoreWithinMs: 10_000,
    closeWithinMs: 1000,
  })
  const own: { recorder?: Awaited<typeof opening>['recorder'] } = {}
  const stage = scenario()
  stage.listeners.push((applied) => own.recorder?.applied(applied))
  return {
    stage,
    clock,
    log,
    begun: opening.then((history) => {
      own.recorder = history.recorder
      return history.begin(stage.core)
    }),
    async tell(nodes, does) {
      stage.now = clock.now()
      for (const node of nodes) does(node)
      await clock.settle()
    },
    async close() {
      const history = await opening
      const closed = history[Symbol.asyncDispose]()
      await clock.advance(2000)
      await closed
    },
  }
}

/** What is said of a thing while the fake clock moves on. */
const pass = async ({ clock, stage }: Run, seconds: number): Promise<void> => {
  for (let i = 0; i < seconds; i++) {
    await clock.advance(1000)
    stage.now = clock.now()
    stage.apply({ type: 'tick', at: unixMs(clock.now()) })
  }
}

const messages = ({ log }: Run): readonly string[] =>
  log.entries.filter(({ level }) => level === 'warn').map(({ message }) => message)

describe('the live picture after a restart', () => {
  it('is back before the server listens, where the store has it in time', async () => {
    const old = await firstRun()
    const run = secondRun(old, () => Promise.resolve(old.store))
    await run.begun
    expect(run.stage.view.nodeCount).toBe(3)
    expect(run.stage.core.networks()).toHaveLength(2)
    expect(messages(run)).toEqual([])
    await run.close()
  })

  it('comes back when a store that opens late is there, beside those who have spoken', async () => {
    const old = await firstRun()
    const gate = Promise.withResolvers<Store>()
    const run = secondRun(old, () => gate.promise)
    await run.clock.advance(15_000)
    await run.begun
    expect(messages(run)).toEqual(['started without the history'])
    const { stage } = run
    await run.tell('ac', (node) => stage.connect(node, { genesis: genesis('a') }))
    await run.tell('x', (node) => stage.connect(node))
    await pass(run, 20)
    await run.tell('ac', (node) => stage.stats(node, { peers: 5 }))
    expect(stage.view.nodeCount).toBe(3)
    gate.resolve(old.store)
    await pass(run, 3)
    expect(stage.core.networks().map(({ key }) => key)).toEqual(['1337', '9'])
    expect([...stage.view.nodeIds()].toSorted()).toEqual(['a', 'b', 'c', 'x'])
    expect(stage.view.node('a')).toMatchObject({ state: 'active', sessions: 2, peers: 5 })
    expect(stage.view.node('b')).toMatchObject({ state: 'inactive', sessions: 1 })
    expect(stage.view.head()).toMatchObject({ number: 129 })
    await run.tell('x', (node) => stage.connect(node, { genesis: genesis('b') }))
    expect(stage.core.networks().map(({ key }) => key)).toContain('1337-bbbbbbbb')

    await pass(run, 100)
    await run.close()
    const of = (node: string) => {
      const key = old.store.rows('node').find(({ id, network }) => id === node && network === 1)?.key
      const states = old.store.rows('nodeState').filter((row) => row.node === key)
      return states.toSorted((p, q) => p.at - q.at).map(({ state, reason, sessions }) => [state, reason, sessions])
    }
    expect(of('a')).toEqual([
      ['active', null, 1],
      ['inactive', 'restart', 1],
      ['active', null, 1],
      ['inactive', 'silent', 2],
    ])
    expect(of('b')).toEqual([
      ['active', null, 1],
      ['inactive', 'restart', 1],
    ])
    expect(old.store.rows('network').map(({ name }) => name)).toEqual(['1337', '9', '1337-bbbbbbbb'])
    const ids = old.store.rows('node').map(({ network, id }) => `${network} ${id}`)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('lets the server listen while a slow store is still read, and follows', async () => {
    const old = await firstRun()
    const gate = Promise.withResolvers<void>()
    const run = secondRun(old, () =>
      Promise.resolve({
        ...old.store,
        moment: async (query, options) => {
          await gate.promise
          return old.store.moment(query, options)
        },
      }),
    )
    await run.clock.advance(10_000)
    await run.begun
    expect(messages(run)).toEqual(['started before all networks were restored; the others follow'])
    await run.tell('b', (node) => run.stage.connect(node))
    for (let number = 133; number < 136; number++) {
      await pass(run, 5)
      await run.tell('b', (node) => run.stage.block(node, number))
    }
    gate.resolve()
    await pass(run, 1)
    expect(run.stage.view.nodeCount).toBe(3)
    expect(run.stage.view.head()).toMatchObject({ number: 135 })
    expect(run.stage.view.blocks(100)).toHaveLength(33)
    expect(run.stage.view.summary()).toMatchObject({ active: 1, reorgs: 0 })
    await run.close()
  })

  it('is tried again where the store fails on the way, and one network that does not come does not hold up others', async () => {
    const old = await firstRun()
    let failures = 2
    const run = secondRun(old, () =>
      Promise.resolve({
        ...old.store,
        moment: (query, options) =>
          query.network === 1 && failures-- > 0
            ? Promise.reject(new StoreError('STORE_QUERY_TIMEOUT', 'The query took too long.', { retryable: true }))
            : old.store.moment(query, options),
      }),
    )
    await run.clock.advance(10_000)
    await run.begun
    expect(run.stage.core.networks().map(({ key }) => key)).toEqual(['9', '1337'])
    expect(messages(run)).toEqual(['a network could not be restored', 'a network could not be restored'])
    await run.close()
  })

  it('is given up for a network that never comes, and waits for nothing at the end', async () => {
    const old = await firstRun()
    const run = secondRun(old, () =>
      Promise.resolve({ ...old.store, moment: () => Promise.reject(new StoreError('STORE_IO', 'No.')) }),
    )
    await pass(run, 60)
    await run.begun
    expect(messages(run).at(-1)).toBe('not all networks could be restored; the others start over')
    expect(run.stage.core.networks()).toEqual([])
    await run.close()
    expect(run.clock.sleeping()).toBe(0)
  })

  it('is no longer waited for when the server stops', async () => {
    const old = await firstRun()
    const run = secondRun(old, () => new Promise(() => undefined))
    await run.clock.advance(15_000)
    await run.begun
    await run.close()
    expect(run.clock.sleeping()).toBe(0)
    expect(run.stage.core.networks()).toEqual([])
  })
})
