import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RpcError } from './errors.ts'
import { call, encodeCall, isMissingMethod, isRateLimited, parseIncoming } from './messages.ts'
import type { Reply } from './messages.ts'

const failure = (code: number, message = ''): Reply => ({ ok: false, code, message })

describe('JSON-RPC messages', () => {
  it('are written as version 2.0', () => {
    expect(JSON.parse(encodeCall(7, call('eth_getBlockByNumber', 'latest', false)))).toEqual({
      jsonrpc: '2.0',
      id: 7,
      method: 'eth_getBlockByNumber',
      params: ['latest', false],
    })
  })

  it('are read alone and in batches', () => {
    expect(parseIncoming('{"id":1,"result":null}')).toEqual([
      { type: 'reply', id: 1, reply: { ok: true, result: null } },
    ])
    expect(parseIncoming('[{"id":1,"result":"0x1"},{"id":2,"error":{"code":-32601,"message":"no"}}]')).toEqual([
      { type: 'reply', id: 1, reply: { ok: true, result: '0x1' } },
      { type: 'reply', id: 2, reply: failure(-32601, 'no') },
    ])
  })

  it('may be notices of a subscription', () => {
    const text = '{"method":"eth_subscription","params":{"subscription":"0x9","result":{"hash":"0xab"}}}'
    expect(parseIncoming(text)).toEqual([{ type: 'notice', subscription: '0x9', result: { hash: '0xab' } }])
  })

  it('keep a refusal bounded, whatever the node writes into it', () => {
    const [message] = parseIncoming(JSON.stringify({ id: null, error: { code: 'x', message: 'y'.repeat(5000) } }))
    expect(message).toEqual({ type: 'reply', id: null, reply: failure(0, 'y'.repeat(200)) })
  })

  it.each(['', '{', 'null', '7', '"x"', '[null]', '[[]]', '<html>'])('are not %s', (text) => {
    expect(() => parseIncoming(text)).toThrow(RpcError)
  })

  it('are read where a gateway writes ids as text, leaves them out, or refuses in a bare text', () => {
    expect(
      parseIncoming('\ufeff[{"id":"12","result":"0x1"},{"result":null,"error":null},{"id":3,"error":"no"}]'),
    ).toEqual([
      { type: 'reply', id: 12, reply: { ok: true, result: '0x1' } },
      { type: 'reply', id: null, reply: { ok: true, result: null } },
      { type: 'reply', id: 3, reply: failure(0, 'no') },
    ])
  })

  it('are unknown where they are JSON but no message', () => {
    expect(parseIncoming('{"id":"text","result":1}')).toEqual([{ type: 'unknown' }])
    expect(parseIncoming('{"id":1}')).toEqual([{ type: 'unknown' }])
  })

  it('never fail in any other way than RpcError', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          for (const one of parseIncoming(text)) expect(['reply', 'notice', 'unknown']).toContain(one.type)
        } catch (error) {
          expect(error).toBeInstanceOf(RpcError)
        }
      }),
    )
  })
})

describe('a refusal', () => {
  it.each([
    failure(-32601),
    failure(-32604),
    failure(-32000, 'the method net_peerCount does not exist/is not available'),
    failure(-32000, 'Method not found'),
    failure(0, 'Unsupported method: eth_mining'),
  ])('of a method the client lacks is known: %j', (reply) => {
    expect(isMissingMethod(reply)).toBe(true)
  })

  it.each([failure(-32000, 'header not found'), failure(-32603, 'internal error'), failure(-32005, 'limit exceeded')])(
    'for another reason is not taken for one: %j',
    (reply) => {
      expect(isMissingMethod(reply)).toBe(false)
    },
  )

  it('for asking too often is known', () => {
    expect([failure(-32005), failure(429), failure(-1, 'Too Many Requests')].every(isRateLimited)).toBe(true)
    expect(isRateLimited(failure(-32601))).toBe(false)
  })
})
