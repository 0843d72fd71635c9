import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCounters } from './counters.ts'
import { expose } from './exposition.ts'

describe('counters', () => {
  it('add up by name and labels, whatever the order of the labels', () => {
    const counters = createCounters()
    counters.add('a_total', { x: '1', y: '2' }, 1)
    counters.add('a_total', { y: '2', x: '1' }, 2)
    counters.add('a_total', { x: '2' }, 5)
    expect(counters.samples()).toEqual([
      { name: 'a_total', labels: { x: '1', y: '2' }, value: 3 },
      { name: 'a_total', labels: { x: '2' }, value: 5 },
    ])
  })

  it('keep a bound on labels from outside and lose no count over it', () => {
    const counters = createCounters()
    for (let i = 0; i < 1000; i++) counters.add('a_total', { peer: String(i) }, 1)
    const samples = counters.samples()
    expect(samples.length).toBeLessThanOrEqual(201)
    expect(samples.reduce((sum, one) => sum + one.value, 0)).toBe(1000)
  })
})

describe('exposition', () => {
  it('writes types, help and escaped labels', () => {
    const samples = [
      { name: 'a_total', labels: { path: 'C:\\x "y"\nz' }, value: 2 },
      { name: 'b_bytes', labels: {}, value: Infinity },
      { name: 'a_total', labels: {}, value: 1.5 },
    ]
    expect(expose(samples, (name) => (name === 'a_total' ? 'Counts\nthings.' : 'Bytes.'))).toBe(
      '# HELP a_total Counts\\nthings.\n# TYPE a_total counter\na_total{path="C:\\\\x \\"y\\"\\nz"} 2\na_total 1.5\n' +
        '# HELP b_bytes Bytes.\n# TYPE b_bytes gauge\nb_bytes +Inf\n',
    )
  })

  it('stays one line a sample for any label', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const text = expose([{ name: 'a', labels: { value }, value: 1 }], () => value)
        return text.split('\n').length === 4
      }),
    )
  })
})
