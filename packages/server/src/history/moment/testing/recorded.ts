/** A live network whose every word is written to a store in memory, for tests of what the store makes of it later. */
import type { Hash } from '@netstats/protocol'
import { createMemoryStore } from '@netstats/sdk/testing'
import type { MemoryStore } from '@netstats/sdk/testing'
import type { CoreObserver } from '../../../shard/observer.ts'
import { scenario } from '../../../shard/testing/scenario.ts'
import type { Scenario } from '../../../shard/testing/scenario.ts'
import type { CoreInput, CoreOptions } from '../../../shard/mod.ts'
import { createKeys } from '../../keys.ts'
import type { Keys } from '../../keys.ts'
import { createPending } from '../../pending.ts'
import { createRecorder } from '../../recorder.ts'
import type { OwnRecorder } from '../../recorder.ts'

export interface Recorded {
  readonly stage: Scenario
  readonly store: MemoryStore
  readonly keys: Keys
  readonly recorder: OwnRecorder
  /** Writes what waits. */
  written(): Promise<void>
}

export interface RecordedOptions {
  readonly network?: string
  readonly core?: Partial<CoreOptions>
  /** Goes on with a store that has rows already. */
  readonly store?: MemoryStore
}

export const createRecorded = async ({
  network = '1337',
  core: options = {},
  store = createMemoryStore(),
}: RecordedOptions = {}): Promise<Recorded> => {
  const keys = createKeys()
  const pending = createPending({ maxBytes: 1 << 28, chunkRows: 100_000, onFull: () => undefined, monotonic: () => 0 })
  const catalog = await store.catalog()
  pending.renumber(keys.reconcile(catalog), catalog.seq)
  let observer: CoreObserver | undefined
  const stage = scenario(
    {
      ...options,
      observer: {
        blockAdded: (...told) => observer?.blockAdded(...told),
        sighted: (...told) => observer?.sighted(...told),
        oldBlock: (...told) => observer?.oldBlock(...told),
      },
    },
    network,
  )
  const recorder = createRecorder({ core: stage.core, keys, pending, sheds: () => ({}) })
  observer = recorder
  const apply = stage.apply.bind(stage)
  stage.apply = (given) => {
    const input = withSpreadHashes(given)
    const changes = apply(input)
    for (const change of changes) recorder.change(change)
    recorder.input(input)
    return changes
  }
  return {
    stage,
    store,
    keys,
    recorder,
    async written() {
      const names = keys.unwritten()
      if (names !== undefined) {
        await store.write(names.batch)
        names.stored()
      }
      pending.cut()
      for (let chunk = pending.first(); chunk !== undefined; chunk = pending.first()) {
        await store.write(chunk.tables)
        pending.done(chunk)
      }
    },
  }
}

/** Hashes of the stage begin alike; the store joins by their first eight bytes. */
const spread = (hash: Hash): Hash => `0x${hash.slice(38, 50)}${hash.slice(62)}${hash.slice(2, 50)}` as Hash

const withSpreadHashes = (input: CoreInput): CoreInput => {
  if (input.type !== 'observation' || input.observation.kind !== 'block') return input
  const { body } = input.observation
  const hashes = { hash: spread(body.hash), parentHash: spread(body.parentHash) }
  return { ...input, observation: { ...input.observation, body: { ...body, ...hashes } } }
}

/** Milliseconds that pass only when asked: each look is one later. */
export const countingClock = (): (() => number) => {
  let looks = 0
  return () => looks++
}
