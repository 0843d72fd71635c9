import { describe, expect, it } from 'vitest'
import { createWorkScheduler } from './password-queue.ts'

/** Work that goes on until it is told to end, and who was at work in which order. */
const createTestQueue = () => {
  const turns = createWorkScheduler()
  const order: string[] = []
  const open: (() => void)[] = []
  const come = (origin: string, known = false): Promise<'done' | 'busy'> =>
    turns({ origin, known }, () => {
      order.push(origin)
      return new Promise<void>((resolve) => open.push(resolve))
    }).then(
      () => 'done' as const,
      (error: { code: string }) => (error.code === 'AUTH_BUSY' ? ('busy' as const) : Promise.reject(error)),
    )
  const work = async (): Promise<void> => {
    for (let quiet = 0; quiet < 3; quiet++) {
      for (const end of open.splice(0)) {
        end()
        quiet = 0
      }
      await new Promise(setImmediate)
    }
  }
  return { come, work, order, running: () => open.length }
}

describe('turns to have a password looked at', () => {
  it('are two at once', async () => {
    const queue = createTestQueue()
    const all = ['a', 'b', 'c', 'd'].map((origin) => queue.come(origin))
    expect(queue.running()).toBe(2)
    await queue.work()
    expect(await Promise.all(all)).toEqual(['done', 'done', 'done', 'done'])
  })

  it('are had by ten others while one address fills what it can', async () => {
    const queue = createTestQueue()
    const guesses = Array.from({ length: 200 }, () => queue.come('guesser'))
    const others = Array.from({ length: 10 }, (_, i) => queue.come(`other ${i}`))
    await queue.work()
    expect(await Promise.all(others)).toEqual(others.map(() => 'done'))
    expect((await Promise.all(guesses)).filter((one) => one === 'busy').length).toBeGreaterThan(180)
    // And not at the end of the queue of the one.
    expect(queue.order.indexOf('other 9')).toBeLessThan(15)
  })

  it('are had by those who were good before while addresses without number take all other places', async () => {
    const queue = createTestQueue()
    const guesses = Array.from({ length: 500 }, (_, i) => queue.come(`guesser ${i}`))
    const known = Array.from({ length: 10 }, (_, i) => queue.come(`good ${i}`, true))
    await queue.work()
    expect(await Promise.all(known)).toEqual(known.map(() => 'done'))
    expect((await Promise.all(guesses)).filter((one) => one === 'done')).toHaveLength(66)
    expect(queue.order.indexOf('good 9')).toBeLessThan(25)
  })

  it('are given up by who has most that wait', async () => {
    const queue = createTestQueue()
    for (let i = 0; i < 2; i++) void queue.come('at work')
    const crowd = Array.from({ length: 8 }, (_, i) => Array.from({ length: 8 }, () => queue.come(`crowd ${i}`)))
    const late = queue.come('late')
    await queue.work()
    expect(await late).toBe('done')
    expect((await Promise.all(crowd.flat())).filter((one) => one === 'busy')).toHaveLength(1)
  })

  it('go on after work that failed', async () => {
    const turns = createWorkScheduler()
    const fails = () => turns({ origin: 'a', known: false }, () => Promise.reject(new Error('no')))
    for (let i = 0; i < 5; i++) await expect(fails()).rejects.toThrow('no')
    expect(await turns({ origin: 'a', known: false }, () => Promise.resolve(7))).toBe(7)
  })
})
