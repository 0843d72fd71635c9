import { createFakeClock } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { createNetwork } from '../network.ts'
import { runLive } from './live.ts'

const networkAt = (start: number) => createNetwork({ engine: 'aura', validators: 3, seed: 1, period: 2, start })

describe('a live network', () => {
  it('has the time of its clock', async () => {
    const clock = createFakeClock()
    const network = networkAt(clock.now())
    await using _live = runLive(network, { clock })
    await clock.advance(20_000)
    await clock.until(() => network.now() === clock.now())
    expect(network.nodes[0]?.head.number).toBeGreaterThanOrEqual(9)
  })

  it('goes faster where it is told to', async () => {
    const clock = createFakeClock()
    const network = networkAt(clock.now())
    await using _live = runLive(network, { clock, speed: 10 })
    await clock.advance(3000)
    await clock.until(() => network.now() === network.options.start + 30_000)
  })

  it('stands still once it is disposed of', async () => {
    const clock = createFakeClock()
    const network = networkAt(clock.now())
    const live = runLive(network, { clock })
    await clock.advance(1000)
    await live[Symbol.asyncDispose]()
    const { number } = network.nodes[0]?.head ?? { number: NaN }
    await clock.advance(20_000)
    expect(network.nodes[0]?.head.number).toBe(number)
  })
})
