import { describe, expect, it } from 'vitest'
import { frameReader } from './frames.ts'
import { blockJson, hello, prepareBlock, staticFrames, writeBlock } from './geth-workload.ts'

/** A client frame as the server will see it: the mask is all zeroes. */
const textOf = (frame: Buffer): string => {
  const unmasked = Buffer.from(frame)
  const head = unmasked.length < 132 ? 2 : 4
  unmasked[1] = (unmasked[1] ?? 0) & 0x7f
  return frameReader()(Buffer.concat([unmasked.subarray(0, head), unmasked.subarray(head + 4)]))
    .map(({ payload }) => payload.toString())
    .join()
}

describe('block frames', () => {
  it('put the id of each agent beside the same block, as geth does', () => {
    const json = blockJson(7, 1_800_000_000)
    const prepared = prepareBlock({ number: 7, json })
    for (const id of ['agent-00001', 'agent-00002', 'another one'])
      expect(textOf(writeBlock(prepared, id))).toBe(`{"emit":["block",{"block":${json},"id":"${id}"}]}\n`)
  })
})

describe('the blocks of the workload', () => {
  const blockOf = (...args: Parameters<typeof blockJson>) =>
    JSON.parse(blockJson(...args)) as { hash: string; parentHash: string; miner: string }

  it('are a chain, which sealers seal in turn', () => {
    expect(blockOf(8, 0).parentHash).toBe(blockOf(7, 0).hash)
    const miners = Array.from({ length: 14 }, (_, i) => blockOf(i, 0, { sealers: 7 }).miner)
    expect(new Set(miners).size).toBe(7)
    expect(miners.slice(7)).toEqual(miners.slice(0, 7))
  })

  it('have a sibling of another hash on the same parent', () => {
    const [block, sibling] = [blockOf(9, 0), blockOf(9, 0, { sibling: true })]
    expect(sibling.parentHash).toBe(block.parentHash)
    expect([sibling.hash, sibling.miner]).not.toEqual([block.hash, block.miner])
  })
})

describe('the other frames of a geth', () => {
  it('say who it is, in its network, and whether it syncs', () => {
    const said = textOf(hello('n', 's', { networkId: '7', client: 'besu/v1' }))
    expect(JSON.parse(said)).toMatchObject({
      emit: ['hello', { id: 'n', secret: 's', info: { net: '7', node: 'besu/v1' } }],
    })
    for (const syncing of [false, true])
      expect(JSON.parse(textOf(staticFrames('n', 1, syncing).stats))).toMatchObject({
        emit: ['stats', { stats: { syncing } }],
      })
  })
})
