/** Headers behind blocks, of a node whose chain is one of proof of authority, and of others. */
import { blockNumber } from '@netstats/protocol'
import { configFor, createTestContext } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { rawBlock, sane, startHostileNode } from '../../test-support/hostile-node.ts'
import type { Answer, RpcRequest } from '../../test-support/hostile-node.ts'
import { watch } from '../../test-support/watch.ts'
import { ethereum } from './mod.ts'

const root = `0x${'11'.repeat(32)}`
const sealed = {
  sha3Uncles: root,
  stateRoot: root,
  transactionsRoot: root,
  receiptsRoot: root,
  logsBloom: `0x${'00'.repeat(256)}`,
}
const clique = { ...sealed, mixHash: `0x${'0'.repeat(64)}`, nonce: `0x${'0'.repeat(16)}` }
const vanity = `0x${'00'.repeat(97)}`

/** A node of so many blocks, with these fields in each. */
const nodeOf =
  (height: number, fields: object) =>
  (request: RpcRequest): Answer => {
    const answer = sane(height)(request)
    const isBlock = request.method.startsWith('eth_getBlock') && 'result' in answer && answer.result !== null
    return isBlock ? { result: { ...(answer.result as object), ...fields } } : answer
  }

const open = async (endpoint: string, more: Record<string, unknown> = {}) => {
  const context = createTestContext()
  const config = configFor(ethereum, { node: 'alpha', endpoint, pollInterval: '100ms', ...more })
  return { context, source: await ethereum.open(config, context) }
}

describe('the header of a new block', () => {
  it('follows it once on a chain of proof of authority, also where the block fills a gap', async () => {
    await using node = await startHostileNode(nodeOf(7, { ...clique, extraData: vanity }))
    const { source: opened } = await open(node.http)
    await using source = opened
    await using seen = watch(source)
    await seen.until('header', (one) => one.body.number === 7)
    node.answer = nodeOf(10, { ...clique, extraData: vanity })
    await seen.until('header', (one) => one.body.number === 10)
    expect(seen.of('header').map(({ body }) => body.number)).toEqual([7, 8, 9, 10])
    expect(seen.of('header')[0]?.body).toMatchObject({ hash: rawBlock(7).hash, extraData: vanity, difficulty: '0x2' })
    const kinds = seen.seen.flatMap(({ kind }) => (kind === 'block' || kind === 'header' ? [kind] : []))
    expect(kinds.slice(0, 2)).toEqual(['block', 'header'])
  })

  it.each([
    ['of proof of stake', { ...sealed, mixHash: root, nonce: '0x0000000000000000', extraData: '0x' }, {}],
    ['where it is not wanted', { ...clique, extraData: vanity }, { blockHeaders: 'never' }],
    ['that cannot be read', { ...clique, extraData: vanity, stateRoot: '0x12' }, {}],
  ])('is not sent %s', async (_, fields, options) => {
    await using node = await startHostileNode(nodeOf(7, fields))
    const { source: opened, context } = await open(node.http, options)
    await using source = opened
    await using seen = watch(source)
    await seen.until('block', ({ body }) => body.number === 7)
    node.answer = nodeOf(8, fields)
    await seen.until('block', ({ body }) => body.number === 8)
    expect(seen.of('header')).toEqual([])
    expect((context.counts['headers_unread'] ?? 0) > 0).toBe('stateRoot' in fields && fields.stateRoot === '0x12')
    const past = await source.headers?.([7].map(blockNumber), { signal: AbortSignal.timeout(5000) })
    expect(past).toEqual([])
  })

  it('is sent of any chain where it is always wanted', async () => {
    await using node = await startHostileNode(nodeOf(7, { ...sealed, mixHash: root, extraData: '0x' }))
    const { source: opened } = await open(node.http, { blockHeaders: 'always' })
    await using source = opened
    await using seen = watch(source)
    expect((await seen.until('header', () => true)).body.number).toBe(7)
  })
})

describe('headers of the past', () => {
  it('are given by number, ascending, without those that are not there', async () => {
    await using node = await startHostileNode(nodeOf(7, { ...clique, extraData: vanity }))
    const { source: opened } = await open(node.http)
    await using source = opened
    const numbers = [6, 2, 9].map(blockNumber)
    const headers = await source.headers?.(numbers, { signal: AbortSignal.timeout(5000) })
    expect(headers?.map(({ number }) => number)).toEqual([2, 6])
  })
})
