import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { begin, blockAt, hashOf, scenario } from '../testing/scenario.ts'

describe('propagation', () => {
  it('measures each node against the first report, on the clock of the server', () => {
    const stage = scenario()
    stage.connect('abcd')
    stage.wait(1000).block('b', 10)
    stage.wait(40).block('a', 10)
    stage.wait(60).block('c', 10)
    expect(stage.view.blockDetail(hashOf(10))).toMatchObject({
      arrivedAt: begin + 1000,
      firstNode: 'b',
      nodes: 3,
      p50Ms: 40,
      p95Ms: 100,
      p99Ms: 100,
      seenBy: [
        ['b', 0],
        ['a', 40],
        ['c', 100],
      ],
    })
    expect(stage.view.node('c')).toMatchObject({ propagationMs: 100, propagationAvgMs: 100, blockAt: begin + 1100 })
    expect(stage.view.node('d')).toMatchObject({ propagationMs: null, propagationAvgMs: null, blockAt: null })
  })

  it('goes by hash alone: two blocks of one height are measured apart', () => {
    const stage = scenario()
    stage.connect('abc')
    stage.block('a', 10)
    stage.wait(30).block('b', 10, { branch: 1 })
    stage.wait(30).block('c', 10, { branch: 1, totalDifficulty: 5n })
    expect(stage.view.node('c')).toMatchObject({ propagationMs: 30, totalDifficulty: '5' })
    expect(stage.view.block(hashOf(10, 1))).toMatchObject({ nodes: 2, forks: 1, firstNode: 'b' })
  })

  it('counts a report once, however often the node repeats it', () => {
    const stage = scenario()
    stage.connect('ab')
    stage.block('a', 10)
    for (let i = 0; i < 3; i++) stage.wait(5000).block('ab', 10)
    expect(stage.view.blockDetail(hashOf(10))?.seenBy).toEqual([
      ['a', 0],
      ['b', 5000],
    ])
    expect(stage.view.node('a')).toMatchObject({ blockAt: begin, propagationMs: 0 })
    stage.block('b', 10, { branch: 1 })
    stage.block('b', 10)
    expect(stage.view.blockDetail(hashOf(10))?.seenBy).toHaveLength(2)
  })

  it('does not measure a node that connected after the block was there', () => {
    const stage = scenario()
    stage.connect('ab')
    stage.block('a', 10)
    stage.wait(60_000).connect('c')
    stage.block('c', 10)
    expect(stage.view.node('c')).toMatchObject({ blockNumber: 10, propagationMs: null })
    expect(stage.view.block(hashOf(10))).toMatchObject({ nodes: 2, p99Ms: 0 })
  })

  it('leaves history out: neither a delay, nor a latest block, nor a first report', () => {
    const stage = scenario()
    stage.connect('ab')
    stage.block('a', 12)
    stage.wait(50).block('b', 11, { historical: true })
    stage.wait(50).block('a', 11)
    expect(stage.view.node('b')).toMatchObject({ blockNumber: null, propagationMs: null })
    expect(stage.view.block(hashOf(11))).toMatchObject({ arrivedAt: null, firstNode: null, nodes: 2, p50Ms: null })
    expect(stage.view.node('a')).toMatchObject({ blockNumber: 11, propagationMs: null })
  })

  it('does not take a node that catches up for a slow one', () => {
    const stage = scenario()
    stage.connect('abz')
    for (let n = 10; n < 100; n++) stage.wait(1000).block('ab', n)
    stage.block('z', 20)
    stage.block('z', 98)
    expect(stage.view.block(hashOf(20))).toMatchObject({ nodes: 3, p99Ms: 0 })
    expect(stage.view.node('z')?.propagation.slice(-2)).toEqual([1000, -1])
  })

  it('keeps order of arrival when the clock steps back', () => {
    const stage = scenario()
    stage.connect('abc')
    stage.block('a', 10)
    stage.wait(100).block('b', 10)
    stage.wait(-60_000).block('c', 10)
    expect(stage.view.blockDetail(hashOf(10))?.seenBy.map(([, delay]) => delay)).toEqual([0, 100, 100])
  })

  it('keeps percentiles and count of a block whose single first-seen records were given up', () => {
    const stage = scenario({ maxFirstSeen: 5 })
    stage.connect('abc')
    for (const n of [10, 11]) {
      stage.wait(1000).block('a', n)
      stage.wait(10).block('b', n)
      stage.wait(10).block('c', n)
    }
    expect(stage.view.blockDetail(hashOf(10))).toMatchObject({ seenBy: [], nodes: 3, p50Ms: 10, p99Ms: 20 })
    expect(stage.view.blockDetail(hashOf(11))?.seenBy).toHaveLength(3)
    expect(stage.view.summary().propagation.samples).toBe(3)
  })

  it('shows the time a client needed for the block it is on, and for no other', () => {
    const stage = scenario()
    stage.connect('a')
    const { number, hash } = blockAt(11)
    stage.block('a', 10)
    stage.say('a', 'block-processing', { number, hash, processingMs: 12.5 })
    expect(stage.view.node('a')?.processingMs).toBeNull()
    stage.block('a', 11)
    expect(stage.view.node('a')?.processingMs).toBe(12.5)
    stage.block('a', 12)
    expect(stage.view.node('a')?.processingMs).toBeNull()
  })

  it('agrees with a naive count over all reports of a random chain with forks', () => {
    const report = fc.record({
      node: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      number: fc.integer({ min: 10, max: 22 }),
      branch: fc.integer({ min: 0, max: 1 }),
      historical: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
      after: fc.nat(400),
    })
    fc.assert(
      fc.property(fc.array(report, { maxLength: 120, size: 'max' }), (reports) => {
        const stage = scenario()
        stage.connect('abcdeyz')
        // A head that stands, or the tree would begin again with each node that falls back.
        stage.block('yz', 23)
        const log: (typeof reports)[number][] = []
        const times: number[] = []
        for (const one of reports) {
          stage.wait(one.after)
          stage.block(one.node, one.number, { branch: one.branch, historical: one.historical })
          log.push(one)
          times.push(stage.now)
        }
        // From scratch: the reports of each block in order, its first report where history was not first.
        const delays = new Map<string, [string, number][]>()
        for (const branch of [0, 1])
          for (let number = 10; number <= 22; number++) {
            const mine = log.flatMap((one, i) =>
              one.number === number && one.branch === branch ? [{ ...one, i }] : [],
            )
            const first = mine[0]
            const seen: [string, number][] = []
            const told = new Set<string>()
            for (const one of mine) {
              if (!told.has(one.node) && !one.historical && first?.historical === false)
                seen.push([one.node, (times[one.i] ?? 0) - (times[first.i] ?? 0)])
              told.add(one.node)
            }
            if (first !== undefined) delays.set(hashOf(number, branch), seen)
          }
        for (const [hash, seen] of delays) {
          const detail = stage.view.blockDetail(hash)
          expect(detail?.seenBy).toEqual(seen)
          expect(detail?.arrivedAt === null).toBe(seen.length === 0)
        }
        // Each node's row: its last delay at each height, by the order of its reports.
        for (const node of 'abcde') {
          const row = stage.view.node(node)
          const head = stage.view.head()
          const expected = new Map<number, number>()
          const told = new Set<string>()
          for (const one of log) {
            if (one.node !== node) continue
            const hash = hashOf(one.number, one.branch)
            const delay = delays.get(hash)?.find(([id]) => id === node)?.[1]
            if (!told.has(hash) && !one.historical && delay !== undefined) expected.set(one.number, delay)
            told.add(hash)
          }
          const shown = row?.propagation.map((delay, i) => [(head?.number ?? -1) - 39 + i, delay] as const) ?? []
          for (const [height, delay] of shown) expect(delay).toBe(expected.get(height) ?? -1)
        }
      }),
      { numRuns: 150, interruptAfterTimeLimit: 20_000 },
    )
  })
})
