import { describe, expect, it } from 'vitest'
import { createBuildCache } from './build-cache.ts'
import type { BuildLimits, BuildCache } from './build-cache.ts'

interface Build {
  readonly key: string
  readonly signal: AbortSignal
  finish(): void
  fail(error: Error): void
}

const begin = (limits: Partial<BuildLimits> = {}) => {
  const started: Build[] = []
  const clock = { now: 0 }
  const builds: BuildCache<string> = createBuildCache({
    sizeOf: (built) => built.length,
    monotonic: () => clock.now,
    limits,
  })
  const ask = (key: string, { signal, lasting = true }: { signal?: AbortSignal; lasting?: boolean } = {}) =>
    builds.get(key, {
      lasting,
      signal,
      build: (own) =>
        new Promise((resolve, reject) => {
          own.addEventListener('abort', () => reject(own.reason as Error), { once: true })
          started.push({ key, signal: own, finish: () => resolve(key), fail: reject })
        }),
    })
  return { ask, started, clock, keys: () => started.map((one) => one.key) }
}
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

describe('shared builds', () => {
  it('build once for all who ask at the same time, and not again for those who ask later', async () => {
    const { ask, started, keys } = begin()
    const asked = [ask('a'), ask('a'), ask('a')]
    await settled()
    started[0]?.finish()
    expect(await Promise.all(asked)).toEqual(['a', 'a', 'a'])
    expect(await ask('a')).toBe('a')
    expect(keys()).toEqual(['a'])
  })

  it('end a build nobody waits for any more, and only then', async () => {
    const { ask, started } = begin()
    const [first, second] = [new AbortController(), new AbortController()]
    const asked = [ask('a', { signal: first.signal }), ask('a', { signal: second.signal })]
    await settled()
    first.abort()
    await expect(asked[0]).rejects.toMatchObject({ code: 'STORE_QUERY_CANCELLED' })
    expect(started[0]?.signal.aborted).toBe(false)
    second.abort()
    await expect(asked[1]).rejects.toMatchObject({ code: 'STORE_QUERY_CANCELLED' })
    expect(started[0]?.signal.aborted).toBe(true)
    const again = ask('a')
    await settled()
    started[1]?.finish()
    expect(await again).toBe('a')
  })

  it('run two at a time, let others wait their turn, and turn away the rest', async () => {
    const { ask, started, keys } = begin({ builds: 2, waiting: 1 })
    const asked = [ask('a'), ask('b'), ask('c')]
    await settled()
    expect(keys()).toEqual(['a', 'b'])
    await expect(ask('d')).rejects.toMatchObject({ code: 'STORE_BUSY', retryable: true })
    started[0]?.finish()
    await settled()
    expect(keys()).toEqual(['a', 'b', 'c'])
    started[1]?.finish()
    started[2]?.finish()
    expect(await Promise.all(asked)).toEqual(['a', 'b', 'c'])
  })

  it('give the turn of one who left to the next', async () => {
    const { ask, started, keys } = begin({ builds: 1, waiting: 2 })
    const left = new AbortController()
    const asked = [ask('a'), ask('b', { signal: left.signal }), ask('c')]
    await settled()
    left.abort()
    await expect(asked[1]).rejects.toMatchObject({ code: 'STORE_QUERY_CANCELLED' })
    started[0]?.finish()
    await settled()
    expect(keys()).toEqual(['a', 'c'])
    started[1]?.finish()
    expect(await asked[2]).toBe('c')
  })

  it('tell a failure to all who wait, and try again for the next', async () => {
    const { ask, started } = begin()
    const asked = [ask('a'), ask('a')]
    await settled()
    started[0]?.fail(new Error('no'))
    for (const one of asked) await expect(one).rejects.toThrow('no')
    const again = ask('a')
    await settled()
    started[1]?.finish()
    expect(await again).toBe('a')
  })

  it('keep the ones asked for last, within number and size', async () => {
    const { ask, started, keys } = begin({ kept: 2, size: 8 })
    const get = async (key: string): Promise<void> => {
      const asked = ask(key)
      await settled()
      started.at(-1)?.finish()
      expect(await asked).toBe(key)
    }
    await get('a')
    await get('b')
    await get('a')
    await get('c')
    await get('a')
    expect(keys()).toEqual(['a', 'b', 'c'])
    await get('a very long one')
    await get('a')
    expect(keys()).toEqual(['a', 'b', 'c', 'a very long one', 'a'])
  })

  it('keep for a second what may soon be another', async () => {
    const { ask, started, clock, keys } = begin()
    const first = ask('a', { lasting: false })
    await settled()
    started[0]?.finish()
    await first
    clock.now = 1000
    expect(await ask('a')).toBe('a')
    clock.now = 1001
    const again = ask('a')
    await settled()
    expect(keys()).toEqual(['a', 'a'])
    started[1]?.finish()
    await again
  })

  it('do not begin for someone who has left', async () => {
    const { ask, keys } = begin()
    await expect(ask('a', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'STORE_QUERY_CANCELLED' })
    expect(keys()).toEqual([])
  })
})
