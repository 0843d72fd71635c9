/** A live network whose every word is written to a store in memory, for tests of what the store makes of it later. */
import type { Hash } from '@netstats/protocol'
import { createMemoryStore } from '@netstats/store/testing'
import type { MemoryStore } from '@netstats/store/testing'
import { scenario } from '../../../shard/testing/scenario.ts'
import type { Scenario } from '../../../shard/testing/scenario.ts'
import type { CoreInput, CoreOptions } from '../../../shard/mod.ts'
import { createNameIds } from '../../name-ids.ts'
import type { NameIds } from '../../name-ids.ts'
import { createRowBuffer } from '../../row-buffer.ts'
import { writeBatch } from '../../write-batch.ts'
import { createRecorder } from '../../recorder.ts'
import type { OwnRecorder } from '../../recorder.ts'

export interface Recorded {
  readonly stage: Scenario
  readonly store: MemoryStore
  readonly names: NameIds
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
  const names = createNameIds()
  const rowBuffer = createRowBuffer({
    maxBytes: 1 << 28,
    batchRows: 100_000,
    onFull: () => undefined,
    monotonic: () => 0,
  })
  names.adopt(await store.catalog())
  const stage = scenario(options, network)
  const recorder = createRecorder({ core: stage.core, names, rowBuffer, sheds: () => ({}) })
  stage.listeners.push(recorder.applied)
  const apply = stage.apply.bind(stage)
  stage.apply = (given) => apply(withSpreadHashes(given))
  return {
    stage,
    store,
    names,
    recorder,
    async written() {
      const fresh = names.withoutKey()
      if (fresh !== undefined) fresh.stored(await store.nameKeys(fresh.names))
      rowBuffer.cut()
      for (let batch = rowBuffer.first(); batch !== undefined; batch = rowBuffer.first()) {
        await writeBatch(store, names, batch)
        rowBuffer.done(batch)
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
