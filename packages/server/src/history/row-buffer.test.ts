import { describe, expect, it } from 'vitest'
import { classOf, createRowBuffer, rowTables } from './row-buffer.ts'

const log = (seq: number, message = '') => ({
  at: 1,
  seq,
  network: 3,
  node: 5,
  severity: 4,
  source: 's',
  message,
  component: null,
  fields: null,
})

const begin = (maxBytes = 1 << 20, batchRows = 100) => {
  let now = 0
  let full = 0
  const rowBuffer = createRowBuffer({ maxBytes, batchRows, onFull: () => full++, monotonic: () => now })
  return { rowBuffer, pass: (ms: number) => (now += ms), fulls: () => full }
}

describe('rows that wait', () => {
  it('are cut by number, and leave in order', () => {
    const { rowBuffer, fulls } = begin(1 << 20, 3)
    for (let i = 0; i < 7; i++) rowBuffer.into.log.add(log(i))
    expect([fulls(), rowBuffer.rows]).toEqual([2, 7])
    rowBuffer.cut()
    const batches = []
    for (let batch = rowBuffer.first(); batch !== undefined; batch = rowBuffer.first()) {
      batches.push([batch.id, batch.rows])
      rowBuffer.done(batch)
    }
    expect(batches).toEqual([
      [1, 3],
      [2, 3],
      [3, 1],
    ])
    expect([rowBuffer.rows, rowBuffer.bytes, rowBuffer.oldest]).toEqual([0, 0, undefined])
  })

  it('tell how long the oldest has waited', () => {
    const { rowBuffer, pass } = begin()
    expect(rowBuffer.lag()).toBe(0)
    rowBuffer.into.log.add(log(1))
    pass(500)
    rowBuffer.into.log.add(log(2))
    expect(rowBuffer.lag()).toBe(500)
    rowBuffer.cut()
    pass(10)
    expect(rowBuffer.lag()).toBe(510)
  })

  it('are given up by class when memory is full, samples first and facts last, and counted', () => {
    const { rowBuffer } = begin(100_000, 1e9)
    const { into } = rowBuffer
    const sample = (): boolean => into.blockSeen.append()
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
    expect(rowBuffer.bytes).toBeLessThan(102_000)
    expect(rowBuffer.givenUp).toMatchObject({ sample: { memory: 4 }, log: { memory: 3 }, fact: { memory: 2 } })
  })

  it('that are dropped are counted by their class', () => {
    const { rowBuffer } = begin()
    rowBuffer.into.log.add(log(1))
    rowBuffer.into.blockSeen.append()
    rowBuffer.cut()
    const batch = rowBuffer.first()
    if (batch === undefined) throw new Error('nothing waits')
    rowBuffer.drop(batch, 'stopped')
    expect(rowBuffer.givenUp).toMatchObject({ sample: { stopped: 1 }, log: { stopped: 1 } })
    expect(rowBuffer.rows).toBe(0)
  })

  it('are in batches that the store can tell from those of any other run', () => {
    const ids = [begin(), begin()].flatMap(({ rowBuffer }) => {
      for (let i = 0; i < 2; i++) {
        rowBuffer.into.log.add(log(1))
        rowBuffer.cut()
      }
      const first = rowBuffer.first()
      if (first !== undefined) rowBuffer.done(first)
      return [first?.storeId, rowBuffer.first()?.storeId]
    })
    expect(new Set(ids).size).toBe(4)
  })

  it('stay together where they have to, and are not refused then', () => {
    const { rowBuffer } = begin(20_000, 3)
    const { into } = rowBuffer
    rowBuffer.atomically(() => {
      for (let i = 0; i < 5; i++) into.log.add(log(i))
      rowBuffer.cut()
      rowBuffer.atomically(() => into.log.add(log(5)))
      into.log.add(log(6))
    })
    expect([rowBuffer.first(), rowBuffer.hasRoom]).toEqual([undefined, true])
    into.log.add(log(7))
    expect(rowBuffer.first()?.rows).toBe(7)
    expect(
      rowBuffer.atomically(() =>
        Array.from({ length: 100 }, () => into.log.add(log(1, 'x'.repeat(200)))).every(Boolean),
      ),
    ).toBe(true)
    expect([rowBuffer.hasRoom, rowBuffer.fill, into.log.add(log(8))]).toEqual([false, 1, false])
    expect(() =>
      rowBuffer.atomically(() => {
        throw new Error('no')
      }),
    ).toThrow('no')
    rowBuffer.cut()
    expect(rowBuffer.rows).toBe(108)
    expect(rowBuffer.newest).toBe(2)
  })

  it('have company of reserved ones when their batch is closed', () => {
    const { rowBuffer, pass } = begin(100, 3)
    const ends: string[] = []
    let reserved = 0
    rowBuffer.listen({
      closing(id) {
        for (; reserved > 0; reserved--) rowBuffer.into.log.add(log(id, 'x'.repeat(100)))
        ends.push(`closing ${id}`)
      },
      stored: (id) => ends.push(`stored ${id}`),
      givenUp: (id, reason) => ends.push(`${reason} ${id}`),
    })
    const reserve = (): void => {
      reserved++
      rowBuffer.reserve()
    }
    reserve()
    pass(7)
    expect([rowBuffer.rows, rowBuffer.newest, rowBuffer.oldest, rowBuffer.lag()]).toEqual([1, 1, 1, 7])
    for (let i = 0; i < 4; i++) reserve()
    rowBuffer.cut()
    const first = rowBuffer.first()
    expect([first?.id, first?.rows]).toEqual([1, 5])
    // What was reserved and never came leaves nothing behind.
    rowBuffer.reserve()
    rowBuffer.cut()
    expect([rowBuffer.rows, rowBuffer.newest]).toEqual([5, 1])
    reserve()
    rowBuffer.cut()
    rowBuffer.drop(2, 'refused')
    rowBuffer.drop(2, 'refused')
    if (first !== undefined) {
      rowBuffer.done(first)
      rowBuffer.done(first)
    }
    expect(ends).toEqual(['closing 1', 'closing 2', 'closing 2', 'refused 2', 'stored 1', 'stored 1'])
    expect([rowBuffer.rows, rowBuffer.bytes, rowBuffer.oldest, rowBuffer.givenUp.log.refused]).toEqual([
      0,
      0,
      undefined,
      1,
    ])
  })

  it('belong to a class by how long their table lives', () => {
    expect(rowTables.map((table) => [table, classOf(table)] as const).filter(([, one]) => one !== 'fact')).toEqual([
      ['nodeSample', 'sample'],
      ['blockSeen', 'sample'],
      ['metric', 'sample'],
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
