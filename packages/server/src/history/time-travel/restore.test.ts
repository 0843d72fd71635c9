import { createRecordingLogger } from '@netstats/sdk/testing'
import { StoreError } from '@netstats/store'
import { describe, expect, it } from 'vitest'
import { createMoments, restoreCore } from './mod.ts'
import type { RestoreOptions } from './restore.ts'
import { countingClock, createRecorded } from './testing/recorded.ts'
import type { Recorded } from './testing/recorded.ts'

const genesis = (digit: string) => `0x${digit.repeat(64)}` as never

/** Two chains with one network id, an unknown network, and two minutes of blocks on the first. */
const firstRun = async (): Promise<Recorded> => {
  const recorded = await createRecorded()
  const { stage } = recorded
  stage.connect('abcd', { client: 'Geth/v1.16.3-stable/linux', genesis: genesis('a') })
  stage.connect('xy', { genesis: genesis('b') })
  stage.connect('z', { networkId: 'odd' })
  for (let number = 100; number < 130; number++) {
    for (const node of 'abc') stage.wait(10).block(node, number)
    stage.tick(5)
    for (const node of 'abcd') stage.stats(node, { peers: 4 })
  }
  stage.disconnect('d')
  stage.tick(1)
  await recorded.written()
  return recorded
}

const restart = async (old: Recorded, options: Partial<RestoreOptions> = {}) => {
  const next = await createRecorded({ store: old.store })
  const { stage, store, names, recorder } = next
  stage.now = old.stage.now + 60_000
  const log = createRecordingLogger()
  const report = await restoreCore({
    core: stage.core,
    store,
    names,
    newestAt: (await store.catalog()).newestAt,
    restored: recorder.restored,
    signal: new AbortController().signal,
    log,
    now: () => stage.now,
    monotonic: countingClock(),
    ...options,
  })
  return { ...next, log, report }
}

describe('a restart', () => {
  it('brings back networks by their names, nodes, chain and head, and says so', async () => {
    const old = await firstRun()
    const { stage, report, log } = await restart(old)
    expect(stage.core.networks().map((view) => [view.key, view.nodeCount])).toEqual([
      ['1337', 4],
      ['1337-bbbbbbbb', 2],
      ['unknown', 1],
    ])
    expect(report).toMatchObject({ networks: 3, nodes: 7, left: 0 })
    expect(log.entries.at(-1)?.message).toMatch(/^restored 7 nodes of 3 networks in \d+ ms$/)
    expect(stage.view.head()).toMatchObject({ number: 129, nodes: 3 })
    expect(stage.view.node('a')).toMatchObject({ state: 'inactive', sessions: 1, peers: 4, propagationMs: 0 })
    expect(stage.view.summary()).toMatchObject({
      genesis: genesis('a'),
      active: 0,
      series: { numbers: { length: 30 } },
    })
    expect(stage.core.network('1337-bbbbbbbb')?.summary().genesis).toBe(genesis('b'))
  })

  it('goes on from there: the same nodes, one more session, no reorganisation', async () => {
    const old = await firstRun()
    const { stage } = await restart(old)
    stage.connect('abc')
    stage.connect('x', { genesis: genesis('b') })
    stage.wait(20).block('abc', 130)
    stage.tick(1)
    expect(stage.view.node('a')).toMatchObject({
      state: 'active',
      sessions: 2,
      firstSeenAt: old.stage.view.node('a')?.firstSeenAt,
    })
    expect(stage.view.head()).toMatchObject({ number: 130, nodes: 3 })
    expect(stage.view.summary()).toMatchObject({ active: 3, reorgs: 0, forks: 0, atHead: 3 })
    expect(stage.core.network('1337-bbbbbbbb')?.node('x')).toMatchObject({ state: 'active', sessions: 2 })
    expect(stage.core.networks()).toHaveLength(3)
  })

  it('survives a second one: what was learned in between is there too', async () => {
    const once = await restart(await firstRun())
    once.stage.connect('ab')
    for (let number = 130; number < 140; number++) {
      once.stage.wait(10).block('ab', number)
      once.stage.tick(5)
    }
    await once.written()
    const { stage } = await restart(once)
    expect(stage.view.head()?.number).toBe(139)
    expect(stage.view.node('a')).toMatchObject({ sessions: 2, blockNumber: 139 })
    expect(stage.view.node('d')).toMatchObject({ sessions: 1, state: 'inactive' })
    expect(stage.view.summary()).toMatchObject({ reorgs: 0, nodes: 4 })
    stage.connect('a')
    expect(stage.view.node('a')).toMatchObject({ sessions: 3 })
    const active = 30 * 5000 + 10 * 5000
    const span = stage.now - (stage.view.node('a')?.firstSeenAt ?? 0)
    expect(stage.view.node('a')?.uptime).toBeCloseTo((100 * active) / span, -0.5)
  })

  it('lets the moments in which nobody watched show nobody active', async () => {
    const old = await firstRun()
    const next = await restart(old)
    await next.written()
    const moments = createMoments({
      store: () => next.store,
      names: next.names,
      now: () => next.stage.now,
      monotonic: countingClock(),
    })
    const [before, between] = await Promise.all(
      [old.stage.now - 2000, old.stage.now + 30_000].map((at) => moments.viewAt('1337', at)),
    )
    expect(before?.summary().active).toBe(4)
    expect(between?.summary()).toMatchObject({ active: 0, nodes: 4, head: { number: 129 } })
  })

  it('is none with a new store, and says nothing', async () => {
    const { report, log } = await restart(await createRecorded())
    expect(report).toEqual({ networks: 0, nodes: 0, ms: expect.any(Number), left: 0 })
    expect(log.entries).toEqual([])
  })

  it('begins with chains that share a network id, then with the largest', async () => {
    const old = await createRecorded()
    old.stage.connect('ab', { networkId: '8' })
    old.stage.connect('abcde', { networkId: '9' })
    old.stage.connect('ab', { genesis: genesis('a') })
    old.stage.connect('c', { genesis: genesis('b') })
    await old.written()
    const asked: (string | undefined)[] = []
    const names = new Map([...old.names.networks].map(([name, { key }]) => [key, name]))
    await restart(old, {
      store: {
        ...old.store,
        moment: (query, options) => {
          asked.push(names.get(query.network))
          return old.store.moment(query, options)
        },
      },
    })
    expect(asked).toEqual(['1337', '1337-bbbbbbbb', '9', '8'])
  })

  it('ends when it is told to, and does not say it is done', async () => {
    const { report, stage, log } = await restart(await firstRun(), { signal: AbortSignal.abort() })
    expect(report).toMatchObject({ networks: 0, left: 3 })
    expect(stage.core.networks()).toEqual([])
    expect(log.entries).toEqual([])
  })

  it('goes on past a network the store fails on', async () => {
    const old = await firstRun()
    const { stage, report, log } = await restart(old, {
      store: {
        ...old.store,
        moment: (query) =>
          query.network === 1 ? Promise.reject(new StoreError('STORE_IO', 'no')) : old.store.moment(query),
      },
    })
    expect(stage.core.networks().map((view) => view.key)).toEqual(['1337-bbbbbbbb', 'unknown'])
    expect(report).toMatchObject({ networks: 2, left: 1 })
    expect(log.entries[0]).toMatchObject({ level: 'warn', fields: { network: '1337', error: { code: 'STORE_IO' } } })
  })
})
