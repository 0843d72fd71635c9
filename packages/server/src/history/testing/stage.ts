/** A core, its recorder, and the rows that come of it, for tests: nothing waits and nothing is lost. */
import { unixMs } from '@netstats/protocol'
import type { Bodies, Kind, NodeInfo, Observation } from '@netstats/protocol'
import type { StoreBatch } from '@netstats/sdk/store'
import { createMemoryStore } from '@netstats/sdk/testing'
import type { MemoryStore } from '@netstats/sdk/testing'
import { createCore } from '../../shard/mod.ts'
import type { Core, CoreInput, CoreOptions, ObservationMode } from '../../shard/mod.ts'
import { begin, blockAt } from '../../shard/testing/scenario.ts'
import type { BlockShape } from '../../shard/testing/scenario.ts'
import { createKeys } from '../keys.ts'
import type { KeyLimits, Keys } from '../keys.ts'
import { createPending } from '../pending.ts'
import type { Pending } from '../pending.ts'
import { createRecorder } from '../recorder.ts'
import type { OwnRecorder, RecorderOptions } from '../recorder.ts'

export interface StageOptions {
  readonly core?: Partial<CoreOptions>
  readonly store?: MemoryStore
  readonly keys?: KeyLimits
  readonly sheds?: RecorderOptions['sheds']
  readonly lookout?: RecorderOptions['lookout']
  readonly budget?: RecorderOptions['budget']
  readonly storedUntil?: () => number | null | undefined
}

export interface Stage {
  readonly core: Core
  readonly keys: Keys
  readonly pending: Pending
  readonly recorder: OwnRecorder
  readonly store: MemoryStore
  now: number
  apply(input: CoreInput): void
  wait(ms: number): Stage
  /** Waits in steps of a second with a tick each. */
  tick(seconds?: number): Stage
  connect(nodes: string, info?: Partial<NodeInfo>): Stage
  disconnect(node: string): Stage
  say<K extends Kind>(node: string, kind: K, body: Bodies[K]): Stage
  block(nodes: string, number: number, shape?: BlockShape): Stage
  /** Says what happened so long before. */
  tell<K extends Kind>(mode: ObservationMode, back: number, node: string, kind: K, body: Bodies[K]): Stage
  /** Writes what waits to the store. */
  write(): Promise<MemoryStore>
}

export const network = '1337'

export const createStage = async (options: StageOptions = {}): Promise<Stage> => {
  const store = options.store ?? createMemoryStore()
  const keys = createKeys(options.keys)
  const pending = createPending({ maxBytes: 2 ** 30, chunkRows: 1000, onFull: () => undefined, monotonic: () => 0 })
  const catalog = await store.catalog()
  pending.renumber(keys.reconcile(catalog), catalog.seq)
  // The core tells the recorder, and the recorder asks the core.
  const own: { recorder?: OwnRecorder } = {}
  const core = createCore({
    ...options.core,
    observer: {
      blockAdded: (...told) => own.recorder?.blockAdded(...told),
      sighted: (...told) => own.recorder?.sighted(...told),
      oldBlock: (...told) => own.recorder?.oldBlock(...told),
    },
  })
  const { sheds = () => ({}), lookout, budget, storedUntil } = options
  const recorder = createRecorder({
    core,
    keys,
    pending,
    sheds,
    budget,
    ...(lookout && { lookout }),
    ...(storedUntil && { storedUntil }),
  })
  own.recorder = recorder

  const stage: Stage = {
    core,
    keys,
    pending,
    recorder,
    store,
    now: begin,
    apply(input) {
      for (const change of core.apply(input)) recorder.change(change)
      recorder.input(input)
    },
    wait(ms) {
      stage.now += ms
      return stage
    },
    tick(seconds = 1) {
      for (let i = 0; i < seconds; i++) {
        stage.now += 1000
        stage.apply({ type: 'tick', at: unixMs(stage.now) })
      }
      return stage
    },
    connect(nodes, info = {}) {
      for (const node of nodes) {
        const said = { name: node, networkId: network, ...info }
        stage.apply({ type: 'connected', at: unixMs(stage.now), node, info: said, address: null })
      }
      return stage
    },
    disconnect(node) {
      stage.apply({ type: 'disconnected', at: unixMs(stage.now), node, network })
      return stage
    },
    say(node, kind, body) {
      const observation = { kind, node, observedAt: unixMs(stage.now), body } as unknown as Observation
      stage.apply({ type: 'observation', at: unixMs(stage.now), network, observation })
      return stage
    },
    block(nodes, number, shape) {
      for (const node of nodes) stage.say(node, 'block', blockAt(number, shape))
      return stage
    },
    tell(mode, back, node, kind, body) {
      const seenAt = unixMs(stage.now - back)
      const observation = { kind, node, observedAt: seenAt, body } as unknown as Observation
      stage.apply({ type: 'observation', at: unixMs(stage.now), network, observation, mode, seenAt })
      return stage
    },
    async write() {
      pending.cut()
      const batch = keys.unwritten()
      if (batch !== undefined) {
        await store.write(batch.batch)
        batch.stored()
      }
      for (let chunk = pending.first(); chunk !== undefined; chunk = pending.first()) {
        await store.write(chunk.tables satisfies StoreBatch)
        pending.done(chunk)
      }
      return store
    },
  }
  return stage
}
