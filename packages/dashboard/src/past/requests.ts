/** Which REST requests answer the topics of a past moment, and how answers become their data. */
import {
  type BlockRow,
  type FeedFault,
  type LogLine,
  type NodeRow,
  type NodeWindow,
  type Topic,
  type TopicData,
  type TopicName,
  writeSegment,
} from '@netstats/protocol/feed'
import { type Ask, queryOf } from '../rest/rest.ts'
import { writeMoment } from '../router/routes.ts'

export type Answered =
  | { readonly data: TopicData[TopicName]; readonly fault?: FeedFault }
  /** `keeps` is true where what is shown stays beside the fault: a filter that cannot be read. */
  | { readonly fault: FeedFault; readonly keeps: boolean }

/** Most rows the server gives at once. */
const maxRows = 1000

/** As many as the pages show, forks included. */
const stateBlocks = 72

/** One request answers all topics of a group. */
export const groupOf = (topic: Topic): string =>
  topic.topic === 'summary' || topic.topic === 'blocks' ? `state ${topic.network}` : JSON.stringify(topic)

/** Asks for one group of topics; the result answers each topic of that group. Rejects when `signal` aborts. */
export async function askGroup(
  ask: Ask,
  topic: Topic,
  at: number,
  signal: AbortSignal,
): Promise<(t: Topic) => Answered> {
  if (topic.topic === 'nodes') return always(await askNodes(ask, topic.network, topic.window, at, signal))
  const answer = await ask(pathOf(topic, at), signal)
  if (!answer.ok) {
    const nothing = answer.fault.code === 'API_NODE_UNKNOWN' || answer.fault.code === 'API_BLOCK_UNKNOWN'
    return always(nothing ? { data: null } : { fault: answer.fault, keeps: false })
  }
  return (one) => ({ data: dataOf(one, answer.data) })
}

const always = (answer: Answered) => (): Answered => answer

const place = (network: string): string => `/networks/${writeSegment(network)}`

function pathOf(topic: Topic, at: number): string {
  const query = queryOf({ at: writeMoment(at) })
  switch (topic.topic) {
    case 'networks':
      throw new Error('The list of networks has no past.')
    case 'alarms':
      throw new Error('Open alarms have no past.')
    case 'summary':
    case 'blocks':
      return `${place(topic.network)}/state${queryOf({ at: writeMoment(at), limit: 1, blocks: stateBlocks })}`
    case 'nodes':
      return `${place(topic.network)}/nodes${query}`
    case 'node':
      return `${place(topic.network)}/nodes/${writeSegment(topic.node)}${query}`
    case 'block':
      return `${place(topic.network)}/blocks/${writeSegment(topic.hash)}${query}`
    case 'map':
      return `${place(topic.network)}/map${query}`
    case 'logs':
      return `${place(topic.network)}/logs${queryOf({ ...topic.filter, to: Math.floor(at) + 1, limit: topic.limit })}`
    case 'metrics':
      return `${place(topic.network)}/nodes/${writeSegment(topic.node)}/metrics${queryOf({ to: Math.floor(at) + 1 })}`
  }
}

/** The server is of the same version, so its answers are not checked field by field. */
function dataOf(topic: Topic, body: unknown): TopicData[TopicName] {
  if (topic.topic === 'summary') return (body as { readonly summary: TopicData['summary'] }).summary
  if (topic.topic === 'blocks') {
    return { blocks: (body as { readonly blocks: readonly BlockRow[] }).blocks.slice(0, topic.limit) }
  }
  if (topic.topic === 'logs') return { lines: linesOf(body) }
  if (topic.topic === 'metrics') return valuesOf(body)
  return body as TopicData[TopicName]
}

/** In the order they came, as the feed has them. */
function linesOf(body: unknown): readonly LogLine[] {
  const { logs } = body as { readonly logs: readonly Omit<LogLine, 'id'>[] }
  return logs.map((line, i) => ({ ...line, id: logs.length - i })).toReversed()
}

function valuesOf(body: unknown): TopicData['metrics'] {
  const { metrics } = body as {
    readonly metrics: readonly { readonly name: string; readonly value: number | null; readonly at: number | null }[]
  }
  const known = metrics.filter(({ value, at }) => value !== null && at !== null)
  return { values: Object.fromEntries(known.map(({ name, value, at }) => [name, [value, at]])), omitted: 0 } as never
}

interface NodeList {
  readonly total: number
  readonly all: number
  readonly nodes: readonly NodeRow[]
}

/** The feed puts pinned rows on top and leaves them out below; here they are asked for one by one. */
async function askNodes(
  ask: Ask,
  network: string,
  window: NodeWindow,
  at: number,
  signal: AbortSignal,
): Promise<Answered> {
  const { offset, limit, pinned, sort, descending, filter } = window
  const end = offset + limit + pinned.length
  // Rows of pinned nodes shift those after them: from the top on the shift is known.
  const from = pinned.length > 0 && end <= maxRows ? 0 : offset
  const query = queryOf({
    at: writeMoment(at),
    sort,
    order: descending ? 'desc' : 'asc',
    filter,
    offset: from,
    limit: Math.min(maxRows, end - from),
  })
  const [list, ...pins] = await Promise.all([
    ask(`${place(network)}/nodes${query}`, signal),
    ...pinned.map((node) => ask(pathOf({ topic: 'node', network, node }, at), signal)),
  ])
  if (!list.ok) return { fault: list.fault, keeps: list.fault.code === 'API_FILTER_INVALID' }
  const top = pins.flatMap((answer) => (answer.ok ? [answer.data as NodeRow] : []))
  const { total, all, nodes } = list.data as NodeList
  const others = nodes.filter((row) => !pinned.includes(row.id)).slice(offset - from, offset - from + limit)
  const shown = [...top, ...others]
  return {
    data: { total, all, order: shown.map((row) => row.id), rows: Object.fromEntries(shown.map((r) => [r.id, r])) },
  }
}
