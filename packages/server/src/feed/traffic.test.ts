import { describe, expect, it } from 'vitest'
import type { NodeWindow, Topic } from '@netstats/protocol/feed'
import { createTestClient } from './testing/client.ts'
import { createRig } from './testing/rig.ts'
import { connected, roundOf } from './testing/traffic.ts'

const window = (over: Partial<NodeWindow>): Topic => ({
  topic: 'nodes',
  network: '1337',
  window: { sort: 'name', descending: false, filter: '', offset: 0, limit: 50, pinned: [], ...over },
})

const topics = {
  'by name': window({}),
  'by name, far down': window({ offset: 200 }),
  filtered: window({ filter: 'geth state:active' }),
  'by propagation': window({ sort: 'propagationMs', descending: true }),
  'by latest block': window({ sort: 'blockNumber', descending: true }),
  'by last sight': window({ sort: 'lastSeenAt', descending: true }),
  summary: { topic: 'summary', network: '1337' },
  networks: { topic: 'networks' },
  blocks: { topic: 'blocks', network: '1337', limit: 40 },
} as const satisfies Record<string, Topic>
type Name = keyof typeof topics

const blockMs = 5000

/** Bytes a second that each view costs its viewer with 5 s blocks, after the first rounds. */
const measure = (nodes: number, rounds: number): Record<Name, number> => {
  const rig = createRig()
  for (let i = 0; i < nodes; i++) rig.apply(connected(i, rig.now()))
  rig.pass(250)
  const clients = Object.entries(topics).map(([name, topic]) => {
    const client = createTestClient()
    client.connect(rig.hub)
    client.subscribe(rig.hub, 1, topic)
    return [name, client] as const
  })
  let number = 100
  const play = (times: number) => {
    for (let i = 0; i < times; i++) rig.play(roundOf(number++, nodes, rig.now()), rig.now() + blockMs)
  }
  play(3)
  for (const [, client] of clients) client.bytes = 0
  play(rounds)
  for (const [, client] of clients) expect(client.state.subscriptions.get(1)?.gap).toBe(false)
  return Object.fromEntries(
    clients.map(([name, client]) => [name, Math.round((client.bytes * 1000) / (rounds * blockMs))]),
  ) as Record<Name, number>
}

describe('what a viewer costs', () => {
  const few = measure(300, 8)
  const many = measure(3000, 8)

  it.each(Object.keys(topics) as Name[])('stays below 10 KB/s for the view %s of 3,000 nodes', (name) => {
    expect(many[name]).toBeLessThan(10_000)
    // And it is not nothing: the views do move.
    expect(many[name]).toBeGreaterThan(100)
  })

  it('does not grow with the number of nodes', () => {
    for (const name of ['by name', 'by name, far down', 'summary', 'blocks'] as const) {
      expect(many[name]).toBeLessThan(few[name] * 1.2)
    }
  })

  it('of a window stays near what its rows say', () => {
    // 50 rows with a new block, statistics, pending and latency every 5 s.
    expect(many['by name']).toBeLessThan(7000)
  })
})
