/**
 * Makes rows of what happens: listens to what the core says of every input it has applied. Pure but for the rows it leaves in
 * the row buffer.
 */
import { shedClassOf } from '@netstats/protocol'
import type { Kind } from '@netstats/protocol'
import type { Applied, BlockEvent, BlockReport, CoreNode } from '../shard/mod.ts'
import type { Change } from '../shard/changes.ts'
import type { CoreInput } from '../shard/inputs.ts'
import type { Core } from '../shard/shard-model.ts'
import { createBlockRows } from './block-rows.ts'
import type { BlockRowsContext } from './block-rows.ts'
import { createNodeIndex, networkIdOf } from './node-index.ts'
import type { NodeIndex, NodeEntry } from './node-index.ts'
import { createWriteQuota, defaultWriteQuota } from './write-quota.ts'
import type { WriteQuotaLimits } from './write-quota.ts'
import { createChangeHandlers } from './change-handlers.ts'
import { createGauges } from './gauges.ts'
import { createEventRows } from './event-rows.ts'
import type { NameIds } from './name-ids.ts'
import type { LatestMetrics, Recorder } from './history-model.ts'
import { createLatestValues } from './latest-values.ts'
import { createLogRows } from './log-rows.ts'
import { createRecentLogs } from './recent-logs.ts'
import type { OwnRecentLogs } from './recent-logs.ts'
import type { RowBuffer, RowClass } from './row-buffer.ts'
import { createObservationRows } from './observation-rows.ts'
import { createRestartRecovery } from './restart-recovery.ts'
import { createRollups } from './rollup/rollups.ts'
import { createSamples } from './samples.ts'
import { createShedRows } from './shed-rows.ts'
import type { ShedTotals } from './shed-rows.ts'

export interface RecorderOptions {
  readonly core: Pick<Core, 'network'>
  readonly names: NameIds
  readonly rowBuffer: RowBuffer
  /** What others gave up since the start, by class and reason. */
  readonly sheds: () => ShedTotals
  /** Time of the newest row that the store had at the start; null where it had none, undefined while it is not open. */
  readonly storedUntil?: () => number | null | undefined
  readonly settlement?: BlockRowsContext['settlement']
  readonly quota?: Partial<WriteQuotaLimits> | undefined
  readonly recentLogs?: OwnRecentLogs | undefined
}

export interface OwnRecorder extends Recorder {
  /** Writes everything that is still added up, for the end. */
  flush(): void
  readonly index: NodeIndex
  readonly latest: LatestMetrics
  /** Rows of roll-ups that wait for their turn. */
  readonly closing: number
}

/** All that makes rows, put together. */
const createParts = ({
  core,
  names,
  rowBuffer,
  sheds,
  storedUntil,
  settlement,
  quota,
  recentLogs,
}: RecorderOptions) => {
  const index = createNodeIndex(core, names)
  const latest = createLatestValues(index)
  const rollups = createRollups(rowBuffer.into, (run) => rowBuffer.atomically(run))
  rowBuffer.listen({ closing: () => rollups.flushLate() })
  const samples = createSamples({ rowBuffer, rollups, index, names, latest })
  const writeQuota = createWriteQuota({ ...defaultWriteQuota, ...quota })
  const blocks = createBlockRows({
    rowBuffer,
    rollups,
    quota: writeQuota,
    storedUntil: storedUntil ?? (() => null),
    ...(settlement && { settlement }),
  })
  const logs = recentLogs ?? createRecentLogs()
  const logRows = createLogRows(rowBuffer, logs)
  const events = createEventRows(rowBuffer, logRows)
  return {
    core,
    names,
    rowBuffer,
    index,
    latest,
    rollups,
    samples,
    blocks,
    recentLogs: logs,
    observations: createObservationRows({ rowBuffer, rollups, samples, logRows }),
    changes: createChangeHandlers({ index, rowBuffer, rollups, events, quota: writeQuota }),
    gauges: createGauges(index, rollups),
    shedRows: createShedRows(rowBuffer, sheds),
    recovery: createRestartRecovery({ index, rowBuffer, events, blocks }),
  }
}
type Parts = ReturnType<typeof createParts>

/** A node beyond the names that are kept has no rows; that is counted. */
const find = (
  { index, rowBuffer }: Parts,
  network: string,
  node: CoreNode,
  at: number,
  rowClass: RowClass,
): NodeEntry | undefined => {
  const before = index.turnedAway
  const entry = index.of(network, node, at)
  if (index.turnedAway > before) rowBuffer.giveUp(rowClass, 'names')
  return entry
}

const blockChanged = (parts: Parts, event: BlockEvent, at: number): void => {
  const { index, blocks } = parts
  if (event.type === 'canonical-changed') {
    const network = index.networks.get(event.network)
    if (network !== undefined) blocks.canonicalChanged(network, event.block.hash)
    return
  }
  const node = find(parts, event.network, event.node, at, 'fact')
  if (node === undefined) return
  if (event.type === 'block-attached') blocks.attached(node, event.block, event.seenAt, at)
  else blocks.learned(node, event.block, at)
}

const reported = (parts: Parts, network: string, node: CoreNode, report: BlockReport, at: number): void => {
  const { blocks } = parts
  const entry = find(parts, network, node, at, report.isBelowWindow ? 'fact' : 'sample')
  if (entry === undefined) return
  if (report.isBelowWindow) blocks.reportedBelow(entry, report.block, report.seenAt, at)
  else blocks.reported(entry, report.block, report.delayMs, report.seenAt, at)
}

const subjectApplied = (parts: Parts, { input }: Applied, network: string, node: CoreNode): void => {
  const { index, samples, observations, changes } = parts
  const { at } = input
  switch (input.type) {
    case 'observation': {
      const { observation, mode, seenAt = at } = input
      if (observation.kind === 'block') return
      const entry = find(parts, network, node, at, rowClassOf(observation.kind))
      if (entry === undefined) return
      if (mode === 'replayed') return observations.addLate(entry, observation, Math.min(seenAt, at))
      // What a node said of itself before is not what it is; it says so at each login.
      if (observation.kind === 'node-info') changes.takeInventory(entry, at)
      else if (mode !== 'snapshot') observations.add(entry, observation, at)
      return
    }
    case 'round-trip': {
      const entry = find(parts, network, node, at, 'sample')
      if (entry !== undefined) samples.roundTrip(entry, input.roundTripMs, at)
      return
    }
    case 'connected':
    case 'renamed':
    case 'genesis': {
      const entry = index.of(network, node, at)
      if (entry !== undefined) changes.takeInventory(entry, at)
      return
    }
    // What follows from them are changes.
    case 'disconnected':
    case 'removed':
    case 'rekeyed':
    case 'alarm':
    case 'tick':
  }
}

/** Those of the server itself have no place in the history of a network: they are in the file of alarms. */
const alarmSaid = (parts: Parts, { at, network: key, node: id, body }: Extract<CoreInput, { type: 'alarm' }>): void => {
  const { names, core, rowBuffer } = parts
  if (key === null) return
  // Both may have gone meanwhile.
  const network = names.network(key, core.network(key)?.networkId ?? networkIdOf(key), at)
  const node = network && id !== null ? names.node(network, id, at) : undefined
  if (network === undefined || (node === undefined && id !== null)) return rowBuffer.giveUp('fact', 'names')
  const { alarm, step, severity, type, message } = body
  const place = { network: network.number, node: node?.number ?? null }
  rowBuffer.into.alarm.add({ at, ...place, alarm, step, severity, type, message, origin: 'server' })
}

const ticked = ({ rollups, blocks, changes, gauges, shedRows, recovery }: Parts, at: number): void => {
  rollups.tick(at)
  blocks.tick(at)
  changes.tick(at)
  gauges.tick(at)
  shedRows.tick(at)
  recovery.review(at)
}

export const createRecorder = (options: RecorderOptions): OwnRecorder => {
  const parts = createParts(options)
  const { index, latest, rollups, blocks, recovery, recentLogs } = parts
  return {
    index,
    latest,
    applied(event) {
      const { input, node, network, report, changes } = event
      const { at } = input
      rollups.reach(at)
      for (let i = 0; i < event.blocks.length; i++) blockChanged(parts, event.blocks[i] as BlockEvent, at)
      if (node !== undefined && network !== undefined && report !== undefined)
        reported(parts, network, node, report, at)
      blocks.writeAttached()
      for (let i = 0; i < changes.length; i++) {
        const change = changes[i] as Change
        parts.changes.concluded(change)
        if (change.type === 'network-removed') recentLogs.forget(change.network)
      }
      if (input.type === 'alarm') alarmSaid(parts, input)
      else if (node !== undefined && network !== undefined) subjectApplied(parts, event, network, node)
      else if (input.type === 'tick') ticked(parts, at)
    },
    restored: (network, restored, at) => recovery.restored(network, restored, at),
    flush() {
      rollups.flush()
      blocks.flush()
    },
    get closing() {
      return rollups.closing
    },
  }
}

const rowClassOf = (kind: Kind): RowClass => {
  const shedClass = shedClassOf(kind)
  if (shedClass === 'log') return 'log'
  return shedClass === 'alarm' ? 'fact' : 'sample'
}
