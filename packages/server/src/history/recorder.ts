/**
 * Takes down what happens: told of every input after the core has applied it and drawn its conclusions, and by the core
 * itself of blocks and sights. Pure but for the rows it leaves in `Pending`.
 */
import { shedClassOf } from '@netstats/protocol'
import type { Kind, Observation } from '@netstats/protocol'
import type { Core, CoreInput } from '../shard/model.ts'
import type { ObservedNode } from '../shard/observer.ts'
import { createBlockRows } from './block-rows.ts'
import type { BlockRowsContext } from './block-rows.ts'
import { createBooks } from './books.ts'
import type { Books, NodeBook } from './books.ts'
import { createBudget, defaultBudget } from './budget.ts'
import type { BudgetLimits } from './budget.ts'
import { createConclusions } from './conclusions.ts'
import { createGauges } from './gauges.ts'
import { createJournal } from './journal.ts'
import type { Keys } from './keys.ts'
import type { Recorder } from './model.ts'
import type { Pending, RowClass } from './pending.ts'
import { createResume } from './resume.ts'
import { createRollups } from './rollup/rollups.ts'
import { createSamples } from './samples.ts'
import type { Samples } from './samples.ts'
import { createShedRows } from './shed-rows.ts'
import type { ShedTotals } from './shed-rows.ts'

export interface RecorderOptions {
  readonly core: Pick<Core, 'network' | 'networkOf' | 'inventory' | 'touched'>
  readonly keys: Keys
  readonly pending: Pending
  /** What others gave up since the start, by class and reason. */
  readonly sheds: () => ShedTotals
  /** Time of the newest row that the store had at the start; null where it had none, undefined while it is not open. */
  readonly storedUntil?: () => number | null | undefined
  readonly lookout?: BlockRowsContext['lookout']
  readonly budget?: Partial<BudgetLimits> | undefined
}

export interface OwnRecorder extends Recorder {
  /** Writes everything that is still added up, for the end. */
  flush(): void
  readonly books: Books
  /** Rows of roll-ups that wait for their turn. */
  readonly closing: number
}

/** Sums of late rows that are added up before they are written: many at once would be felt. */
const maxLateSums = 1000

export const createRecorder = ({
  core,
  keys,
  pending,
  sheds,
  storedUntil = () => null,
  lookout,
  budget: limits,
}: RecorderOptions): OwnRecorder => {
  const { into, nextSeq } = pending
  const books = createBooks(core, keys)
  const rollups = createRollups(
    into,
    {
      network: (slot, put) => put(1, books.networkSlots.ownerOf(slot).name.key),
      node(slot, put) {
        const { name, network } = books.nodeSlots.ownerOf(slot)
        put(1, network.name.key)
        put(2, name.key)
      },
      metric(slot, put) {
        const { node, metric } = books.seriesSlots.ownerOf(slot)
        put(1, node.network.name.key)
        put(2, node.name.key)
        put(3, metric.key)
      },
    },
    (run) => pending.together(run),
  )
  const samples = createSamples({ pending, rollups, books, keys })
  const lateSamples = createSamples({ pending, rollups: rollups.late, books, keys })
  pending.listen({ closing: () => rollups.late.flush() })
  const budget = createBudget({ ...defaultBudget, ...limits })
  const blocks = createBlockRows({ pending, rollups, budget, storedUntil, ...(lookout && { lookout }) })
  const journal = createJournal(pending)
  const gauges = createGauges(books, rollups)
  const shedRows = createShedRows(pending, sheds)
  const resume = createResume({ core, books, pending, journal, blocks })

  const conclusions = createConclusions({ core, books, pending, rollups, blocks, journal, budget })
  const { takeInventory, concluded } = conclusions

  /** `at`: when it happened. */
  const observed = (node: NodeBook, observation: Observation, samples: Samples, at: number): void => {
    const { body, kind } = observation
    const keysOf = { network: node.network.name.key, node: node.name.key }
    switch (kind) {
      case 'node-stats':
        return samples.stats(node, body, at)
      case 'latency':
        return samples.latency(node, body.latencyMs, at)
      case 'pending':
        return samples.pending(node, body.pending, at)
      case 'block-processing':
        return samples.processing(node, body.processingMs, at)
      case 'host':
        return samples.host(node, body, at)
      case 'metric':
        return samples.metric(node, body, at)
      // Told of within `apply`, where its first report is known from others.
      case 'block':
        return
      case 'node-info':
        return
      case 'gap':
        into.gap.add({ at, seq: nextSeq(), ...keysOf, ...body })
        return
      case 'log':
        into.log.add({ at, seq: nextSeq(), ...keysOf, ...body })
        return
      case 'alarm':
        into.alarm.add({ at, seq: nextSeq(), ...keysOf, ...body })
        return
      case 'head-event': {
        const message = `${body.type}: ${body.removed.length} blocks left its chain, ${body.added.length} joined`
        into.log.add({ at, seq: nextSeq(), ...keysOf, severity: 6, source: 'head-event', message })
        return
      }
    }
  }

  /** Its rows and what they add to sums are of one chunk, so that they agree whatever becomes of it. */
  const lateObserved = (node: NodeBook, observation: Observation, seenAt: number): void =>
    pending.together(() => {
      observed(node, observation, lateSamples, seenAt)
      if (rollups.late.size > maxLateSums) rollups.late.flush()
    })

  const counted = (rowClass: RowClass, find: () => NodeBook | undefined): NodeBook | undefined => {
    const before = books.turnedAway
    const node = find()
    if (books.turnedAway > before) pending.giveUp(rowClass, 'names')
    return node
  }

  const nodeOf = (network: string, told: ObservedNode, at: number, rowClass: RowClass): NodeBook | undefined =>
    books.known(told) ?? counted(rowClass, () => books.of(network, told, at))

  /** What an input is about that the core has just applied. One that it did not know, or has moved, is looked for. */
  const subject = (network: string, id: string, at: number, rowClass: RowClass): NodeBook | undefined => {
    const { touched } = core
    return touched?.id === id
      ? nodeOf(network, touched, at, rowClass)
      : counted(rowClass, () => books.node(network, id, at))
  }

  return {
    books,
    input(input: CoreInput) {
      const { at } = input
      // Brought by this input without a live sight of it.
      blocks.settle()
      switch (input.type) {
        case 'observation': {
          const { network, observation, mode, seenAt = at } = input
          const node = subject(network, observation.node, at, rowClassOf(observation.kind))
          if (node === undefined) return
          if (mode === 'late') return lateObserved(node, observation, Math.min(seenAt, at))
          // What a node said of itself before is not what it is; it says so at each login.
          if (observation.kind === 'node-info') takeInventory(node, at)
          else if (mode !== 'now') observed(node, observation, samples, at)
          return
        }
        case 'round-trip': {
          const node = subject(input.network, input.node, at, 'sample')
          if (node !== undefined) samples.roundTrip(node, input.roundTripMs, at)
          return
        }
        case 'connected': {
          const network = core.networkOf(input.node, input.info.networkId)
          const node = network === undefined ? undefined : books.node(network, input.node, at)
          if (node !== undefined) takeInventory(node, at)
          return
        }
        case 'genesis': {
          const node = books.node(input.network, input.node, at)
          if (node !== undefined) takeInventory(node, at)
          return
        }
        case 'tick':
          rollups.tick(at)
          blocks.tick(at)
          conclusions.tick(at)
          gauges.tick(at)
          shedRows.tick(at)
          return resume.review(at)
        case 'disconnected':
      }
    },
    change: concluded,
    blockAdded(network, told, block, seenAt, at) {
      const node = nodeOf(network, told, at, 'fact')
      if (node !== undefined) blocks.added(node, block, seenAt, at)
    },
    sighted(network, told, block, delayMs, seenAt, at) {
      const node = nodeOf(network, told, at, 'sample')
      if (node !== undefined) blocks.sighted(node, block, delayMs, seenAt, at)
    },
    oldBlock(network, told, block, seenAt, at) {
      const node = nodeOf(network, told, at, 'fact')
      if (node !== undefined) blocks.old(node, block, seenAt, at)
    },
    restored: (network, restored, at) => resume.restored(network, restored, at),
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
