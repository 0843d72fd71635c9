import { describe, expect, it } from 'vitest'
import { toPlain } from '../parse.ts'
import { fixtureClients, readFixture } from '../testing/fixtures.ts'
import { createBlockMemo } from './block-memo.ts'
import type { BlockMemo } from './block-memo.ts'
import { dialectOf, plainDialect } from './dialect.ts'
import type { AgentMessage } from './messages.ts'
import { parseAgentMessage } from './read-agent.ts'

/** A session as a server reads it: the hello decides the dialect of what follows. */
const session = (client: string, memo?: BlockMemo): readonly AgentMessage[] => {
  let dialect = plainDialect
  return readFixture(client).frames.map((frame) => {
    const message = parseAgentMessage(`${frame}\n`, dialect, memo)
    if (message.type === 'hello') dialect = dialectOf(message.info.client, message.info)
    return message
  })
}

describe('every known client', () => {
  it('has a fixture', () => {
    expect(fixtureClients()).toEqual([
      'besu',
      'bor',
      'erigon',
      'eth-net-intelligence-api',
      'eth-net-intelligence-api-0.0',
      'geth-1.13',
      'geth-1.13.15',
      'geth-1.17',
      'geth-1.5',
      'goerli-client',
      'nethermind-1s',
      'nethermind-2026',
      'nethermind-hex',
      'quorum',
      'reth',
    ])
  })

  it.each(fixtureClients())('%s is understood frame by frame', (client) => {
    const { expected } = readFixture(client)
    expect(session(client).map(toPlain)).toEqual(expected)
  })

  it('is understood the same by a server that remembers blocks', () => {
    const memo = createBlockMemo()
    for (const client of fixtureClients()) expect(session(client, memo), client).toEqual(session(client))
    expect(memo.hits).toBeGreaterThan(0)
  })

  it.each(fixtureClients())('%s names a block by the same hash and parent as the others', (client) => {
    const blocks = session(client).flatMap((message) => (message.type === 'report' ? message.reports : []))
    const heights = new Map([...session('geth-1.13'), ...session('besu')].flatMap(known))
    for (const report of blocks)
      if (report.kind === 'block' && client !== 'geth-1.5')
        expect([report.body.hash, report.body.parentHash]).toEqual(heights.get(report.body.number))
  })
})

const known = (message: AgentMessage): readonly (readonly [number, readonly string[]])[] =>
  message.type !== 'report'
    ? []
    : message.reports.flatMap(({ kind, body }) =>
        kind === 'block' ? [[body.number, [body.hash, body.parentHash]] as const] : [],
      )
