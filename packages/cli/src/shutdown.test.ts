import { describe, expect, it } from 'vitest'
import { createLatch, openShutdown } from './shutdown.ts'

describe('the wish to end', () => {
  it('is taken once, its echo is not, and a later one forces', () => {
    let now = 0
    const heard: string[] = []
    const ask = createLatch({
      now: () => now,
      onFirst: (reason) => heard.push(reason),
      onForce: () => heard.push('force'),
    })
    ask('SIGINT')
    now = 300
    ask('SIGINT')
    expect(heard).toEqual(['SIGINT'])
    now = 3000
    ask('SIGINT')
    expect(heard).toEqual(['SIGINT', 'force'])
  })

  it('comes by signal, and nobody listens any more afterwards', async () => {
    const before = process.listenerCount('SIGTERM')
    {
      using shutdown = openShutdown(() => undefined)
      expect(process.listenerCount('SIGTERM')).toBe(before + 1)
      process.emit('SIGTERM')
      await shutdown.asked
      expect(shutdown.signal.aborted).toBe(true)
    }
    expect(process.listenerCount('SIGTERM')).toBe(before)
  })
})
