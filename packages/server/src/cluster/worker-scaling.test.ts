import { describe, expect, it } from 'vitest'
import { workersAtStart, workersFor } from './worker-scaling.ts'

const process = { each: 19_744, cores: 2 }

describe('workers to start with', () => {
  it('are none while one process holds what is wanted, and enough where it does not', () => {
    const known = 0
    expect(workersAtStart({ ...process, known, connections: undefined })).toBe(0)
    expect(workersAtStart({ ...process, known: 30_000, connections: 19_000 })).toBe(0)
    expect(workersAtStart({ ...process, known, connections: 30_000 })).toBe(2)
    expect(workersAtStart({ ...process, known, connections: 100_000 })).toBe(6)
  })

  it('are there for a fleet that was here before, as many as it would come to need', () => {
    const connections = undefined
    expect(workersAtStart({ ...process, known: 3000, connections })).toBe(0)
    expect(workersAtStart({ ...process, known: 5000, connections })).toBe(2)
    expect(workersAtStart({ ...process, known: 30_000, connections })).toBe(2)
    expect(workersAtStart({ ...process, known: 60_000, connections })).toBe(4)
  })
})

describe('workers for a growing fleet', () => {
  it('come before the server is too busy for itself, and more of them before they are full', () => {
    expect(workersFor(3999, 0, process)).toBe(0)
    expect(workersFor(4000, 0, process)).toBe(2)
    expect(workersFor(30_000, 2, process)).toBe(2)
    expect(workersFor(40_000, 2, process)).toBe(3)
  })

  it('come only for room where there is one core', () => {
    expect(workersFor(12_000, 0, { ...process, cores: 1 })).toBe(0)
    expect(workersFor(13_000, 0, { ...process, cores: 1 })).toBe(2)
  })

  it('come early where a process may hold little', () => {
    expect(workersFor(500, 0, { each: 700, cores: 4 })).toBe(2)
  })

  it('never leave a fleet without room', () => {
    for (const cores of [1, 2]) {
      for (let connections = 0; connections < 200_000; connections += 997) {
        let workers = 0
        for (let i = 0; i < 20; i++) workers = workersFor(connections, workers, { ...process, cores })
        expect(workersFor(connections, workers, { ...process, cores })).toBe(workers)
        expect((1 + workers) * process.each * 0.9).toBeGreaterThan(connections)
      }
    }
  })
})
