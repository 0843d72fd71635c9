/** What clients may ask, read from one text frame: bounded, exact, and answered with what was expected where it is not. */
import type { FeedRequest, NodeColumn, Topic } from '@netstats/protocol/feed'
import { z } from 'zod'
import { nodeColumnNames } from '@netstats/protocol/feed'
import { filterLimits, parseFilter } from './filter.ts'
import type { Filter } from './filter.ts'

export const windowLimits = { rows: 200, pinned: 50, blocks: 200, lines: 500, alarms: 200, offset: 1_000_000 } as const

const id = z.int().min(0).max(1_000_000)
const name = z.string().min(1).max(200)
const resume = z.object({ epoch: z.string().max(100), channel: z.int().min(0), seq: z.int().min(0) })
const window = z.object({
  sort: z.enum(nodeColumnNames as readonly [NodeColumn, ...NodeColumn[]]).default('name'),
  descending: z.boolean().default(false),
  filter: z.string().max(filterLimits.length).default(''),
  offset: z.int().min(0).max(windowLimits.offset).default(0),
  limit: z.int().min(0).max(windowLimits.rows).default(50),
  pinned: z.array(name).max(windowLimits.pinned).default([]),
})
const logFilter = z.object({
  node: name.optional(),
  severity: z.int().min(0).max(7).optional(),
  text: z.string().min(1).max(200).optional(),
  source: name.optional(),
  component: name.optional(),
})
const subscribe = { type: z.literal('subscribe'), id, resume: resume.optional() }
const shapes = z.union([
  z.discriminatedUnion('topic', [
    z.object({ ...subscribe, topic: z.literal('networks') }),
    z.object({ ...subscribe, topic: z.literal('summary'), network: name }),
    z.object({ ...subscribe, topic: z.literal('nodes'), network: name, window }),
    z.object({ ...subscribe, topic: z.literal('node'), network: name, node: name }),
    z.object({
      ...subscribe,
      topic: z.literal('blocks'),
      network: name,
      limit: z.int().min(1).max(windowLimits.blocks).default(40),
    }),
    z.object({ ...subscribe, topic: z.literal('block'), network: name, hash: name }),
    z.object({ ...subscribe, topic: z.literal('map'), network: name }),
    z.object({
      ...subscribe,
      topic: z.literal('logs'),
      network: name,
      filter: logFilter.default({}),
      limit: z.int().min(1).max(windowLimits.lines).default(200),
    }),
    z.object({ ...subscribe, topic: z.literal('metrics'), network: name, node: name }),
    z.object({
      ...subscribe,
      topic: z.literal('alarms'),
      network: name.optional(),
      limit: z.int().min(1).max(windowLimits.alarms).default(50),
    }),
  ]),
  z.discriminatedUnion('type', [
    z.object({ type: z.literal('unsubscribe'), id }),
    z.object({ type: z.literal('ping'), clientTime: z.number() }),
  ]),
])

export interface RequestFault {
  readonly code: 'FEED_JSON_INVALID' | 'FEED_REQUEST_INVALID' | 'FEED_FILTER_INVALID'
  readonly message: string
  readonly id?: number
  readonly position?: number
  readonly expected?: string
}

export type ParsedRequest =
  | { readonly ok: true; readonly request: FeedRequest; readonly filter: Filter | undefined }
  | { readonly ok: false; readonly fault: RequestFault }

export const parseRequest = (text: string): ParsedRequest => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return fault('FEED_JSON_INVALID', 'The message is not JSON.')
  }
  const known = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  const safeId = id.safeParse(known['id']).data
  // The shapes are tried by `type` first, so that the message names the fault of the shape that was meant.
  const options = shapes.options
  const parsed = (known['type'] === 'subscribe' ? options[0] : options[1]).safeParse(value)
  if (!parsed.success) return fault('FEED_REQUEST_INVALID', messageOf(parsed.error), safeId)
  const request = tidy(parsed.data)
  if (request.type !== 'subscribe' || request.topic !== 'nodes') return { ok: true, request, filter: undefined }
  const filter = parseFilter(request.window.filter)
  if (filter.ok) return { ok: true, request, filter: filter.filter }
  const { message, position, expected } = filter.fault
  return {
    ok: false,
    fault: { code: 'FEED_FILTER_INVALID', message: message.slice(0, 300), id: request.id, position, expected },
  }
}

const fault = (code: RequestFault['code'], message: string, id?: number): ParsedRequest => ({
  ok: false,
  fault: { code, message, ...(id === undefined ? {} : { id }) },
})

const messageOf = (error: z.ZodError): string => {
  const [issue] = error.issues
  return issue === undefined
    ? 'The request is not understood.'
    : `${issue.path.join('.') || 'request'}: ${issue.message}`.slice(0, 300)
}

/** Hashes are lower case everywhere; a pinned node stands once. */
const tidy = (request: z.output<typeof shapes>): FeedRequest => {
  if (request.type === 'subscribe' && request.topic === 'nodes') {
    return { ...request, window: { ...request.window, pinned: [...new Set(request.window.pinned)] } } as FeedRequest
  }
  if (request.type === 'subscribe' && request.topic === 'block') {
    return { ...request, hash: request.hash.toLowerCase() } as FeedRequest
  }
  return request as FeedRequest
}

/** Equal keys share a channel. Field order is fixed here; a filter counts by its meaning. */
export const topicKey = (topic: Topic, filter: Filter | undefined): string => {
  switch (topic.topic) {
    case 'networks':
      return JSON.stringify([topic.topic])
    case 'summary':
    case 'map':
      return JSON.stringify([topic.topic, topic.network])
    case 'node':
    case 'metrics':
      return JSON.stringify([topic.topic, topic.network, topic.node])
    case 'block':
      return JSON.stringify([topic.topic, topic.network, topic.hash])
    case 'blocks':
    case 'alarms':
      return JSON.stringify([topic.topic, topic.network, topic.limit])
    case 'logs': {
      const { node, severity, text, source, component } = topic.filter
      return JSON.stringify([
        topic.topic,
        topic.network,
        topic.limit,
        node,
        severity,
        text?.toLowerCase(),
        source,
        component,
      ])
    }
    case 'nodes': {
      const { sort, descending, offset, limit, pinned } = topic.window
      return JSON.stringify([
        topic.topic,
        topic.network,
        sort,
        descending,
        offset,
        limit,
        pinned,
        filter?.canonical ?? '',
      ])
    }
  }
}
