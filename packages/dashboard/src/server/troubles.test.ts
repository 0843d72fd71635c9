import { describe, expect, it } from 'vitest'
import type { ServerFacts, StoreFacts } from './facts.ts'
import { factsOf, processOf } from '../testing/server-facts.ts'
import { lossesOf } from './loss-table.tsx'
import { troublesOf } from './troubles.ts'
import { wordsFor } from './words.ts'

const store: StoreFacts = {
  lagMs: 900,
  pendingRows: 10,
  bufferBytes: 10,
  writtenRows: 0,
  slowestWriteMs: 0,
  errors: {},
  shed: {},
  diskBytes: null,
  files: null,
}
const titlesOf = (...facts: readonly ServerFacts[]) => troublesOf(facts).map(({ weight, title }) => [weight, title])
/** The same counts ten seconds apart, the second time with what came. */
const during = (before: Parameters<typeof factsOf>[0], after: Parameters<typeof factsOf>[0]) => [
  factsOf({ ...before, at: 0 }),
  factsOf({ ...after, at: 10_000 }),
]

describe('troubles', () => {
  it('are none while all is well, however much has happened long ago', () => {
    expect(titlesOf()).toEqual([])
    const old = { refused: { 'bad-secret': 9000 }, shed: { latency: { items: 5 } } }
    expect(titlesOf(...during({ work: old, store }, { work: old, store }))).toEqual([])
  })

  it('tell what is broken before what only needs a look', () => {
    const parts = [
      { id: 'feed', state: 'ok', reason: '', since: 0 },
      { id: 'queue', state: 'degraded', reason: 'too much', since: 0 },
      { id: 'store', state: 'failed', reason: 'no space left', since: 5 },
    ] as const
    const facts = factsOf({ parts, slowViewers: 1, core: { networks: 1, nodes: 1, blocks: 1, inputs: 9, errors: 2 } })
    expect(titlesOf(facts)).toEqual([
      ['bad', 'store has failed'],
      ['bad', 'The core failed on 2 messages'],
      ['warn', 'queue is degraded'],
      ['warn', '1 dashboard is behind'],
    ])
    expect(troublesOf([facts])[0]).toMatchObject({ detail: 'no space left', since: 5 })
  })

  it('tell of losses only while they happen', () => {
    const [before, after] = during(
      { work: { shed: { latency: { items: 5 } } }, store },
      { work: { shed: { latency: { items: 25 } } }, store: { ...store, shed: { sample: { memory: 40 } } } },
    )
    expect(troublesOf([before!, after!])).toMatchObject([
      { weight: 'bad', title: 'Messages are dropped', detail: '2 a second, the least important first.' },
      { weight: 'bad', title: 'The history loses rows' },
    ])
  })

  it('report limits before they are reached', () => {
    const facts = (openFiles: number, ethstats: number) =>
      factsOf({ work: { connections: { ethstats } }, processes: [processOf({ name: 'worker 1', openFiles })] })
    expect(titlesOf(facts(1000, 10))).toEqual([])
    expect(titlesOf(facts(17_000, 990))).toEqual([
      ['bad', 'Connections: full'],
      ['warn', expect.stringMatching(/^Open files of worker 1: 85.% full$/)],
    ])
  })

  it('tell of a process that is held up or does not answer', () => {
    const slow = processOf({ name: 'core', at: 60_000, loop: { p50Ms: 1, p99Ms: 400, maxMs: 900 } })
    const gone = processOf({ name: 'worker 2', at: 30_000 })
    expect(titlesOf(factsOf({ at: 60_000, processes: [slow, gone] }))).toEqual([
      ['bad', 'worker 2 does not answer'],
      ['warn', 'The event loop of core is slow'],
    ])
  })

  it('tell of an overload once, and of what was done about it', () => {
    const load = { level: 'overloaded', reason: 'low classes are dropped' } as const
    const queue = { id: 'queue', state: 'degraded', reason: load.reason, since: 0 } as const
    expect(titlesOf(factsOf({ load }))).toEqual([['bad', 'The server is overloaded']])
    expect(titlesOf(factsOf({ load, parts: [queue], reportRate: { level: 2, reportMs: 60_000 } }))).toEqual([
      ['warn', 'queue is degraded'],
      ['warn', 'Agents are slowed down, step 2'],
    ])
  })

  it('tell of many refusals with the reasons, and not of a typing error', () => {
    const refused = (n: number) => ({ work: { refused: { 'bad-secret': n, banned: 1 } } })
    expect(titlesOf(...during(refused(0), refused(2)))).toEqual([])
    expect(troublesOf(during(refused(0), refused(100)))).toMatchObject([
      { weight: 'warn', title: '600 logins a minute are refused', detail: 'Mostly: wrong secret.' },
    ])
  })
})

describe('losses', () => {
  it('are a line each, those that happen now first, and no line for what never was', () => {
    const before = {
      refused: { 'bad-secret': 90, banned: 0 },
      ended: { peer: 900, silent: 4 },
      faults: { http: { timeout: 1 } },
    }
    const after = { ...before, faults: { http: { timeout: 3 } } }
    expect(lossesOf(during({ work: before }, { work: after }))).toEqual([
      { what: 'not understood, http', why: 'too slow', code: 'timeout', total: 3, aMinute: 12 },
      { what: 'refused', why: 'wrong secret', code: 'bad-secret', total: 90, aMinute: 0 },
      { what: 'session ended', why: 'went silent', code: 'silent', total: 4, aMinute: 0 },
    ])
  })

  it('have words also for codes that came later than this page', () => {
    expect(['ETHSTATS_FRAME_INVALID', 'brand-new', 'internal'].map(wordsFor)).toEqual([
      'frame invalid',
      'brand new',
      'a bug in the server',
    ])
  })
})
