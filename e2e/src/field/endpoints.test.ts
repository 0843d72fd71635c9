/** Several endpoints a node, and what is asked for before they answer. */
import { createHmac } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startFieldNode } from '../support/field-node.ts'
import type { FieldNode, Refusal } from '../support/field-node.ts'
import { until } from '../support/processes.ts'
import { startField } from './start-field.ts'
import type { Field, FieldCase } from './start-field.ts'

const unless = (is: (headers: IncomingHttpHeaders) => boolean) => (_: unknown, headers: IncomingHttpHeaders) =>
  is(headers) ? undefined : ({ status: 401, text: 'who are you?' } satisfies Refusal)

const jwtSecret = 'ab'.repeat(32)
/** As geth checks it: signed with the secret, and made within the last minute. */
const isFresh = ({ authorization = '' }: IncomingHttpHeaders): boolean => {
  const [head = '', body = '', mark] = authorization.replace('Bearer ', '').split('.')
  const wanted = createHmac('sha256', Buffer.from(jwtSecret, 'hex')).update(`${head}.${body}`).digest('base64url')
  if (mark !== wanted) return false
  const { iat } = JSON.parse(Buffer.from(body, 'base64url').toString()) as { readonly iat: number }
  return Math.abs(iat - Date.now() / 1000) < 5
}

const cases: Readonly<Record<string, FieldCase>> = {
  'a header': {
    refuse: unless((headers) => headers['x-api-key'] === 'abc'),
    node: { headers: { 'X-Api-Key': 'abc' } },
  },
  'a name and a password': {
    refuse: unless((headers) => headers.authorization === `Basic ${btoa('me:word')}`),
    node: { basic: { user: 'me', password: 'word' } },
  },
  'a token': {
    refuse: unless((headers) => headers.authorization === 'Bearer abc'),
    node: { bearer: 'abc' },
  },
  'a token of the moment': { refuse: unless(isFresh), node: { jwtSecret } },
  'a token of the moment over a WebSocket': { by: 'ws', refuse: unless(isFresh), node: { jwtSecret } },
}

describe.concurrent('an endpoint that asks for', () => {
  let field: Field
  beforeAll(async () => {
    field = await startField(cases, { firstChain: 5700 })
  })
  afterAll(() => field[Symbol.asyncDispose]())

  it.each(Object.keys(cases))('%s is given it', async (name) => {
    await field.staysAtHead(name)
  })
})

describe('a node with two endpoints', () => {
  it('is watched through the other one while one is away, and stays with it', async () => {
    await using other: FieldNode = await startFieldNode({ chainId: 5800 })
    await using field = await startField(
      { pair: { node: { endpoints: [other.http], timeout: '1s' } } },
      { firstChain: 5800 },
    )
    await until('the first', async () => ((await field.row('pair'))?.blockNumber != null ? true : undefined))
    const asked = other.requests()
    field.node('pair').stop()
    await until('the other', async () => (other.requests() > asked + 5 ? true : undefined))
    field.node('pair').go()
    const before = field.node('pair').requests()
    await until('some more', async () => (other.requests() > asked + 15 ? true : undefined))
    expect(field.node('pair').requests()).toBeLessThanOrEqual(before + 3)
    expect(field.agent.output()).toContain('another endpoint is tried')
  })
})
