import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { channel, overflows } from './channel.ts'
import type { Overflow } from './channel.ts'

const never = new AbortController().signal
const open = (overflow: Overflow, capacity = 2) => {
  const dropped: string[] = []
  const line = channel<number>({
    capacity,
    overflow,
    onDrop: (value, reason) => dropped.push(`${value} ${reason}`),
  })
  return { line, dropped }
}
const drain = async (line: AsyncIterable<number>): Promise<number[]> => {
  const out: number[] = []
  for await (const value of line) out.push(value)
  return out
}

describe('a channel', () => {
  it('gives values in the order they came, to a receiver that waits and to one that comes later', async () => {
    const { line } = open('block', 3)
    const waiting = line.receive()
    for (const n of [1, 2, 3]) line.trySend(n)
    expect(await waiting).toBe(1)
    line.close()
    expect(await drain(line)).toEqual([2, 3])
  })

  it.each([
    { overflow: 'drop-oldest', left: [2, 3], dropped: ['1 full'] },
    { overflow: 'drop-newest', left: [1, 2], dropped: ['3 full'] },
    { overflow: 'latest', left: [3], dropped: ['1 full', '2 full'] },
  ] as const)('says what it gave up when full: $overflow', async ({ overflow, left, dropped }) => {
    const { line, dropped: given } = open(overflow)
    for (const n of [1, 2, 3]) await line.send(n, { signal: never })
    line.close()
    expect(await drain(line)).toEqual(left)
    expect(given).toEqual(dropped)
  })

  it('lets a sender wait for room under block, in its turn', async () => {
    const { line, dropped } = open('block')
    const sent = Promise.all([1, 2, 3, 4].map((n) => line.send(n, { signal: never })))
    expect(line.size()).toBe(2)
    expect(line.trySend(9)).toBe(false)
    const got = [await line.receive(), await line.receive(), await line.receive(), await line.receive()]
    expect(got).toEqual([1, 2, 3, 4])
    expect(await sent).toEqual([true, true, true, true])
    expect(dropped).toEqual([])
  })

  it('takes an aborted sender out of line and lets the next one in', async () => {
    const { line } = open('block', 1)
    const abort = new AbortController()
    line.trySend(1)
    const second = line.send(2, { signal: abort.signal })
    const third = line.send(3, { signal: never })
    abort.abort(new Error('gone'))
    await expect(second).rejects.toThrow('gone')
    await expect(line.send(4, { signal: abort.signal })).rejects.toThrow('gone')
    expect(await line.receive()).toBe(1)
    expect(await third).toBe(true)
    expect(await line.receive()).toBe(3)
  })

  it('gives undefined to a receiver whose signal aborts, and the value to the next one', async () => {
    const { line } = open('block')
    const abort = new AbortController()
    const impatient = line.receive({ signal: abort.signal })
    const patient = line.receive()
    abort.abort()
    expect(await impatient).toBeUndefined()
    line.trySend(7)
    expect(await patient).toBe(7)
  })

  it('ends a loop over its values when the signal aborts, though values wait', async () => {
    const { line } = open('block')
    const abort = new AbortController()
    line.trySend(1)
    line.trySend(2)
    const seen: number[] = []
    for await (const value of line.values({ signal: abort.signal })) {
      seen.push(value)
      abort.abort()
    }
    expect(seen).toEqual([1])
    expect(line.size()).toBe(1)
  })

  it('takes nothing after its end, ends its receivers, and tells waiting senders', async () => {
    const { line, dropped } = open('block', 1)
    line.trySend(1)
    const waiting = line.send(2, { signal: never })
    line.close()
    expect(line.closed).toBe(true)
    expect(await waiting).toBe(false)
    expect(line.trySend(3)).toBe(false)
    expect(dropped).toEqual(['2 closed', '3 closed'])
    expect(await drain(line)).toEqual([1])
    const empty = open('latest').line
    const ending = empty.receive()
    empty.close()
    expect(await ending).toBeUndefined()
  })

  it('refuses a capacity that is none', () => {
    expect(() => open('block', 0)).toThrow(RangeError)
    expect(() => open('block', 1.5)).toThrow(RangeError)
  })

  it('never holds more than its capacity and loses no value without saying so', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...overflows),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.constantFrom('send', 'receive'), { maxLength: 60 }),
        async (overflow, capacity, steps) => {
          const dropped: number[] = []
          const refused: number[] = []
          const got: (number | undefined)[] = []
          const line = channel<number>({ capacity, overflow, onDrop: (value) => dropped.push(value) })
          let n = 0
          for (const step of steps) {
            if (step === 'send') {
              n++
              if (!line.trySend(n) && overflow === 'block') refused.push(n)
            } else if (line.size() > 0) got.push(await line.receive())
            expect(line.size()).toBeLessThanOrEqual(overflow === 'latest' ? 1 : capacity)
          }
          line.close()
          got.push(...(await drain(line)))
          expect(got).toEqual([...got].sort((a, b) => (a ?? 0) - (b ?? 0)))
          const all = [...got, ...dropped, ...refused].sort((a, b) => (a ?? 0) - (b ?? 0))
          expect(all).toEqual(Array.from({ length: n }, (_, i) => i + 1))
        },
      ),
    )
  })
})
