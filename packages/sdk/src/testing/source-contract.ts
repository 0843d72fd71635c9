import { blockNumber, decodeObservation, encodeBody } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import { observationsIn } from '../component.ts'
import type { Source } from '../component.ts'

/** A source with what it watches, so arranged that it has something to say. */
export interface SourceHarness extends AsyncDisposable {
  readonly source: Source
  /** Makes what is watched say something new; absent where it does so by itself. */
  readonly wake?: () => Promise<void>
}

const enough = 5

export interface SourceFeatures {
  /** It knows blocks 0 and 1 at least. */
  readonly blocks: boolean
}

/** What every source must do. `open` is called by each test, which disposes what it gets. */
export const sourceContract = (
  name: string,
  open: () => Promise<SourceHarness>,
  features: SourceFeatures = { blocks: false },
): void => {
  /** The first observations, then the way out. */
  const observe = async ({ source, wake }: SourceHarness, count: number): Promise<readonly Observation[]> => {
    const abort = new AbortController()
    const seen: Observation[] = []
    const waking = wake ? keepWaking(wake, abort.signal) : Promise.resolve()
    for await (const given of source.observe({ signal: abort.signal })) {
      seen.push(...observationsIn(given))
      if (seen.length >= count) abort.abort(new Error('seen enough'))
    }
    await waking
    return seen
  }

  describe(`${name}, as a source`, () => {
    it('speaks of its own node, in observations that can be written down and read back', async () => {
      await using harness = await open()
      for (const one of await observe(harness, enough)) {
        expect(one.node).toBe(harness.source.node)
        expect(Number.isFinite(one.observedAt)).toBe(true)
        expect(decodeObservation(one.kind, one.node, one.observedAt, encodeBody(one))).toEqual(one)
      }
    })

    it('ends without an error when its signal aborts while it has something to say', async () => {
      await using harness = await open()
      const seen = await observe(harness, 1)
      expect(seen.length).toBeGreaterThanOrEqual(1)
    })

    it('ends when its signal aborts while it waits', async () => {
      await using harness = await open()
      const abort = new AbortController()
      const iterator = harness.source.observe({ signal: abort.signal })[Symbol.asyncIterator]()
      const first = iterator.next()
      abort.abort(new Error('not now'))
      let step = await first
      while (!step.done) step = await iterator.next()
      expect(step.done).toBe(true)
    })

    it('says nothing to a signal that has aborted', async () => {
      await using harness = await open()
      for await (const one of harness.source.observe({ signal: AbortSignal.abort() }))
        throw new Error(JSON.stringify(one))
    })

    it('can be left in the middle, and disposed more than once', async () => {
      await using harness = await open()
      const abort = new AbortController()
      const waking = harness.wake ? keepWaking(harness.wake, abort.signal) : Promise.resolve()
      for await (const _ of harness.source.observe({ signal: abort.signal })) break
      abort.abort()
      await waking
      await harness.source[Symbol.asyncDispose]()
      await harness.source[Symbol.asyncDispose]()
    })

    if (!features.blocks) return
    it('gives the blocks it is asked for in ascending order and leaves out those it cannot have', async () => {
      await using harness = await open()
      const ask = [blockNumber(2 ** 40), blockNumber(1), blockNumber(0)]
      const got = await harness.source.blocks?.(ask, { signal: new AbortController().signal })
      expect(got?.map((block) => block.number)).toEqual([0, 1])
    })
  })
}

/** Wakes it in every turn of the event loop: the source may need more than one reason to speak. */
const keepWaking = async (wake: () => Promise<void>, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    await wake()
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}
