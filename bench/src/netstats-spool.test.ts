import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBenchSpool, spoolBegins } from './netstats-spool.ts'
import type { Batch } from './netstats-spool.ts'

const line = { kind: 'pending', observedAt: 0, body: Buffer.from('{}') }
const lines = (count: number) => Array.from({ length: count }, () => line)
const takesAll = (sent: Batch[]) => (batch: Batch) => sent.push(batch) > 0

describe('the spool of an agent of the load generator', () => {
  it('sends batches in order within the window, and the rest when it is acknowledged', () => {
    const spool = createBenchSpool()
    for (let i = 0; i < 3; i++) spool.add(lines(2))
    const sent: Batch[] = []
    expect(spool.flush(5, takesAll(sent))).toHaveLength(2)
    expect(spool.acknowledge(spoolBegins + 2)).toHaveLength(1)
    expect(spool.flush(5, takesAll(sent))).toHaveLength(1)
    expect(sent.map(({ after }) => after - spoolBegins)).toEqual([0, 2, 4])
  })

  it('sends again what was not acknowledged, and does not count it twice', () => {
    const spool = createBenchSpool()
    for (let i = 0; i < 3; i++) spool.add(lines(2))
    spool.flush(100, () => true)
    spool.acknowledge(spoolBegins + 2)
    spool.rewind()
    const again: Batch[] = []
    expect(spool.flush(100, takesAll(again))).toEqual([])
    expect(again.map(({ after }) => after - spoolBegins)).toEqual([2, 4])
  })

  it('takes no more than its bound, and gives no sequence to what it drops', () => {
    const spool = createBenchSpool(2)
    expect([1, 2, 3].map(() => spool.add(lines(1)))).toEqual([true, true, false])
    spool.acknowledge(spoolBegins + 2)
    expect(spool.add(lines(1))).toBe(true)
    const sent: Batch[] = []
    spool.flush(100, takesAll(sent))
    expect(sent.map(({ after }) => after - spoolBegins)).toEqual([2])
  })

  it('keeps a batch of which a part is acknowledged', () => {
    const spool = createBenchSpool()
    spool.add(lines(4))
    spool.flush(100, () => true)
    expect(spool.acknowledge(spoolBegins + 3)).toEqual([])
    expect(spool.acknowledge(spoolBegins + 4)).toHaveLength(1)
  })

  it('reaches the server whole, whatever is cut, refused or acknowledged late', () => {
    const step = fc.constantFrom('add', 'flush', 'blocked', 'cut', 'acknowledge')
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const spool = createBenchSpool()
        let through = spoolBegins
        let added = 0
        const take = ({ after, lines: some }: Batch): boolean => {
          // As a server: a batch never begins after what it has.
          expect(after).toBeLessThanOrEqual(through)
          through = Math.max(through, after + some.length)
          return true
        }
        for (const one of steps) {
          if (one === 'add' && spool.add(lines(2))) added += 2
          if (one === 'flush') spool.flush(10, take)
          if (one === 'blocked') spool.flush(10, () => false)
          if (one === 'cut') spool.rewind()
          if (one === 'acknowledge') spool.acknowledge(through)
        }
        for (let i = 0; i <= steps.length; i++) {
          spool.flush(10, take)
          spool.acknowledge(through)
        }
        expect(through - spoolBegins).toBe(added)
      }),
    )
  })
})
