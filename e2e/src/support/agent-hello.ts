/** The first frame of an agent of the netstats protocol. */
import { writeFrame } from '@netstats/protocol/netstats'
import type { Hello } from '@netstats/protocol/netstats'

export const helloOf = (node: string, more: Partial<Hello> = {}): Hello => ({
  type: 'hello',
  version: 1,
  agent: node,
  node,
  info: { name: node, networkId: '1337', client: 'Geth/v1.16.3' },
  spool: 'a'.repeat(32),
  after: 0,
  acknowledged: 0,
  lives: [{ life: 'a'.repeat(16), from: 1 }],
  time: Date.now(),
  software: 'netstats/test',
  ...more,
})

export const agentHello = (node: string, more: Partial<Hello> = {}): string => writeFrame(helloOf(node, more))
