import { describe, expect, it } from 'vitest'
import { nodeNameOf } from './fleet-nodes.ts'
import { createSyntheticFleet } from './synthetic-fleet.ts'
import type { FleetInput } from './synthetic-fleet.ts'

const nodes = 300
const start = Date.UTC(2026, 10, 1)

const play = (forMs: number, stepMs = 100) => {
  const inputs: FleetInput[] = []
  const fleet = createSyntheticFleet({ nodes, blockEveryMs: 5000, apply: (input) => void inputs.push(input) })
  while (fleet.login(100, start));
  for (let at = start; at <= start + forMs; at += stepMs) fleet.advance(at)
  const observations = inputs.flatMap((input) => (input.type === 'observation' ? [input.observation] : []))
  const of = (type: FleetInput['type']): readonly FleetInput[] => inputs.filter((input) => input.type === type)
  return { inputs, observations, of }
}

describe('the fleet inside a server', () => {
  it('logs every node in once, with an address of its own', () => {
    const { of } = play(0)
    const logins = of('connected')
    expect(logins).toHaveLength(nodes)
    expect(new Set(logins.map((input) => ('address' in input ? input.address : null))).size).toBe(nodes)
  })

  it('gives every block to all nodes within 600 ms, in another order each time', () => {
    const { observations } = play(5700)
    const blocks = observations.filter(({ kind, observedAt }) => kind === 'block' && observedAt >= start + 5000)
    const heads = blocks.filter(({ body }) => (body as { number: number }).number === 1_000_002)
    expect(new Set(heads.map(({ node }) => node)).size).toBe(nodes)
    const first = (number: number) => observations.find((one) => (one.body as { number?: number }).number === number)
    expect(first(1_000_001)?.node).not.toBe(first(1_000_002)?.node)
  })

  it('makes a chain of blocks', () => {
    const { observations } = play(20_000)
    const blocks = observations.flatMap(({ kind, body }) =>
      kind === 'block' ? [body as { number: number; hash: string; parentHash: string }] : [],
    )
    const hashes = new Map(blocks.map(({ number, hash }) => [number, hash]))
    expect(hashes.size).toBe(5)
    for (const { number, parentHash } of blocks)
      if (hashes.has(number - 1)) expect(parentHash).toBe(hashes.get(number - 1))
  })

  it('reports of every node once in 15 s', () => {
    const { observations } = play(15_000)
    const reports = observations.filter(({ kind }) => kind === 'node-stats')
    expect(reports.length).toBeGreaterThan(nodes - 5)
    expect(reports.length).toBeLessThanOrEqual(nodes)
    expect(new Set(reports.map(({ node }) => node)).size).toBe(reports.length)
  })

  it('loses one node in 200 each minute, which says nothing until it is back ten seconds later', () => {
    const { inputs, of } = play(235_000, 500)
    const lost = of('disconnected')
    expect(lost.length).toBeGreaterThanOrEqual(4)
    expect(of('connected').length - nodes).toBe(lost.length)
    for (const gone of lost) {
      if (gone.type !== 'disconnected') continue
      const meanwhile = inputs.filter(
        (one) =>
          one.type === 'observation' &&
          one.observation.node === gone.node &&
          one.at > gone.at &&
          one.at < gone.at + 10_000,
      )
      expect(meanwhile).toEqual([])
      expect(inputs).toContainEqual(
        expect.objectContaining({ type: 'connected', node: gone.node, at: gone.at + 10_000 }),
      )
    }
  })

  it('says the same in every run', () => {
    expect(play(6000).inputs).toEqual(play(6000).inputs)
    expect(nodeNameOf(7)).toBe('agent-00007')
  })
})
