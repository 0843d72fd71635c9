/** Who a node is, told by answers that are not to be taken at their word. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startField } from './start-field.ts'
import type { Field, FieldCase } from './start-field.ts'

const cases: Readonly<Record<string, FieldCase>> = {
  'its newest block': { genesis: (height) => height },
  nothing: { genesis: () => null },
  'its newest block every other time': { genesis: (height) => (height % 2 === 0 ? height : 0) },
  'as ever, and says one of its ids now and then': {
    refuse: (calls) =>
      calls.some(({ method }) => method === 'net_version') && calls.length === 1 && Date.now() % 2 === 0
        ? { status: 403, text: 'no' }
        : undefined,
  },
}

describe.concurrent('a node that answers for block 0', () => {
  let field: Field
  beforeAll(async () => {
    field = await startField(cases, { firstChain: 5500 })
  })
  afterAll(() => field[Symbol.asyncDispose]())

  it.each(Object.keys(cases))('%s stays on one network', async (name) => {
    await field.staysAtHead(name)
    const { networks } = (await field.server.get('/api/v1/networks')) as {
      readonly networks: readonly { readonly key: string }[]
    }
    const own = networks.filter(({ key }) => key === field.network(name) || key.startsWith(`${field.network(name)}-`))
    expect(own).toHaveLength(1)
  })
})
