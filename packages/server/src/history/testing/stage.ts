/** A core, its recorder, and the rows that come of it, for tests: nothing waits and nothing is lost. */
import { unixMs } from '@netstats/protocol'
import type { Bodies, Kind, NodeInfo, Observation } from '@netstats/protocol'
import { createMemoryStore } from '@netstats/store/testing'
import type { MemoryStore } from '@netstats/store/testing'
import { createCore } from '../../shard/mod.ts'
import type { Core, CoreInput, CoreOptions, ObservationMode } from '../../shard/mod.ts'
import { begin, blockAt } from '../../shard/testing/scenario.ts'
import type { BlockShape } from '../../shard/testing/scenario.ts'
import { createNameIds } from '../name-ids.ts'
import type { NameLimits, NameIds } from '../name-ids.ts'
import { writeBatch } from '../write-batch.ts'
import { createRowBuffer } from '../row-buffer.ts'
import type { RowBuffer } from '../row-buffer.ts'
import { createRecorder } from '../recorder.ts'
import type { OwnRecorder, RecorderOptions } from '../recorder.ts'

export interface StageOptions {
  readonly core?: Partial<CoreOptions>
  readonly store?: MemoryStore
  readonly names?: NameLimits
  readonly sheds?: RecorderOptions['sheds']
  readonly settlement?: RecorderOptions['settlement']
  readonly quota?: RecorderOptions['quota']
  readonly storedUntil?: () => number | null | undefined
}

export interface Stage {
  readonly core: Core
  readonly names: NameIds
  readonly rowBuffer: RowBuffer
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
  const names = createNameIds(options.names)
  const rowBuffer = createRowBuffer({ maxBytes: 2 ** 30, batchRows: 1000, onFull: () => undefined, monotonic: () => 0 })
  names.adopt(await store.catalog())
  const core = createCore({ reconnectMs: 0, ...options.core })
  const { sheds = () => ({}), settlement, quota, storedUntil } = options
  const recorder = createRecorder({
    core,
    names,
    rowBuffer,
    sheds,
    quota,
    ...(settlement && { settlement }),
    ...(storedUntil && { storedUntil }),
  })

  const stage: Stage = {
    core,
    names,
    rowBuffer,
    recorder,
    store,
    now: begin,
    apply(input) {
      recorder.applied(core.apply(input))
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
      rowBuffer.cut()
      const fresh = names.withoutKey()
      if (fresh !== undefined) fresh.stored(await store.nameKeys(fresh.names))
      for (let batch = rowBuffer.first(); batch !== undefined; batch = rowBuffer.first()) {
        await writeBatch(store, names, batch)
        rowBuffer.done(batch)
      }
      return store
    },
  }
  return stage
}
