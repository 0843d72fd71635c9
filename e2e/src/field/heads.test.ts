/** Heads behind balancers, and subscriptions that say nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startField } from './start-field.ts'
import type { Field, FieldCase } from './start-field.ts'

const cases: Readonly<Record<string, FieldCase>> = {
  'a head told 600 ms before its block': { by: 'ws', periodMs: 2000, headLagMs: 600 },
  'a head told as long before as a block takes': { by: 'ws', periodMs: 1000, headLagMs: 950 },
  'a subscription that is silent': { by: 'ws', periodMs: 2000, mute: true },
  'every other answer a block behind': { lag: [0, 1] },
  'answers up to three blocks behind': { lag: [0, 0, 1, 3, 2] },
  'answers behind over a WebSocket': { by: 'ws', lag: [0, 1, 1, 2] },
}

describe.concurrent('a node with', () => {
  let field: Field
  beforeAll(async () => {
    field = await startField(cases, { firstChain: 5000 })
  })
  afterAll(() => field[Symbol.asyncDispose]())

  it.each(Object.keys(cases))('%s stays at its head, and reorganises nothing', async (name) => {
    await field.staysAtHead(name)
    const blocks = await field.blocks(name)
    const numbers = blocks.map((one) => Number(one['number'])).toSorted((a, b) => a - b)
    expect(numbers).toEqual(numbers.map((_, i) => (numbers[0] ?? 0) + i))
    expect(await field.server.get(`/api/v1/networks/${field.network(name)}`)).toMatchObject({ reorgs: 0, forks: 0 })
    expect(await field.said()).not.toMatch(/reorgs_total\{[^}]*\} [1-9]/)
  })
})
