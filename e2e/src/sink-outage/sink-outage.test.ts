import { describe, expect, it } from 'vitest'
import { outageCases } from './cases.ts'
import { runOutage } from './outage-run.ts'

// `npm run proof:sinks` is the long form, with every sink in agent and server.
describe('a sink whose receiver is away for longer than the spool holds, killed meanwhile', () => {
  it.each([
    ['file', 'agent'],
    ['webhook', 'server'],
  ] as const)('%s of the %s: has everything that was not told to be given up', async (name, host) => {
    const outage = outageCases.find((one) => one.name === name)
    if (outage === undefined) throw new Error(`no case ${name}`)
    const result = await runOutage({ outage, host, rounds: 1 })
    expect(result.lostOnTheWay).toBe(0)
    expect(result.givenUp).toBeGreaterThan(0)
  })
})
