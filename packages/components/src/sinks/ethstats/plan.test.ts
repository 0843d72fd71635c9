import { nodeId, unixMs } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { exampleBlock, exampleObservations } from '@netstats/sdk/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planBatch } from './plan.ts'
import type { Plan } from './plan.ts'

const now = 1_767_225_600_000
const node = nodeId('alpha')

const block = (n: number, ageMs = 0, historical = false): Observation => ({
  kind: 'block',
  node,
  observedAt: unixMs(now - ageMs),
  body: { ...exampleBlock(n), ...(historical ? { historical } : {}) },
})
const stats = (peers: number, ageMs = 0): Observation => ({
  kind: 'node-stats',
  node,
  observedAt: unixMs(now - ageMs),
  body: { active: true, peers },
})
const pending = (n: number, ageMs = 0): Observation => ({
  kind: 'pending',
  node,
  observedAt: unixMs(now - ageMs),
  body: { pending: n },
})

const plan = (observations: readonly Observation[], more: Partial<Parameters<typeof planBatch>[1]> = {}): Plan =>
  planBatch(
    observations.map((observation, i) => ({ sequence: 100 + i, observation })),
    { node, now: unixMs(now), wasSent: () => false, lastStatsAt: undefined, lastPendingAt: undefined, ...more },
  )

/** `block 7`, `history 1 2 3`, `pending 4`, `stats 5`. */
const shown = ({ frames }: Plan): string[] =>
  frames.map((frame) => {
    if (frame.type === 'block') return `block ${frame.block.number}`
    if (frame.type === 'history') return `history ${frame.blocks.map((one) => one.number).join(' ')}`
    return frame.type === 'pending' ? `pending ${frame.pending}` : `stats ${frame.stats.peers}`
  })

describe('what of a batch goes to the server', () => {
  it('is what a live batch holds, in the order of geth', () => {
    expect(shown(plan([block(1), stats(5), pending(4), block(2)]))).toEqual([
      'block 1',
      'block 2',
      'pending 4',
      'stats 5',
    ])
  })

  it('is the newest state only', () => {
    const made = plan([stats(1), pending(1), stats(2), pending(2)])
    expect(shown(made)).toEqual(['pending 2', 'stats 2'])
    expect(made.skipped.map((one) => one.reason)).toEqual(['superseded', 'superseded'])
  })

  it('is no state older than a minute', () => {
    const made = plan([stats(1, 60_001), pending(1, 61_000), block(3)])
    expect(shown(made)).toEqual(['block 3'])
    expect(made.skipped).toEqual([
      { kind: 'node-stats', reason: 'stale' },
      { kind: 'pending', reason: 'stale' },
    ])
  })

  it('is pending at most once a second', () => {
    expect(shown(plan([pending(1)], { lastPendingAt: unixMs(now - 999) }))).toEqual([])
    expect(shown(plan([pending(1)], { lastPendingAt: unixMs(now - 1000) }))).toEqual(['pending 1'])
  })

  it('is pending also after the clock was set back by an hour', () => {
    expect(shown(plan([pending(1)], { lastPendingAt: unixMs(now + 3_600_000) }))).toEqual(['pending 1'])
  })

  it('is no state that the report after the login told already', () => {
    const made = plan([stats(1), pending(1)], { lastStatsAt: unixMs(now), lastPendingAt: unixMs(now) })
    expect(made.frames).toEqual([])
    expect(made.skipped.map((one) => one.reason)).toEqual(['repeated', 'repeated'])
  })

  it('sends late blocks as history, so that nobody takes them for slow ones', () => {
    const made = plan([block(1, 0, true), block(2, 0, true), block(3), block(4, 20_000), block(5)])
    expect(shown(made)).toEqual(['block 3', 'history 1 2 4', 'block 5'])
  })

  it('sends the newest head as a head, however late, so that the server knows where the node is', () => {
    expect(shown(plan([block(1, 50_000), block(2, 50_000), stats(1)]))).toEqual(['history 1', 'block 2', 'stats 1'])
  })

  it('is the newest fifty blocks of a long batch, and owns that some were passed over', () => {
    const made = plan(Array.from({ length: 80 }, (_, i) => block(i + 1, (80 - i) * 500)))
    const numbers = made.frames.flatMap((frame) =>
      frame.type === 'block' ? [frame.block.number] : frame.type === 'history' ? frame.blocks.map((b) => b.number) : [],
    )
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i + 31))
    expect(made.passedOver).toBe(true)
  })

  it('is no block at all while the batch ends in the past: more backlog follows', () => {
    const made = plan([block(1, 3_600_000), block(2, 3_599_000)])
    expect(made).toMatchObject({ frames: [], caughtUp: false, passedOver: true })
  })

  it('is no block twice in one session', () => {
    const made = plan([block(1), block(2)], { wasSent: (hash) => hash === exampleBlock(1).hash })
    expect(shown(made)).toEqual(['block 2'])
  })

  it('is nothing of other nodes, and counts kinds the protocol has no frame for', () => {
    expect(plan(exampleObservations(nodeId('beta'))).frames).toEqual([])
    const unmapped = plan(exampleObservations(node)).skipped.filter((one) => one.reason === 'unmapped')
    expect(unmapped.map((one) => one.kind)).toEqual([
      'block-processing',
      'head-event',
      'host',
      'gap',
      'metric',
      'log',
      'alarm',
    ])
  })

  it('never floods, and leaves nothing out without a reason', () => {
    const any = fc.oneof(
      fc.tuple(fc.nat(500), fc.nat(90_000), fc.boolean()).map(([n, age, late]) => block(n, age, late)),
      fc.tuple(fc.nat(50), fc.nat(90_000)).map(([n, age]) => stats(n, age)),
      fc.tuple(fc.nat(50), fc.nat(90_000)).map(([n, age]) => pending(n, age)),
    )
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 200 }), (observations) => {
        const made = plan(observations)
        const sent = made.frames.reduce((n, frame) => n + (frame.type === 'history' ? frame.blocks.length : 1), 0)
        expect(sent).toBeLessThanOrEqual(52)
        expect(sent + made.skipped.length).toBe(observations.length)
      }),
    )
  })
})
