/** Native clients whose blocks are not quite geth's, over ethstats. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loginAt } from '../support/peer.ts'
import { startServer, until } from '../support/processes.ts'
import type { ServerProcess } from '../support/processes.ts'

const hash = (digit: string): string => `0x${digit.repeat(64)}`
const seconds = Math.floor(Date.now() / 1000)
const block = (more: object): object => ({
  number: 5,
  hash: hash('b'),
  parentHash: hash('a'),
  timestamp: seconds,
  ...more,
})

const cases: Readonly<Record<string, { readonly sent: object; readonly shown: object }>> = {
  'a time in nanoseconds': { sent: { timestamp: `${seconds}000000007` }, shown: { timestamp: seconds * 1000 } },
  'no gas limit, difficulty or miner': { sent: {}, shown: { gasLimit: null, difficulty: null, miner: null } },
  'a miner of zeros': { sent: { miner: `0x${'0'.repeat(40)}` }, shown: { miner: null } },
  'an address with xdc': { sent: { miner: `xdc${'1'.repeat(40)}` }, shown: { miner: `0x${'1'.repeat(40)}` } },
  'an address of another form': { sent: { miner: 'one1zzzz', gasUsed: 7 }, shown: { miner: null, gasUsed: 7 } },
}

describe('a native client that sends', () => {
  let server: ServerProcess
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const send = async (network: number, more: object) => {
    const peer = await loginAt(server, { id: 'n', name: 'n', node: 'Geth/v1.13.15', net: String(network) })
    await peer.send(JSON.stringify({ emit: ['block', { id: 'n', block: block(more) }] }))
    return peer
  }

  it.each(Object.entries(cases))('%s is seen with its block', async (name, { sent, shown }) => {
    const network = 7000 + Object.keys(cases).indexOf(name)
    using _peer = await send(network, sent)
    const found = await until(name, async () => {
      const answer = await server.get(`/api/v1/networks/${network}/blocks`)
      return (answer as { readonly blocks?: readonly object[] } | undefined)?.blocks?.[0]
    })
    expect(found).toMatchObject({ number: 5, ...shown })
  })

  it('what nobody can read is counted and named in the log', async () => {
    using _peer = await send(7100, { timestamp: 'noon' })
    await until('a line', async () => (/timestamp/.test(server.output()) ? true : undefined), server)
    expect(server.output()).toMatch(/"block\.timestamp".*blocks of this client cannot be read/)
    expect(server.output()).toMatch(/"miner".*shown as not known/)
    expect(
      await server.metric('netstats_server_ethstats_bad_frames_total', { code: 'BLOCK_MALFORMED' }),
    ).toBeGreaterThan(0)
  })
})
