import { describe, expect, it, vi } from 'vitest'
import { StoreError } from '../store-errors.ts'
import { createMutex } from './mutex.ts'
import { createQueryEnd } from './query-end.ts'

const timeoutMs = 5000
const never = new AbortController().signal
const taken = new StoreError('STORE_QUERY_CANCELLED', 'A file was taken away.', { retryable: true })

describe('a query that is ended', () => {
  it.each(['before it comes to the gate', 'while it waits there'])(
    'does not wait for the gate, whose holder may wait for its end: %s',
    async (when) => {
      const gate = createMutex()
      const holder = Promise.withResolvers<void>()
      const held = gate.run(() => holder.promise)
      using ending = createQueryEnd(gate, { signal: never, timeoutMs })
      const task = vi.fn(() => Promise.resolve())
      if (when.startsWith('before')) ending.end(taken)
      const waiting = expect(ending.gated(task)).rejects.toBe(taken)
      ending.end(taken)
      await waiting
      holder.resolve()
      await held
      await gate.run(() => Promise.resolve())
      expect(task).not.toHaveBeenCalled()
    },
  )

  it('says who ended it first: its time, its caller, or the store', () => {
    vi.useFakeTimers()
    const caller = new AbortController()
    using late = createQueryEnd(createMutex(), { signal: caller.signal, timeoutMs })
    using cancelled = createQueryEnd(createMutex(), { signal: caller.signal, timeoutMs: timeoutMs + 1 })
    vi.advanceTimersByTime(timeoutMs)
    caller.abort()
    cancelled.end(taken)
    expect(() => late.check()).toThrow(expect.objectContaining({ code: 'STORE_QUERY_TIMEOUT' }))
    expect(() => cancelled.check()).toThrow('taken back')
    expect(() => createQueryEnd(createMutex(), { signal: caller.signal, timeoutMs })).toThrow('taken back')
    vi.useRealTimers()
  })

  it('is not ended by its caller or its time any more once it is over', () => {
    vi.useFakeTimers()
    const caller = new AbortController()
    const ending = createQueryEnd(createMutex(), { signal: caller.signal, timeoutMs })
    ending[Symbol.dispose]()
    caller.abort()
    expect(vi.getTimerCount()).toBe(0)
    expect(() => ending.check()).not.toThrow()
    vi.useRealTimers()
  })
})
