/** Viewers of a rig that follow topics, and what they were told. */
import type { NodeWindow, Topic } from '@netstats/protocol/feed'
import { createTestClient } from './client.ts'
import type { TestClient } from './client.ts'
import { createRig } from './rig.ts'
import type { Rig } from './rig.ts'
import { connected, observed } from './traffic.ts'

export const window = (over: Partial<NodeWindow> = {}): Topic => ({
  topic: 'nodes',
  network: '1337',
  window: { sort: 'name', descending: false, filter: '', offset: 0, limit: 50, pinned: [], ...over },
})
export const networks: Topic = { topic: 'networks' }
export const blocks: Topic = { topic: 'blocks', network: '1337', limit: 10 }

export const join = (rig: Rig, ...topics: readonly Topic[]): TestClient => {
  const client = createTestClient()
  client.connect(rig.hub)
  topics.forEach((topic, i) => client.subscribe(rig.hub, i + 1, topic))
  return client
}
export const errorsOf = (client: TestClient) => client.received.filter((m) => m.type === 'error')
export const deltasOf = (client: TestClient) => client.received.filter((m) => m.type === 'delta')
export const sendRaw = (rig: Rig, client: TestClient, text: string): void => {
  if (client.viewer !== undefined) rig.hub.receive(client.viewer, text)
}
export const peers = (rig: Rig, i: number, n: number) =>
  rig.apply(observed(i, rig.now(), '1337', { kind: 'node-stats', body: { active: true, peers: n } }))

export const rigOf = (nodes: number, ...rest: Parameters<typeof createRig>): Rig => {
  const rig = createRig(...rest)
  for (let i = 0; i < nodes; i++) rig.apply(connected(i, rig.now()))
  rig.pass(1000)
  return rig
}
