import type { NodeColumn, NodeRow, NodeWindow, Topic, TopicData, TopicDelta, TopicName } from '@netstats/protocol/feed'
import type { SimNetwork } from './network.ts'

/** What a subscription would see now; undefined where the network is not known. */
export function look(networks: readonly SimNetwork[], topic: Topic): TopicData[TopicName] | undefined {
  if (topic.topic === 'networks') return { networks: networks.map((n) => n.summary()) }
  const network = networks.find((n) => n.key === topic.network)
  if (!network) return undefined
  const rows = network.nodes.map((n) => n.row)
  switch (topic.topic) {
    case 'summary':
      return network.summary()
    case 'nodes':
      return lookAtNodes(rows, topic.window)
    case 'node':
      return rows.find((r) => r.id === topic.node) ?? null
    case 'blocks':
      return { blocks: network.blocks().slice(0, topic.limit) }
    case 'block':
      return network.detail(topic.hash)
    case 'map':
      return {
        points: rows.flatMap(({ id, name, state, latitude, longitude }) =>
          latitude === null || longitude === null ? [] : [{ id, name, state, latitude, longitude }],
        ),
      }
  }
}

function lookAtNodes(rows: readonly NodeRow[], window: NodeWindow): TopicData['nodes'] {
  const pinned = window.pinned.flatMap((id) => rows.find((r) => r.id === id) ?? [])
  const found = rows.filter((r) => !window.pinned.includes(r.id) && matches(r, window.filter))
  const sorted = found.sort((a, b) => compare(a, b, window.sort, window.descending))
  const shown = [...pinned, ...sorted.slice(window.offset, window.offset + window.limit)]
  return {
    total: found.length,
    all: rows.length,
    order: shown.map((r) => r.id),
    rows: Object.fromEntries(shown.map((r) => [r.id, r])),
  }
}

function compare(a: NodeRow, b: NodeRow, column: NodeColumn, descending: boolean): number {
  const [x, y] = [a[column], b[column]]
  if (x === null || y === null) return Number(x === null) - Number(y === null)
  const order = x < y ? -1 : x > y ? 1 : 0
  return (descending ? -order : order) || (a.id < b.id ? -1 : 1)
}

function matches(row: NodeRow, filter: string): boolean {
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => {
      const [, key, operator = '', value = ''] = /^(\w+):([<>]?=?)(.+)$/.exec(word) ?? []
      if (!key)
        return `${row.name} ${row.client} ${row.country} ${row.city} ${row.contact}`.toLowerCase().includes(word)
      const aliases: Record<string, NodeColumn> = { client: 'clientName', country: 'country' }
      const cell = row[aliases[key] ?? (key as NodeColumn)]
      if (operator.startsWith('>'))
        return Number(cell) > Number(value) || (operator === '>=' && Number(cell) === Number(value))
      if (operator.startsWith('<'))
        return Number(cell) < Number(value) || (operator === '<=' && Number(cell) === Number(value))
      return String(cell).toLowerCase() === value
    })
}

/** What changed between two looks; undefined where nothing did, 'snapshot' where telling it whole is simpler. */
export function diff(
  topic: TopicName,
  before: unknown,
  after: unknown,
): TopicDelta[TopicName] | 'snapshot' | undefined {
  if (JSON.stringify(before) === JSON.stringify(after)) return undefined
  if (before === null || after === null) return 'snapshot'
  if (topic === 'summary' || topic === 'node') return changed(before as object, after as object)
  if (topic === 'blocks') {
    const [old, now] = [before, after] as [TopicData['blocks'], TopicData['blocks']]
    const known = new Map(old.blocks.map((b) => [b.hash, b]))
    const kept = new Set(now.blocks.map((b) => b.hash))
    return {
      upsert: now.blocks.filter((b) => known.get(b.hash) !== b),
      remove: old.blocks.filter((b) => !kept.has(b.hash)).map((b) => b.hash),
    }
  }
  if (topic === 'nodes') {
    const [old, now] = [before, after] as [TopicData['nodes'], TopicData['nodes']]
    const rows: Record<string, Partial<NodeRow>> = {}
    for (const id of now.order) {
      const [was, is] = [old.rows[id], now.rows[id]!]
      if (was !== is) rows[id] = was ? changed(was, is) : is
    }
    const order = old.order.join('\n') === now.order.join('\n') ? {} : { order: now.order }
    return { total: now.total, all: now.all, ...order, rows }
  }
  return 'snapshot'
}

function changed<T extends object>(before: T, after: T): Partial<T> {
  const fields = Object.entries(after).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key as keyof T]),
  )
  return Object.fromEntries(fields) as Partial<T>
}
