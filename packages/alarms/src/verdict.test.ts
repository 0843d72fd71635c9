import { describe, expect, it } from 'vitest'
import type { AlarmRecord, PerceivedSeverity } from '@netstats/protocol/feed'
import { verdictOf } from './verdict.ts'

const at = 1_767_225_600_000
const network = { at, head: 100, headAt: at - 2000, nodes: 5, active: 5 }
let count = 0
const alarm = (rule: string, severity: PerceivedSeverity, more: Partial<AlarmRecord> = {}): AlarmRecord => ({
  id: String(++count),
  step: 1,
  rule,
  origin: 'server',
  state: 'raised',
  severity,
  network: '1',
  node: 'a',
  labels: {},
  message: '',
  advice: null,
  runbook: null,
  startsAt: at,
  updatedAt: at,
  endsAt: null,
  acknowledgement: null,
  suppressed: null,
  parent: null,
  symptoms: 0,
  ...more,
})

describe('the verdict on a network', () => {
  it('is a sentence on chain, nodes and server, as bad as the worst of its alarms', () => {
    expect(verdictOf({ network, alarms: [], server: [] })).toEqual({ level: 'ok', text: 'chain well, server well' })
    const alarms = [
      alarm('node-inactive', 'major'),
      alarm('node-inactive', 'major', { node: 'b' }),
      alarm('node-behind', 'minor', { node: 'c' }),
      alarm('disk-full', 'warning', { node: 'c' }),
    ]
    expect(
      verdictOf({ network, alarms, server: [alarm('store-behind', 'minor', { network: null, node: null })] }),
    ).toEqual({
      level: 'major',
      text: 'chain well, 2 nodes inactive, 1 node behind, 1 node with other alarms, server with 1 alarm',
    })
  })

  it('says how long a chain stands still', () => {
    const still = { ...network, headAt: at - 600_000 }
    const alarms = [
      alarm('chain-stalled', 'critical', { node: null }),
      alarm('versions-differ', 'warning', { node: null }),
    ]
    expect(verdictOf({ network: still, alarms, server: [] })).toEqual({
      level: 'critical',
      text: 'chain stands still for 10 min, versions differ, server well',
    })
    expect(verdictOf({ network, alarms: [alarm('network-silent', 'critical', { node: null })], server: [] }).text).toBe(
      'nobody reports, server well',
    )
  })

  it('is not known before there is a block, and leaves symptoms and silenced alarms aside', () => {
    expect(verdictOf({ network: undefined, alarms: [], server: [] }).level).toBe('unknown')
    const alarms = [
      alarm('node-inactive', 'major', { parent: 'x' }),
      alarm('node-inactive', 'major', { suppressed: { reason: 'silence', by: 's' } }),
    ]
    expect(verdictOf({ network, alarms, server: [] }).level).toBe('ok')
  })
})
