import { describe, expect, it } from 'vitest'
import { workersAtStart, workersFor } from './fleet-size.ts'

describe('workers to start with', () => {
  it('are none while one process holds all, and enough where it does not', () => {
    expect(workersAtStart({ connections: undefined, known: 0, each: 19_744 })).toBe(0)
    expect(workersAtStart({ connections: 19_000, known: 30_000, each: 19_744 })).toBe(0)
    expect(workersAtStart({ connections: 30_000, known: 0, each: 19_744 })).toBe(2)
    expect(workersAtStart({ connections: 100_000, known: 0, each: 19_744 })).toBe(6)
  })
})

describe('workers for a fleet that was here before', () => {
  it('are there before it comes back, as many as it would have come to need', () => {
    expect(workersAtStart({ connections: undefined, known: 8000, each: 19_744 })).toBe(0)
    expect(workersAtStart({ connections: undefined, known: 9000, each: 19_744 })).toBe(2)
    expect(workersAtStart({ connections: undefined, known: 30_000, each: 19_744 })).toBe(2)
    expect(workersAtStart({ connections: undefined, known: 60_000, each: 19_744 })).toBe(4)
  })
})

describe('workers for a growing fleet', () => {
  it('stay as they are while there is room, then are more, with room to grow', () => {
    expect(workersFor(5000, 0, 19_744)).toBe(0)
    expect(workersFor(9000, 0, 19_744)).toBe(2)
    expect(workersFor(26_000, 2, 19_744)).toBe(2)
    expect(workersFor(30_000, 2, 19_744)).toBe(3)
  })

  it('never leave a fleet without room', () => {
    for (let connections = 0; connections < 200_000; connections += 997) {
      let workers = 0
      for (let i = 0; i < 20; i++) workers = workersFor(connections, workers, 19_744)
      expect(workersFor(connections, workers, 19_744)).toBe(workers)
      expect((1 + workers) * 19_744 * 0.9).toBeGreaterThan(connections)
    }
  })
})
