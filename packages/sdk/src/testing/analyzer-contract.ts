import { decodeObservation, encodeBody, unixMs } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import type { Analyzer, AnalyzerEvent, AnalyzerResult, NetworkChange } from '../analyzer.ts'
import { exampleObservations } from './observations.ts'

export interface AnalyzerHarness extends AsyncDisposable {
  readonly analyzer: Analyzer
  /** Events that make it say something. */
  readonly telling: readonly AnalyzerEvent[]
}

const network = '1337'
const at = unixMs(1_790_000_000_000)

const changes: readonly NetworkChange[] = [
  { type: 'network-added' },
  { type: 'node-added', node: 'node-1' },
  { type: 'node-active', node: 'node-1' },
  { type: 'head', number: 7, hash: `0x${'1'.repeat(64)}`, displaced: 0 },
  { type: 'reorg', number: 7, hash: `0x${'2'.repeat(64)}`, depth: 2 },
  { type: 'split', number: 6, nodes: [1, 2] },
  { type: 'reunited', since: at },
  { type: 'node-inactive', node: 'node-1', reason: 'disconnected' },
  { type: 'node-removed', node: 'node-1', reason: 'expired' },
  { type: 'network-removed' },
]

/** Every kind of event there is, as a server gives them. */
const anything = (): readonly AnalyzerEvent[] => [
  ...exampleObservations().map((observation): AnalyzerEvent => ({ type: 'observation', at, network, observation })),
  ...changes.map((change): AnalyzerEvent => ({ type: 'change', at, network, change })),
]

/** What every analyzer must do. `open` is called by each test, which disposes what it gets. */
export const analyzerContract = (name: string, open: () => Promise<AnalyzerHarness>): void => {
  const analyze = async (
    { analyzer }: AnalyzerHarness,
    events: readonly AnalyzerEvent[],
  ): Promise<AnalyzerResult[]> => {
    const signal = new AbortController().signal
    const results: AnalyzerResult[] = []
    for await (const result of analyzer.analyze(each(events), { signal })) results.push(result)
    return results
  }

  describe(`${name}, as an analyzer`, () => {
    it('says metrics, logs and alarms that can be written down and read back', async () => {
      await using harness = await open()
      const results = await analyze(harness, harness.telling)
      expect(results.length).toBeGreaterThan(0)
      for (const { network: of, observation: one } of results) {
        expect(harness.telling.map((event) => event.network)).toContain(of)
        expect(['metric', 'log', 'alarm']).toContain(one.kind)
        expect(decodeObservation(one.kind, one.node, one.observedAt, encodeBody(one))).toEqual(one)
      }
    })

    it('takes every kind of event, whether it has a use for it or not, and ends when they end', async () => {
      await using harness = await open()
      await analyze(harness, anything())
    })

    it('can be left in the middle, and disposed more than once', async () => {
      await using harness = await open()
      const signal = new AbortController().signal
      for await (const _ of harness.analyzer.analyze(each(harness.telling), { signal })) break
      await harness.analyzer[Symbol.asyncDispose]()
      await harness.analyzer[Symbol.asyncDispose]()
    })
  })
}

async function* each(events: readonly AnalyzerEvent[]): AsyncGenerator<AnalyzerEvent, void> {
  for (const event of events) yield await Promise.resolve(event)
}
