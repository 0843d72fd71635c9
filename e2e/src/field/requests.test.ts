/** Gateways that refuse requests by their size, by a method in them, or for there being too many. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FieldCall, FieldNodeOptions, Refusal } from '../support/field-node.ts'
import { startField } from './start-field.ts'
import type { Field, FieldCase } from './start-field.ts'

const larger =
  (than: number, refusal: Refusal): NonNullable<FieldNodeOptions['refuse']> =>
  (calls) =>
    calls.length > than ? refusal : undefined
const withMethod =
  (method: string, refusal: Refusal): NonNullable<FieldNodeOptions['refuse']> =>
  (calls) =>
    calls.some((one) => one.method === method) ? refusal : undefined
/** Limits of an endpoint: calls a second, and calls at once. */
const limit = (perSecond: number, burst: number): NonNullable<FieldNodeOptions['refuse']> => {
  let tokens = burst
  let at = Date.now()
  return (calls: readonly FieldCall[]) => {
    tokens = Math.min(burst, tokens + ((Date.now() - at) / 1000) * perSecond)
    at = Date.now()
    if (tokens < calls.length) return { status: 429, text: 'Too Many Requests' }
    tokens -= calls.length
    return undefined
  }
}

const cases: Readonly<Record<string, FieldCase>> = {
  'more than three calls by a text': { refuse: larger(3, { status: 500, text: 'too many requests in a batch' }) },
  'more than three calls by a page': { refuse: larger(3, { status: 413, text: '<html>413</html>' }) },
  'every batch by a status': { refuse: larger(1, { status: 403, text: '{"error":"method not allowed"}' }) },
  'every batch by no service': { refuse: larger(1, { status: 503, text: 'no' }) },
  'more than three calls by closing': { refuse: larger(3, 'drop') },
  'more than three calls by an error each': {
    errorEach: (calls) => (calls.length > 3 ? { code: -32600, message: 'batch too large' } : undefined),
  },
  'one method, with all that is beside it': { refuse: withMethod('eth_mining', { status: 403, text: 'denied' }) },
  'one method by closing': { refuse: withMethod('web3_clientVersion', 'drop') },
  'more than ten calls a second': { refuse: limit(10, 10), periodMs: 2000 },
  'more than four calls a second': { refuse: limit(4, 4), periodMs: 2000 },
}

describe.concurrent('a gateway that refuses', () => {
  let field: Field
  beforeAll(async () => {
    field = await startField(cases, { firstChain: 6000 })
  })
  afterAll(() => field[Symbol.asyncDispose]())

  it.each(Object.keys(cases))('%s is asked in the way it takes, and its node stays at its head', async (name) => {
    await field.staysAtHead(name, 3)
    expect(await field.row(name)).toMatchObject({ peers: 3 })
  })
})
