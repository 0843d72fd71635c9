import { nodeId, unixMs } from '@netstats/protocol'
import type { Block } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import { createCore } from './core.ts'

const hashOf = (n: number): string => `0x${n.toString(16).padStart(64, '0')}`
const block = (number: number, parentHash = hashOf(number - 1)): Block =>
  ({
    number,
    hash: hashOf(number),
    parentHash,
    timestamp: 1_767_225_600 + number * 5,
    miner: `0x${'a'.repeat(40)}`,
    gasUsed: 0,
    gasLimit: 1,
    difficulty: 2n,
    transactions: 0,
    uncles: 0,
  }) as unknown as Block
const unnamed = hashOf(0)

const watch = () => {
  const core = createCore()
  let at = 1_767_225_700_000
  const connect = (node: string): void => {
    core.apply({ type: 'connected', at: unixMs(at++), node, info: { name: node, networkId: '1' }, address: null })
  }
  const say = (node: string, body: Block): void => {
    const observation = { kind: 'block' as const, node: nodeId(node), observedAt: unixMs(at), body }
    core.apply({ type: 'observation', at: unixMs(at++), network: '1', observation })
  }
  return { core, connect, say, network: () => core.network('1') }
}

describe('a reporter that names no parents', () => {
  it('reporters the blocks that others report', () => {
    const { connect, say, network } = watch()
    connect('new')
    connect('old')
    say('new', block(7))
    say('new', block(8))
    say('old', block(8, unnamed))
    expect(network()?.node('old')?.blockNumber).toBe(8)
    expect(network()?.head()).toMatchObject({ number: 8, parentHash: hashOf(7), nodes: 2 })
  })

  it('does not keep others from completing a block it was the first to report', () => {
    const { connect, say, network } = watch()
    connect('old')
    connect('new')
    say('new', block(7))
    say('old', block(8, unnamed))
    say('new', block(8))
    say('new', block(9))
    expect(network()?.head()).toMatchObject({ number: 9, nodes: 1 })
    expect(network()?.block(hashOf(8))).toMatchObject({
      parentHash: hashOf(7),
      canonical: true,
      nodes: 2,
      blockTimeMs: 5000,
    })
    expect(network()?.block(hashOf(7))).toMatchObject({ canonical: true })
  })
})
