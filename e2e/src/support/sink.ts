/** A built-in sink, opened as the host opens it, for tests with real peers. */
import { builtIn } from '@netstats/components'
import type { Observation } from '@netstats/protocol'
import type { Batch, Delivery, MappingOptions, Sink } from '@netstats/sdk'
import { configFor, createTestContext, exampleSpool } from '@netstats/sdk/testing'

export interface OpenedSink extends AsyncDisposable {
  /** Hands observations over as one batch; each call is later in the spool than the one before. */
  deliver(observations: readonly Observation[]): Promise<Delivery>
}

export const openSink = async (type: string, options: object, mapping?: MappingOptions): Promise<OpenedSink> => {
  const definition = builtIn.sinks?.find((one) => one.type === type)
  if (definition?.nodes !== 'all') throw new Error(`no sink ${type} for all nodes`)
  const context = createTestContext(mapping === undefined ? {} : { mapping })
  const sink: Sink = await definition.open(configFor(definition, { ...options }), context)
  let last = 1000
  return {
    deliver(observations) {
      const items = observations.map((observation) => ({ sequence: ++last, observation, network: '1337' }))
      const batch: Batch = { spool: exampleSpool.id, after: last - items.length, before: 0, items, last }
      return sink.deliver(batch, { signal: AbortSignal.timeout(30_000) })
    },
    [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose](),
  }
}
