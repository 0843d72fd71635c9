/** An endpoint whose bus is full: here the core is the test. */
import { writeFrame } from '@netstats/protocol/netstats'
import { describe, expect, it, vi } from 'vitest'
import { openTestEndpoint } from './testing-endpoint.ts'
import { logOf } from './testing.ts'

describe('an endpoint that is held', () => {
  it('reads from no agent that speaks, lets others in, and goes on with all that was sent', async () => {
    await using running = await openTestEndpoint()
    const loud = await running.connect('loud', 'a')
    running.endpoint.hold(true)
    const count = 30
    const text = 'x'.repeat(3000)
    for (let number = 1; number <= count; number++) {
      const after = (number - 1) * 30
      const items = Array.from({ length: 30 }, (_, i) => ({ ...logOf('loud', text), sequence: after + 1 + i }))
      loud.send(writeFrame({ type: 'batch', after, number, items }))
    }
    // Each of these takes some turns of the event loop, in which the other could have been read.
    for (const digit of ['b', 'c', 'd', 'e']) await running.connect(`calm-${digit}`, digit)
    expect(running.batches.length).toBeLessThan(10)
    running.endpoint.hold(false)
    await vi.waitFor(() => expect(running.batches).toHaveLength(count), { timeout: 10_000 })
    loud.terminate()
  })
})
