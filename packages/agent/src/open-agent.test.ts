import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { loadConfig } from '@netstats/runtime/config'
import { createRecordingLogger } from '@netstats/sdk/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { agentConfig } from './config.ts'
import type { AgentConfig } from './config.ts'
import { openAgent } from './open-agent.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const watched = (node: string, endpoint = 'ws://127.0.0.1:1') => ({ type: 'ethereum', node, endpoint })

/** Nodes and a server that nobody runs: port 1 refuses at once. */
const configOf = (more: Readonly<Record<string, unknown>> = {}): AgentConfig => {
  const folder = mkdtempSync(join(tmpdir(), 'netstats-agent-'))
  folders.push(folder)
  const values = {
    sources: [watched('a'), watched('b'), { type: 'host' }],
    sinks: [{ type: 'ethstats', endpoint: 'ws://127.0.0.1:1', secret: 'hush' }],
    data: join(folder, 'data'),
    shutdownGrace: '100ms',
    ...more,
  }
  const file = join(folder, 'agent.yaml')
  writeFileSync(file, JSON.stringify(values))
  return loadConfig({ schema: agentConfig, file })
}

/** A node that stands still at block 1. */
const startNode = async () => {
  const block = {
    number: '0x1',
    hash: `0x${'1'.repeat(64)}`,
    parentHash: `0x${'0'.repeat(64)}`,
    timestamp: '0x1',
    miner: `0x${'0'.repeat(40)}`,
    gasUsed: '0x0',
    gasLimit: '0x1',
    transactions: [],
    uncles: [],
  }
  const results: Record<string, unknown> = { net_version: '1337', eth_blockNumber: '0x1', eth_getBlockByNumber: block }
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const calls = [JSON.parse(body)].flat() as { readonly id: number; readonly method: string }[]
      const replies = calls.map(({ id, method }) => ({ jsonrpc: '2.0', id, result: results[method] ?? null }))
      response.end(JSON.stringify(replies.length === 1 ? replies[0] : replies))
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('an agent', () => {
  it('runs a source for each node, one for the machine, and a sink for each server and node', async () => {
    await using agent = await openAgent(configOf(), { log: createRecordingLogger() })
    expect(agent.status().parts.map((part) => part.id)).toEqual([
      'spool',
      'source/ethereum.a',
      'source/ethereum.b',
      'source/host.a',
      'self-monitoring',
      'alarms',
      'sink/ethstats 127.0.0.1:1 a',
      'sink/ethstats 127.0.0.1:1 b',
    ])
    expect([...agent.status().backlogs.keys()]).toEqual(['ethstats 127.0.0.1:1 a', 'ethstats 127.0.0.1:1 b'])
    expect(agent.metricsAddress).toBeUndefined()
  })

  it('leaves out the machine where it is told to', async () => {
    await using agent = await openAgent(configOf({ sources: [watched('a'), watched('b')] }), {
      log: createRecordingLogger(),
    })
    expect(agent.status().parts.map((part) => part.id)).not.toContain('source/host.a')
  })

  it('gives each sink only the nodes it is to report', async () => {
    const sinks = [{ type: 'ethstats', endpoint: 'ws://127.0.0.1:1', name: 'head office', nodes: ['b'] }]
    await using agent = await openAgent(configOf({ sinks }), { log: createRecordingLogger() })
    expect([...agent.status().backlogs.keys()]).toEqual(['head office b'])
  })

  it('tells of itself over HTTP, without its secret', async () => {
    const log = createRecordingLogger()
    const config = configOf({ metrics: { listen: '127.0.0.1:0' } })
    await using agent = await openAgent(config, { log })
    const metrics = await (await fetch(`http://127.0.0.1:${agent.metricsAddress?.port}/metrics`)).text()
    expect(metrics).toContain('netstats_agent_part_state{component="spool",state="ok"} 1')
    expect(metrics).toContain('netstats_spool_backlog_observations{component="sink/ethstats"}')
    expect(metrics + JSON.stringify(log.entries) + JSON.stringify(config)).not.toContain('hush')
  })

  it('ends once, soon, with nobody at the other end, and frees its spool', async () => {
    const config = configOf()
    const agent = await openAgent(config, { log: createRecordingLogger() })
    const begun = performance.now()
    await Promise.all([agent[Symbol.asyncDispose](), agent[Symbol.asyncDispose]()])
    expect(performance.now() - begun).toBeLessThan(5000)
    await using again = await openAgent(config, { log: createRecordingLogger() })
    expect(again.status().ok).toBe(true)
  })

  it('does not wait for servers that are away, and says what waits on disk', async () => {
    await using node = await startNode()
    const log = createRecordingLogger()
    const agent = await openAgent(configOf({ sources: [watched('a', node.url)], shutdownGrace: '1m' }), { log })
    const isDegraded = (): boolean => agent.status().parts.some((part) => part.state === 'degraded')
    const backlog = (): number => agent.status().backlogs.get('ethstats 127.0.0.1:1 a') ?? 0
    await vi.waitFor(() => expect([isDegraded(), backlog() > 0]).toEqual([true, true]), { timeout: 20_000 })
    const begun = performance.now()
    await agent[Symbol.asyncDispose]()
    expect(performance.now() - begun).toBeLessThan(10_000)
    const line = log.entries.find((entry) => entry.message === 'the rest waits on disk for the next start')
    expect(Object.keys(line?.fields['observations'] ?? {})).toContain('ethstats 127.0.0.1:1 a')
  })

  it('leaves nothing open where it cannot start', async () => {
    const config = configOf()
    await using agent = await openAgent(config, { log: createRecordingLogger() })
    await expect(openAgent(config, { log: createRecordingLogger() })).rejects.toMatchObject({ code: 'SPOOL_IN_USE' })
    expect(agent.status().ok).toBe(true)
  })
})
