import { describe, expect, it } from 'vitest'
import { nodeId } from '../units.ts'
import { createBodyMemo } from './body-memo.ts'
import { parseBatch, readAgentFrame } from './read-agent.ts'
import { batchText } from './test-support/frames.ts'

const node = nodeId('alpha')
describe('a body memo', () => {
  const hash = (n: number): string => `0x${n.toString(16).padStart(64, '0')}`
  const block = (n: number, more = ''): string =>
    `{"number":${n},"hash":"${hash(n)}","parentHash":"${hash(n)}","timestamp":1,"miner":"0x${'0'.repeat(40)}","gasUsed":0,"gasLimit":1,"difficulty":"2","transactions":1,"uncles":0,"transactionHashes":["${hash(7)}"]${more}}`
  const bodyOf = (text: string, memo: ReturnType<typeof createBodyMemo>): unknown =>
    parseBatch(batchText([`block 1 5 ${text}`]), { node, memo }).items[0]?.observation.body

  it('gives the same frozen block to every agent that sends it, by batch or by now', () => {
    const memo = createBodyMemo()
    const first = bodyOf(block(7), memo)
    expect(bodyOf(block(7), memo)).toBe(first)
    const now = readAgentFrame(`{"type":"now","number":1}\nblock 9 ${block(7)}`, { node, memo })
    expect(now.type === 'now' && now.observations[0]?.body).toBe(first)
    expect(Object.isFrozen(first)).toBe(true)
    expect(Object.isFrozen((first as { transactionHashes: object }).transactionHashes)).toBe(true)
    expect([memo.hits, memo.misses]).toEqual([2, 1])
  })

  it('takes blocks apart that differ in one character, and remembers nothing that is none', () => {
    const memo = createBodyMemo()
    expect(bodyOf(block(7, ',"size":1'), memo)).toMatchObject({ size: 1 })
    expect(bodyOf(block(7, ',"size":2'), memo)).toMatchObject({ size: 2 })
    expect(bodyOf('{"number":7}', memo)).toBeUndefined()
    expect(bodyOf('{"number":7}', memo)).toBeUndefined()
    expect(memo.hits).toBe(0)
  })

  it('is not asked for answers: they are one node only', () => {
    const memo = createBodyMemo()
    readAgentFrame(`{"type":"answer","id":1}\nblock 5 ${block(7)}`, { node, memo })
    expect([memo.hits, memo.misses]).toEqual([0, 0])
  })
})
