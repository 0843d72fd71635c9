import { hostname } from 'node:os'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError } from '@netstats/sdk/config'
import { loadConfig } from '@netstats/runtime/config'
import { afterAll, describe, expect, it } from 'vitest'
import { nodeNames, sinkName } from '@netstats/runtime'
import { agentConfig, builtInRegistry } from './config.ts'
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
const nodesOf = ({ sources }: AgentConfig): readonly string[] => nodeNames(sources, builtInRegistry, hostname())
const source = 'sources: [{ type: ethereum, endpoint: ws://127.0.0.1:8546 }]\n'
const sink = 'sinks: [{ type: ethstats, endpoint: ws://127.0.0.1:3000 }]\n'

describe('configuration of an agent', () => {
  it('needs a source and a sink, and has a default for everything else', () => {
    const config = load(source + sink)
    expect(config).toMatchObject({
      plugins: [],
      data: '.netstats/agent',
      spool: { maxBytes: 256 * 1024 ** 2, maxAge: 7 * 86_400_000 },
      shutdownGrace: 3000,
    })
    expect(nodesOf(config)).toEqual([hostname()])
    expect(config.sinks.map(sinkName)).toEqual(['ethstats 127.0.0.1:3000'])
    expect(faultsOf('').map((line) => line.slice(0, 30))).toEqual([
      '1: sources: missing, expected ',
      '1: sinks: missing, expected a ',
    ])
  })

  it('takes the options of its sources and sinks, and no others', () => {
    const text = `sources:
  - { type: ethereum, endpoint: ws://h, statsInterval: 10s, rpc: ws://h }
  - { type: host, interval: 30s, nodes: x }
  - { type: hots }
sinks: [{ type: ethstats, endpoint: ws://h, pingIntervall: 5s }]
`
    expect(faultsOf(text)).toEqual([
      expect.stringContaining('2: sources[0].rpc: unknown key'),
      '3: sources[1].nodes: unknown key; did you mean "node"?',
      expect.stringMatching(
        /^4: sources\[2\]\.type: found "hots", expected one of ethereum, host, .*; did you mean "host"\?$/,
      ),
      '5: sinks[0].pingIntervall: unknown key; did you mean "pingInterval"?',
    ])
  })

  it('holds the rules that a component has about its own options', () => {
    expect(faultsOf(`sources: [{ type: ethereum, node: a }]\n${sink}`)).toEqual([
      '1: sources[0].endpoint: missing; say where the node is asked, such as endpoint: ws://127.0.0.1:8546',
    ])
    const login = 'bearer: word, basic: { user: u, password: word }'
    expect(faultsOf(`${source}sinks:\n  - { type: ethstats, endpoint: ws://h, ${login} }\n`)).toEqual([
      '3: sinks[0].bearer: a request has room for one login; keep `basic` or `bearer`',
    ])
  })

  it('gives sources without a node that of the first, and wants one of a type for each node', () => {
    const named = load(`sources: [{ type: ethereum, node: a, endpoint: ws://h }, { type: host }]\n${sink}`)
    expect(nodesOf(named)).toEqual(['a', 'a'])
    const both = (first: string, second: string): string =>
      `sources:\n  - { type: ethereum, ${first}endpoint: ws://h }\n  - { type: ethereum, ${second}endpoint: ws://i }\n${sink}`
    expect(faultsOf(both('node: a, ', 'node: a, '))).toEqual([
      '3: sources[1].node: "a" is reported by sources[0] already; give each node a name of its own',
    ])
    expect(faultsOf(both('', ''))).toEqual([
      `3: sources[1].node: without it this source reports "${hostname()}", as sources[0] does already; name the node of each`,
    ])
  })

  it('gives sources without a node the first that is watched, or else the first that is named, or else the machine', () => {
    const nodes = (...sources: readonly string[]): readonly string[] =>
      nodesOf(load(`sources: [${sources.map((one) => `{ type: ${one} }`).join()}]\n${sink}`))
    const watched = 'ethereum, endpoint: ws://h'
    expect(nodes('host', `${watched}, node: a`, `${watched}, node: b`)).toEqual(['a', 'a', 'b'])
    expect(nodes('host', watched, `${watched}, node: b`)).toEqual([hostname(), hostname(), 'b'])
    expect(nodes('host, name: other', 'host, node: a')).toEqual(['a', 'a'])
    expect(nodes('host')).toEqual([hostname()])
  })

  it('lets several sources of one type stand for one node where they have names', () => {
    const two = (first: string, second: string): string =>
      `sources:\n  - { type: host, ${first} }\n  - { type: host, ${second} }\n${sink}`
    expect(faultsOf(two('node: a', 'node: a'))).toEqual([
      '3: sources[1]: sources[0] is of type host for "a" too; give one of them a `name`, or a node of its own',
    ])
    expect(faultsOf(two('node: a', 'node: a, name: b'))).toEqual([])
    expect(faultsOf(two('node: a, name: b', 'node: c, name: b'))).toEqual([
      '3: sources[1].name: "b" names sources[0] already; give each a name of its own',
    ])
    const twice =
      '{ type: ethereum, node: a, endpoint: ws://h }, { type: ethereum, node: a, name: b, endpoint: ws://h }'
    expect(faultsOf(`sources: [${twice}]\n${sink}`)).toEqual([expect.stringContaining('"a" is reported by sources[0]')])
  })

  it('wants every sink to have a place of its own, and to report nodes that exist', () => {
    const twice = `sinks:\n  - { type: ethstats, endpoint: ws://h }\n  - { type: ethstats, endpoint: wss://h }\n`
    expect(faultsOf(source + twice)).toEqual([
      '4: sinks[1]: "ethstats h" names another sink already; give one of them a name of its own',
    ])
    const stray = 'sinks: [{ type: ethstats, endpoint: ws://h, nodes: [b] }]\n'
    expect(faultsOf(`sources: [{ type: host, node: a }]\n${stray}`)).toEqual([
      '2: sinks[0].nodes[0]: no node is called "b"; there are a',
    ])
  })

  it('bounds the pairs of node and sink by what the spool can keep apart', () => {
    const sources = Array.from({ length: 16 }, (_, i) => `  - { type: host, node: n${i} }\n`).join('')
    const sinks = 'sinks: [{ type: ethstats, endpoint: ws://h }, { type: ethstats, endpoint: ws://i }]\n'
    expect(faultsOf(`sources:\n${sources}${sinks}`)).toEqual([
      expect.stringContaining('32 pairs of sink and node are more than the 30'),
    ])
  })

  it('refuses kinds of observations that do not exist', () => {
    expect(faultsOf(`${source}sinks: [{ type: ethstats, endpoint: ws://h, kinds: [blok] }]\n`)).toEqual([
      expect.stringContaining('found "blok", expected one of'),
    ])
  })
})
