import { describe, expect, it } from 'vitest'
import { frameReader } from './frames.ts'
import { blockJson, prepareBlock, writeBlock } from './geth-mix.ts'

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
