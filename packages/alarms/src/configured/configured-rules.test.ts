import { describe, expect, it } from 'vitest'
import { defaultRules } from '../rules/mod.ts'
import { networkFacts, nodeFacts, serverFacts } from '../testing/facts.ts'
import { configuredRules } from './mod.ts'
import type { RuleEntry } from './mod.ts'

const at = Date.UTC(2026, 11, 1)
const closed = () => false
const opened = () => true
const entry = (more: Partial<RuleEntry> & { readonly name: string }): RuleEntry => ({ enabled: true, ...more })
const own = (more: Partial<RuleEntry> = {}): RuleEntry =>
  entry({
    name: 'lonely',
    about: 'node',
    when: 'node.peers < 3',
    message: '{{node.name}} has {{node.peers}} peers',
    ...more,
  })
const nodeRule = (entries: readonly RuleEntry[], name: string) => {
  const { rules, faults } = configuredRules(entries)
  expect(faults).toEqual([])
  const found = rules.node.find((rule) => rule.name === name)
  if (found === undefined) throw new Error(`there is no rule ${name}`)
  return found
}
const peers = (count: number | null, more = {}) => ({ ...nodeFacts(at, { columns: { peers: count } }), ...more })
const silent = nodeFacts(at, { columns: { state: 'inactive', stateSince: at } })

describe('rules of a configuration', () => {
  it('are those of the product where there are none', () => {
    expect(configuredRules([])).toEqual({ rules: defaultRules, faults: [] })
  })

  it('judge by their expressions', () => {
    const rule = nodeRule([own({ for: 5000, clearAfter: 1000, labels: { client: '{{node.clientName}}' } })], 'lonely')
    expect(rule).toMatchObject({ for: 5000, clearAfter: 1000, about: 'node' })
    expect(rule.judge(peers(2), closed)).toEqual([
      { severity: 'warning', message: 'validator-1 has 2 peers', labels: { client: '?' } },
    ])
    expect(rule.judge(peers(3), closed)).toEqual([])
    expect(rule.judge(peers(null), closed)).toEqual([])
  })

  it('take the first level that holds, and say nothing where none does', () => {
    const levels = [
      { when: 'node.peers < 1', severity: 'critical' },
      { when: 'node.peers < 2', severity: 'major' },
    ] as const
    const rule = nodeRule([own({ severity: levels })], 'lonely')
    expect(rule.judge(peers(0), closed)[0]?.severity).toBe('critical')
    expect(rule.judge(peers(1), closed)[0]?.severity).toBe('major')
    expect(rule.judge(peers(2), closed)).toEqual([])
  })

  it('stay open while keepWhile holds', () => {
    const rule = nodeRule([own({ keepWhile: 'node.peers < 5' })], 'lonely')
    expect(rule.judge(peers(4), closed)).toEqual([])
    expect(rule.judge(peers(4), opened)).toHaveLength(1)
    expect(rule.judge(peers(5), opened)).toEqual([])
  })

  it('speak of the networks and nodes that they name', () => {
    const rule = nodeRule([own({ networks: ['test*'], nodes: ['validator-*', 'boot'] })], 'lonely')
    expect(rule.judge(peers(1), closed)).toHaveLength(1)
    expect(rule.judge(peers(1, { name: 'rpc-1', node: 'rpc-1' }), closed)).toEqual([])
    expect(rule.judge(peers(1, { name: 'rpc-1', node: 'boot' }), closed)).toHaveLength(1)
    expect(rule.judge(peers(1, { network: 'mainnet' }), closed)).toEqual([])
  })

  it('are about networks and the server too', () => {
    const { rules } = configuredRules([
      entry({ name: 'thin', about: 'network', when: 'network.active < 4', message: '{{network.active}} are active' }),
      entry({ name: 'no-geo', about: 'server', when: 'server.part("geo") != "ok"', message: 'geo' }),
    ])
    expect(rules.network.at(-1)?.judge(networkFacts(at, { active: 3 }), closed)[0]?.message).toBe('3 are active')
    const parts = [{ name: 'geo', state: 'failed', reason: null }]
    expect(rules.server.at(-1)?.judge(serverFacts(at, { parts }), closed)).toHaveLength(1)
    expect(rules.server.at(-1)?.judge(serverFacts(at), closed)).toEqual([])
  })

  it('tell of expressions that fail, and say nothing then', () => {
    const told: string[] = []
    const { rules } = configuredRules([own({ when: 'int(node.name) > 5' })], (rule) => told.push(rule))
    expect(rules.node.at(-1)?.judge(peers(1), closed)).toEqual([])
    expect(told).toEqual(['lonely'])
  })

  it('change rules of the product', () => {
    const rule = nodeRule(
      [entry({ name: 'node-inactive', for: 1000, severity: 'critical', runbook: 'https://r' })],
      'node-inactive',
    )
    expect(rule).toMatchObject({ for: 1000, clearAfter: 15_000, runbook: 'https://r' })
    expect(rule.judge(silent, closed)[0]?.severity).toBe('critical')
  })

  it('switch rules of the product off, for all or for some', () => {
    const { rules } = configuredRules([entry({ name: 'node-inactive', enabled: false })])
    expect(rules.node.some(({ name }) => name === 'node-inactive')).toBe(false)
    const rule = nodeRule([entry({ name: 'node-inactive', enabled: false, nodes: ['rpc-*'] })], 'node-inactive')
    expect(rule.judge(silent, closed)).toHaveLength(1)
    expect(rule.judge({ ...silent, name: 'rpc-1' }, closed)).toEqual([])
  })

  it('switch off a rule of their own', () => {
    expect(configuredRules([own({ enabled: false })]).rules).toEqual(defaultRules)
  })

  it.each([
    [[own({ when: 'node.pers < 3' })], [0, 'when'], 'at character 6 of "node.pers < 3": no such key: pers'],
    [[own(), own()], [1, 'name'], 'there is another rule lonely'],
    [[own({ keepWhile: 'node.peers' })], [0, 'keepWhile'], /has to give true or false/],
    [[own({ severity: [{ when: 'x', severity: 'major' }] })], [0, 'severity', 0, 'when'], /unknown variable: x/],
    [[own({ message: 'a {{node.x}}' })], [0, 'message'], 'at character 10 of "a {{node.x}}": no such key: x'],
    [[own({ labels: { a: '{{y}}' } })], [0, 'labels', 'a'], /unknown variable: y/],
    [[entry({ name: 'mine', when: 'true', message: 'x' })], [0], /about is missing/],
    [
      [own({ about: 'network', when: 'true', message: 'x', nodes: ['a'] })],
      [0, 'nodes'],
      'a rule about a network has no nodes',
    ],
    [[own({ about: 'server', when: 'true', message: 'x', networks: ['a'] })], [0, 'networks'], /no networks/],
    [[entry({ name: 'disk-full', when: 'true' })], [0, 'when'], /give yours another name/],
    [[entry({ name: 'disk-full', severity: [] })], [0, 'severity'], /give one severity/],
    [[entry({ name: 'disk-full', for: 1, nodes: ['a'] })], [0, 'for'], /for holds for all nodes/],
  ])('are refused with the place of the fault: %#', (entries, path, message) => {
    const { faults } = configuredRules(entries)
    expect(faults).toHaveLength(1)
    expect(faults[0]?.path).toEqual(path)
    expect(faults[0]?.message).toMatch(message)
  })
})
