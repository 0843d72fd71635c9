import { describe, expect, it } from 'vitest'
import { classOf, createPending, rowTables } from './pending.ts'

const log = (seq: number, message = '') => ({ at: 1, seq, network: 3, node: 5, severity: 4, source: 's', message })

const begin = (maxBytes = 1 << 20, chunkRows = 100) => {
  let now = 0
  let full = 0
  const pending = createPending({ maxBytes, chunkRows, onFull: () => full++, monotonic: () => now })
  return { pending, pass: (ms: number) => (now += ms), fulls: () => full }
}

describe('rows that wait', () => {
  it('are cut by number, and leave in order', () => {
    const { pending, fulls } = begin(1 << 20, 3)
    for (let i = 0; i < 7; i++) pending.into.log.add(log(i))
    expect([fulls(), pending.rows]).toEqual([2, 7])
    pending.cut()
    const chunks = []
    for (let chunk = pending.first(); chunk !== undefined; chunk = pending.first()) {
      chunks.push([chunk.id, chunk.rows])
      pending.done(chunk)
    }
    expect(chunks).toEqual([
      [1, 3],
      [2, 3],
      [3, 1],
    ])
    expect([pending.rows, pending.bytes, pending.oldest]).toEqual([0, 0, undefined])
  })

  it('tell how long the oldest has waited', () => {
    const { pending, pass } = begin()
    expect(pending.lag()).toBe(0)
    pending.into.log.add(log(1))
    pass(500)
    pending.into.log.add(log(2))
    expect(pending.lag()).toBe(500)
    pending.cut()
    pass(10)
    expect(pending.lag()).toBe(510)
  })

  it('are given up by class when memory is full, samples first and facts last, and counted', () => {
    const { pending } = begin(100_000, 1e9)
    const { into } = pending
    const sample = (): boolean => into.blockSeen.begin()
    const line = (): boolean => into.log.add(log(1, 'x'.repeat(500)))
    const fact = (): boolean =>
      into.reorg.add({ at: 1, seq: 1, network: 1, number: 1, hash: 'x'.repeat(500), depth: 1 })
    const fill = (add: () => boolean): number => {
      let rows = 0
      while (add()) rows++
      return rows
    }
    expect(fill(sample)).toBeGreaterThan(1000)
    expect(sample()).toBe(false)
    expect(fill(line)).toBeGreaterThan(10)
    expect([sample(), line()]).toEqual([false, false])
    expect(fill(fact)).toBeGreaterThan(5)
    expect([sample(), line(), fact()]).toEqual([false, false, false])
    expect(pending.bytes).toBeLessThan(102_000)
    expect(pending.givenUp).toMatchObject({ sample: { memory: 4 }, log: { memory: 3 }, fact: { memory: 2 } })
  })

  it('that are dropped are counted by their class', () => {
    const { pending } = begin()
    pending.into.log.add(log(1))
    pending.into.blockSeen.begin()
    pending.cut()
    const chunk = pending.first()
    if (chunk === undefined) throw new Error('nothing waits')
    pending.drop(chunk, 'stopped')
    expect(pending.givenUp).toMatchObject({ sample: { stopped: 1 }, log: { stopped: 1 } })
    expect(pending.rows).toBe(0)
  })

  it('take the numbers of the store', () => {
    const { pending } = begin()
    for (let i = 0; i < 3; i++) pending.into.log.add(log(pending.nextSeq()))
    const moves = {
      network: Uint32Array.of(0, 0, 0, 9),
      node: Uint32Array.of(0, 0, 0, 0, 0, 8),
      metric: Uint32Array.of(0),
    }
    pending.renumber(moves, 100)
    const columns = pending.first()?.tables['log']?.columns
    expect([...(columns?.['seq']?.values ?? [])].slice(0, 3)).toEqual([101, 102, 103])
    expect([columns?.['network']?.values[0], columns?.['node']?.values[2]]).toEqual([9, 8])
    expect(pending.nextSeq()).toBe(104)
    pending.renumber(undefined, 100)
    expect(pending.nextSeq()).toBe(105)
  })

  it('stay together where they have to, and are not refused then', () => {
    const { pending } = begin(20_000, 3)
    const { into } = pending
    pending.together(() => {
      for (let i = 0; i < 5; i++) into.log.add(log(i))
      pending.cut()
      pending.together(() => into.log.add(log(5)))
      into.log.add(log(6))
    })
    expect([pending.first(), pending.hasRoom]).toEqual([undefined, true])
    into.log.add(log(7))
    expect(pending.first()?.rows).toBe(7)
    expect(
      pending.together(() => Array.from({ length: 100 }, () => into.log.add(log(1, 'x'.repeat(200)))).every(Boolean)),
    ).toBe(true)
    expect([pending.hasRoom, pending.fill, into.log.add(log(8))]).toEqual([false, 1, false])
    expect(() =>
      pending.together(() => {
        throw new Error('no')
      }),
    ).toThrow('no')
    pending.cut()
    expect(pending.rows).toBe(108)
    expect(pending.newest).toBe(2)
  })

  it('have company of those who owe some when their chunk is closed', () => {
    const { pending, pass } = begin(100, 3)
    const ends: string[] = []
    let debt = 0
    pending.listen({
      closing(id) {
        for (; debt > 0; debt--) pending.into.log.add(log(id, 'x'.repeat(100)))
        ends.push(`closing ${id}`)
      },
      stored: (id) => ends.push(`stored ${id}`),
      givenUp: (id, reason) => ends.push(`${reason} ${id}`),
    })
    const owe = (): void => {
      debt++
      pending.owe()
    }
    owe()
    pass(7)
    expect([pending.rows, pending.newest, pending.oldest, pending.lag()]).toEqual([1, 1, 1, 7])
    for (let i = 0; i < 4; i++) owe()
    pending.cut()
    const first = pending.first()
    expect([first?.id, first?.rows]).toEqual([1, 5])
    // What was owed and never came leaves nothing behind.
    pending.owe()
    pending.cut()
    expect([pending.rows, pending.newest]).toEqual([5, 1])
    owe()
    pending.cut()
    pending.drop(2, 'refused')
    pending.drop(2, 'refused')
    if (first !== undefined) {
      pending.done(first)
      pending.done(first)
    }
    expect(ends).toEqual(['closing 1', 'closing 2', 'closing 2', 'refused 2', 'stored 1', 'stored 1'])
    expect([pending.rows, pending.bytes, pending.oldest, pending.givenUp.log.refused]).toEqual([0, 0, undefined, 1])
  })

  it('belong to a class by how long their table lives', () => {
    expect(rowTables.map((table) => [table, classOf(table)] as const).filter(([, one]) => one !== 'fact')).toEqual([
      ['nodeSample', 'sample'],
      ['blockSeen', 'sample'],
      ['metric', 'sample'],
      ['delivery', 'sample'],
      ['log', 'log'],
      ['network10s', 'roll-up'],
      ['network1m', 'roll-up'],
      ['network1h', 'roll-up'],
      ['node1m', 'roll-up'],
      ['node1h', 'roll-up'],
      ['metric1m', 'roll-up'],
      ['metric1h', 'roll-up'],
    ])
  })
})
