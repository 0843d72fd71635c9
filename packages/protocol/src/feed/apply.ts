/**
 * How a client's copy of a topic follows the server's: pure, and what is unchanged keeps its identity, so that a view
 * redraws only the rows that are new objects. The server's tests hold it to this: snapshot plus deltas is the next snapshot.
 */
import type { Verdict } from './alarms.ts'
import type { RowDelta, SummaryDelta, TopicData, TopicDelta, TopicName } from './messages.ts'
import type { BlockRow, MapPoint, NetworkSummary } from './model.ts'
import type { NodeRow } from './node-columns.ts'

type Apply<T extends TopicName> = (data: TopicData[T], delta: TopicDelta[T]) => TopicData[T]

/** Order of block lists: newest number first, at one height the canonical block first, then by hash. */
export const compareBlocks = (a: BlockRow, b: BlockRow): number =>
  b.number - a.number || Number(b.canonical) - Number(a.canonical) || (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0)

/** Order of map points: by id, by code unit. */
export const comparePoints = (a: MapPoint, b: MapPoint): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

const applySummary = (data: NetworkSummary | undefined, delta: SummaryDelta): NetworkSummary => {
  const series = delta.series === undefined ? data?.series : { ...data?.series, ...delta.series }
  return { ...data, ...delta, ...(series && { series }) } as NetworkSummary
}

const applyRow = (row: NodeRow | null | undefined, delta: RowDelta): NodeRow => {
  const { propagationMoved: moved, ...fields } = delta
  if (moved === undefined) return { ...row, ...fields } as NodeRow
  const before = row?.propagation ?? []
  const propagation = [...before.slice(moved.drop, moved.drop + moved.keep), ...moved.add]
  return { ...row, ...fields, propagation } as NodeRow
}

/** Patches a keyed set of entries; whatever `order` does not name is forgotten. */
const patchEntries = <Entry extends object, Patch>(
  before: (key: string) => Entry | undefined,
  order: readonly string[],
  patches: { readonly [key: string]: Patch },
  merge: (entry: Entry | undefined, patch: Patch) => Entry,
): Map<string, Entry> => {
  const after = new Map<string, Entry>()
  for (const key of order) {
    const patch = Object.hasOwn(patches, key) ? patches[key] : undefined
    const entry = patch === undefined ? before(key) : merge(before(key), patch)
    if (entry !== undefined) after.set(key, entry)
  }
  return after
}

// Node ids come from outside: an object without prototype keeps one called `__proto__` an ordinary key.
const toObject = <Entry>(entries: Map<string, Entry>): { readonly [key: string]: Entry } => {
  const out = Object.create(null) as { [key: string]: Entry }
  for (const [key, entry] of entries) out[key] = entry
  return out
}

const applyAlarms: Apply<'alarms'> = (data, delta) => {
  const known = new Map(data.alarms.map((alarm) => [alarm.id, alarm]))
  for (const alarm of delta.alarms) known.set(alarm.id, alarm)
  const order = delta.order ?? data.alarms.map(({ id }) => id)
  const verdicts = new Map<string, Verdict>(Object.entries(data.verdicts))
  for (const [network, verdict] of Object.entries(delta.verdicts)) {
    if (verdict === null) verdicts.delete(network)
    else verdicts.set(network, verdict)
  }
  return {
    alarms: order.flatMap((id) => known.get(id) ?? []),
    total: delta.total,
    counts: delta.counts,
    verdicts: toObject(verdicts),
  }
}

const applies: { readonly [T in TopicName]: Apply<T> } = {
  networks: (data, delta) => {
    const before = new Map(data.networks.map((n) => [n.key, n]))
    const order = delta.order ?? [...before.keys()]
    return { networks: [...patchEntries((k) => before.get(k), order, delta.networks, applySummary).values()] }
  },
  summary: applySummary,
  nodes: (data, delta) => {
    const order = delta.order ?? data.order
    const before = (id: string) => (Object.hasOwn(data.rows, id) ? data.rows[id] : undefined)
    return {
      total: delta.total ?? data.total,
      all: delta.all ?? data.all,
      order,
      rows: toObject(patchEntries(before, order, delta.rows, applyRow)),
    }
  },
  node: (data, delta) => (delta === null ? null : applyRow(data, delta)),
  blocks: (data, delta) => {
    const gone = new Set([...delta.remove, ...delta.upsert.map((b) => b.hash)])
    const blocks = data.blocks.filter((b) => !gone.has(b.hash)).concat(delta.upsert)
    return { blocks: blocks.sort(compareBlocks) }
  },
  block: (data, delta) => {
    if (delta === null) return null
    const { seen, ...fields } = delta
    const seenBy = fields.seenBy ?? data?.seenBy ?? []
    return { ...data, ...fields, seenBy: seen ? [...seenBy, ...seen] : seenBy } as TopicData['block']
  },
  map: (data, delta) => {
    const gone = new Set([...delta.remove, ...delta.upsert.map((p) => p.id)])
    return {
      points: data.points
        .filter((p) => !gone.has(p.id))
        .concat(delta.upsert)
        .sort(comparePoints),
    }
  },
  logs: (data, delta) => ({ lines: [...data.lines.slice(delta.drop), ...delta.add] }),
  metrics: (data, delta) => {
    const values = new Map(Object.entries(data.values))
    for (const name of delta.remove) values.delete(name)
    for (const [name, value] of Object.entries(delta.values)) values.set(name, value)
    return { values: toObject(values), omitted: delta.omitted }
  },
  alarms: applyAlarms,
}

/** The topic's state after a delta. The argument is not changed. */
export const applyDelta = <T extends TopicName>(topic: T, data: TopicData[T], delta: TopicDelta[T]): TopicData[T] =>
  applies[topic](data, delta)
