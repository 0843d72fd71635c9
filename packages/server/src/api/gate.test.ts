import { describe, expect, it } from 'vitest'
import { createGate } from './gate.ts'

const limits = { running: 4, runningPerClient: 2, waiting: 3, waitingPerClient: 2, waitMs: 60_000 }
const { signal } = new AbortController()

describe('the gate', () => {
  it('lets one client have its share and leaves the rest to others', async () => {
    const gate = createGate(limits)
    const first = await gate.enter('a', signal)
    expect(await gate.enter('a', signal)).toBeDefined()
    const third = gate.enter('a', signal)
    expect(gate.counts()).toEqual({ running: 2, waiting: 1, refused: 0 })
    expect(await gate.enter('b', signal)).toBeDefined()
    first?.[Symbol.dispose]()
    expect(await third).toBeDefined()
    expect(gate.counts()).toEqual({ running: 3, waiting: 0, refused: 0 })
  })

  it('hands a place that is free to the first who may have it', async () => {
    const gate = createGate(limits)
    const [a] = [await gate.enter('a', signal), await gate.enter('a', signal)]
    const b = await gate.enter('b', signal)
    const order: string[] = []
    const enter = async (client: string): Promise<void> => {
      await gate.enter(client, signal)
      order.push(client)
    }
    const all = [enter('a'), enter('c')]
    b?.[Symbol.dispose]()
    await all[1]
    expect(order).toEqual(['c'])
    a?.[Symbol.dispose]()
    await all[0]
    expect(order).toEqual(['c', 'a'])
  })

  it('refuses and counts who comes when nobody may wait any more', async () => {
    const gate = createGate(limits)
    await gate.enter('a', signal)
    await gate.enter('a', signal)
    void gate.enter('a', signal)
    void gate.enter('a', signal)
    expect(await gate.enter('a', signal)).toBeUndefined()
    expect(gate.counts()).toEqual({ running: 2, waiting: 2, refused: 1 })
  })

  it('refuses who has waited long enough', async () => {
    const gate = createGate({ ...limits, running: 1, waitMs: 1 })
    await gate.enter('a', signal)
    expect(await gate.enter('b', signal)).toBeUndefined()
    expect(gate.counts()).toEqual({ running: 1, waiting: 0, refused: 1 })
  })

  it('forgets who leaves while waiting, without a count', async () => {
    const gate = createGate({ ...limits, running: 1 })
    const place = await gate.enter('a', signal)
    const left = new AbortController()
    const waiting = gate.enter('b', left.signal)
    left.abort()
    expect(await waiting).toBeUndefined()
    expect(await gate.enter('c', left.signal)).toBeUndefined()
    place?.[Symbol.dispose]()
    expect(gate.counts()).toEqual({ running: 0, waiting: 0, refused: 0 })
  })

  it('takes a place back once, however often it is given', async () => {
    const gate = createGate({ ...limits, running: 1 })
    const place = await gate.enter('a', signal)
    place?.[Symbol.dispose]()
    place?.[Symbol.dispose]()
    await gate.enter('a', signal)
    expect(gate.counts().running).toBe(1)
  })

  it('has a place for another when several clients take all they may', async () => {
    const gate = createGate({ running: 4, runningPerClient: 2, waiting: 10, waitingPerClient: 8, waitMs: 60_000 })
    for (const client of ['a', 'a', 'b']) expect(await gate.enter(client, signal)).toBeDefined()
    for (let i = 0; i < 8; i++) void gate.enter(i < 4 ? 'a' : 'b', signal)
    expect(gate.counts()).toMatchObject({ running: 3, waiting: 8 })
    expect(await gate.enter('c', signal)).toBeDefined()
    // And one to wait in, where there is none to run in.
    void gate.enter('d', signal)
    expect(gate.counts()).toMatchObject({ running: 4, waiting: 9, refused: 0 })
    expect(await gate.enter('a', signal)).toBeUndefined()
  })

  it('hands a free place to the client that has fewest, not to the one that asked most', async () => {
    const gate = createGate({ running: 3, runningPerClient: 2, waiting: 10, waitingPerClient: 8, waitMs: 60_000 })
    const first = await gate.enter('a', signal)
    await gate.enter('a', signal)
    const order: string[] = []
    const enter = async (client: string): Promise<void> => {
      const place = await gate.enter(client, signal)
      order.push(client)
      place?.[Symbol.dispose]()
    }
    await gate.enter('b', signal)
    const all = [enter('a'), enter('a'), enter('c')]
    first?.[Symbol.dispose]()
    await all[2]
    expect(order).toEqual(['c'])
  })
})
