import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerText } from './json-rpc.ts'
import { RpcFault } from './rpc-fault.ts'

const call = (method: string, params: readonly unknown[]): unknown => {
  if (method === 'refused') throw new RpcFault(-32_601, 'no such method')
  return [method, ...params]
}
const ask = (request: unknown): unknown => {
  const text = answerText(JSON.stringify(request), call)
  return text === undefined ? undefined : JSON.parse(text)
}

describe('JSON-RPC', () => {
  it('answers a request, a batch, and no notification', () => {
    expect(ask({ jsonrpc: '2.0', id: 7, method: 'a', params: [1] })).toEqual({
      jsonrpc: '2.0',
      id: 7,
      result: ['a', 1],
    })
    expect(ask([{ id: 'x', method: 'a' }, { method: 'b' }, { id: 2, method: 'refused' }])).toEqual([
      { jsonrpc: '2.0', id: 'x', result: ['a'] },
      { jsonrpc: '2.0', id: 2, error: { code: -32_601, message: 'no such method' } },
    ])
    expect(ask({ method: 'a' })).toBeUndefined()
  })

  it.each([
    ['{', -32_700],
    ['[]', -32_600],
    ['null', -32_600],
    ['{"id":{},"method":"a"}', -32_600],
    ['{"id":1,"method":7}', -32_600],
    ['{"id":1,"method":"a","params":{}}', -32_602],
    [JSON.stringify(Array.from({ length: 101 }, (_, id) => ({ id, method: 'a' }))), -32_600],
  ])('refuses %s as the specification wants', (text, code) => {
    expect(JSON.parse(answerText(text, call) ?? '')).toMatchObject({ jsonrpc: '2.0', error: { code } })
  })

  it('answers any text with JSON, or not at all', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const answer = answerText(text, call)
        if (answer !== undefined) JSON.parse(answer)
      }),
    )
  })
})
