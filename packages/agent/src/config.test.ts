import { hostname } from 'node:os'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError, loadConfig } from '@netstats/sdk/config'
import { afterAll, describe, expect, it } from 'vitest'
import { agentConfig, nameOf, sinkName } from './config.ts'
import type { AgentConfig } from './config.ts'

const folder = mkdtempSync(join(tmpdir(), 'netstats-agent-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

const load = (text: string): AgentConfig => {
  const file = join(folder, 'agent.yaml')
  writeFileSync(file, text)
  return loadConfig({ schema: agentConfig, file })
}
const faultsOf = (text: string): readonly string[] => {
  try {
    load(text)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map((one) => `${one.line}: ${one.path}: ${one.message}`)
    throw error
  }
}
const node = 'nodes: [{ rpc: ws://127.0.0.1:8546 }]\n'
const sink = 'sinks: [{ type: ethstats, endpoint: ws://127.0.0.1:3000 }]\n'

describe('configuration of an agent', () => {
  it('needs a node and a server, and has a default for everything else', () => {
    const config = load(node + sink)
    expect(config).toMatchObject({
      data: '.netstats/agent',
      spool: { maxBytes: 256 * 1024 ** 2, maxAge: 7 * 86_400_000 },
      host: { enabled: true },
      shutdownGrace: 3000,
    })
    expect(config.nodes.map(nameOf)).toEqual([hostname()])
    expect(config.sinks.map(sinkName)).toEqual(['ethstats 127.0.0.1:3000'])
    expect(faultsOf('').map((line) => line.slice(0, 30))).toEqual([
      '1: nodes: missing, expected a ',
      '1: sinks: missing, expected a ',
    ])
  })

  it('takes the options of its sources and sinks, and no others', () => {
    const text = `nodes: [{ rpc: ws://h, statsInterval: 10s, endpoint: ws://h }]
sinks: [{ type: ethstats, endpoint: ws://h, pingIntervall: 5s }]
host: { interval: 30s, node: x }
`
    expect(faultsOf(text)).toEqual([
      expect.stringContaining('1: nodes[0].endpoint: unknown key'),
      '2: sinks[0].pingIntervall: unknown key; did you mean "pingInterval"?',
      expect.stringContaining('3: host.node: unknown key'),
    ])
  })

  it('wants every node to have a name of its own', () => {
    expect(faultsOf(`nodes:\n  - { name: a, rpc: ws://h }\n  - { name: a, rpc: ws://i }\n${sink}`)).toEqual([
      '3: nodes[1].name: "a" names another node already; give each node a name of its own',
    ])
    expect(faultsOf(`nodes:\n  - { rpc: ws://h }\n  - { rpc: ws://i }\n${sink}`)).toEqual([
      `3: nodes[1].name: without a name it is called "${hostname()}" after this machine, which names another node already; give each node a name of its own`,
    ])
  })

  it('wants every sink to have a place of its own, and to report nodes that exist', () => {
    const twice = `sinks:\n  - { type: ethstats, endpoint: ws://h }\n  - { type: ethstats, endpoint: wss://h }\n`
    expect(faultsOf(node + twice)).toEqual([
      '4: sinks[1]: "ethstats h" names another sink already; give one of them a name of its own',
    ])
    const stray = 'sinks: [{ type: ethstats, endpoint: ws://h, nodes: [b] }]\n'
    expect(faultsOf(`nodes: [{ name: a, rpc: ws://h }]\n${stray}`)).toEqual([
      '2: sinks[0].nodes[0]: no node is called "b"; there are a',
    ])
  })

  it('bounds the pairs of node and sink by what the spool can keep apart', () => {
    const nodes = Array.from({ length: 16 }, (_, i) => `  - { name: n${i}, rpc: ws://h }\n`).join('')
    const sinks = 'sinks: [{ type: ethstats, endpoint: ws://h }, { type: ethstats, endpoint: ws://i }]\n'
    expect(faultsOf(`nodes:\n${nodes}${sinks}`)).toEqual([
      expect.stringContaining('32 pairs of sink and node are more than the 30'),
    ])
  })

  it('refuses kinds of observations that do not exist', () => {
    expect(faultsOf(`${node}sinks: [{ type: ethstats, endpoint: ws://h, kinds: [blok] }]\n`)).toEqual([
      expect.stringContaining('found "blok", expected one of'),
    ])
  })
})
