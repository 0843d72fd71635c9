import { blockNumber } from '@netstats/protocol'
import type { Block } from '@netstats/protocol'
import { exampleBlock } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { createTestRegistry } from './testing.ts'

/** A node that ends each connection on which it answers with more than `most` blocks, as one that sends too large a frame. */
const askedWhile = (most: number, sessions: number): readonly number[] => {
  const test = createTestRegistry()
  const gateway = test.gateway()
  const asked: number[] = []
  const block = (n: number): Block => exampleBlock(blockNumber(n))
  for (let session = 1; session <= sessions; session++) {
    const info = { name: 'besu', networkId: '1337' }
    const login = { protocol: 'ethstats', node: 'besu', info, address: '192.0.2.1', secret: 's3cret' } as const
    gateway.login(session, { ...login, historyBatch: 5 })
    for (const n of [100, 200]) gateway.observe(session, { kind: 'block', body: block(n) })
    let isUp = true
    for (let round = 0; round < 4 && isUp; round++) {
      test.pass(5000)
      gateway.commands.length = 0
      gateway.observe(session, { kind: 'latency', body: { latencyMs: 3 } })
      const numbers = gateway.commands.find((one) => one.type === 'request-blocks')?.numbers
      if (numbers === undefined || numbers[0] === 0) {
        if (numbers !== undefined) gateway.blocks(session, [block(0)])
        continue
      }
      asked.push(numbers.length)
      if (numbers.length <= most) gateway.blocks(session, numbers.map(block))
      else isUp = false
    }
    gateway.closed(session)
    gateway.gone(session)
    test.pass(1000)
  }
  return asked
}

describe('a client whose answer is larger than a frame may be', () => {
  it('is asked for fewer blocks in the next session, until it can answer', () => {
    expect(askedWhile(2, 3)).toEqual([5, 2, 4, 2, 4])
  })

  it('is left in peace where not even one block can come', () => {
    expect(askedWhile(0, 12)).toEqual([5, 2, 1, 1])
  })
})
