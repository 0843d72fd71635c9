import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPriorityQueue } from './priority-queue.ts'

const step = fc.oneof(
  fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd', 'e'), urgent: fc.boolean() }),
  fc.constant('next' as const),
)

describe('a list of work', () => {
  it('gives each name once, urgent ones first, else in the order they came', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const list = createPriorityQueue()
        let urgent: string[] = []
        let others: string[] = []
        for (const one of [...steps, ...Array.from({ length: 6 }, () => 'next' as const)]) {
          if (one === 'next') {
            expect(list.next()).toBe(urgent.shift() ?? others.shift())
            continue
          }
          list.add(one.name, one.urgent)
          if (one.urgent) {
            others = others.filter((name) => name !== one.name)
            if (!urgent.includes(one.name)) urgent = [...urgent, one.name]
          } else if (!urgent.includes(one.name) && !others.includes(one.name)) others = [...others, one.name]
        }
      }),
      { numRuns: 300 },
    )
  })
})
