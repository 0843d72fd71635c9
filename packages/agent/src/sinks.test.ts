import { sinks } from '@netstats/components'
import { nodeId } from '@netstats/protocol'
import { exampleObservations } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import type { SinkEntry } from './config.ts'
import { wantsOf } from './sinks.ts'

const entry = (more: Partial<SinkEntry> = {}): SinkEntry => ({
  type: 'ethstats',
  ...sinks.ethstats.config.omit({ node: true }).parse({ endpoint: 'ws://127.0.0.1:3000' }),
  policy: 'on-ack',
  batchSize: 500,
  ...more,
})
const wanted = (sink: SinkEntry, node = 'a'): readonly string[] =>
  exampleObservations(nodeId('a'))
    .filter(wantsOf(sink, node))
    .map(({ kind }) => kind)

describe('what a sink is given', () => {
  it('is what it can carry: the rest would only fill the spool', () => {
    expect(new Set(wanted(entry()))).toEqual(new Set(['node-info', 'node-stats', 'pending', 'block']))
  })

  it('is of that what it was told to report', () => {
    expect(new Set(wanted(entry({ kinds: ['block', 'host'] })))).toEqual(new Set(['block']))
  })

  it('is nothing of other nodes', () => {
    expect(wanted(entry(), 'b')).toEqual([])
  })
})
