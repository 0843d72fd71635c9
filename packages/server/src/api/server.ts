/** The server's own health. */
import { partStates } from '@netstats/sdk'
import { z } from 'zod'
import { loadLevels } from '../status/load-level.ts'
import type { ServerStatus } from '../status/server-status.ts'
import { endpoint, nothing } from './endpoint.ts'
import type { Endpoint } from './endpoint.ts'
import { Problem } from '../net/problem.ts'
import { named, time } from './live-schemas.ts'

const number = z.number()
const byLabel = z.record(z.string(), number)
const metrics = z.record(z.string(), z.union([number, byLabel, z.record(z.string(), byLabel)]))

const processStatus = named(
  'ServerProcess',
  'One process of the server.',
  z.object({
    name: z.string().describe('`server`, or `worker 1`; its own metrics have it as label `process`.'),
    pid: number,
    at: time.describe('When it was read; Unix milliseconds.'),
    metrics: metrics.describe('Metrics of this process alone.'),
  }),
)

export const serverBody: z.ZodType<ServerStatus> = named(
  'Server',
  'How the server itself is.',
  z.object({
    at: time,
    version: z.string(),
    server: z.string().describe('Id of the server, the same over restarts.'),
    startedAt: time,
    ready: z.boolean().describe('False while it drains.'),
    load: z.object({ level: z.enum(loadLevels), reason: z.string() }),
    parts: z.array(
      z.object({
        id: z.string(),
        state: z.enum(partStates),
        reason: z.string().describe('Why it is not `ok`.'),
        since: time,
        restarts: number,
      }),
    ),
    limits: z.object({
      connections: number,
      queueItems: number,
      queueBytes: number,
      bufferBytes: number.nullable().describe('Null where no history is kept.'),
      viewers: number,
    }),
    metrics: metrics.describe(
      'All processes together, by the name on `/metrics` without its prefix: a number, or numbers by the values of ' +
        'labels. Those that end in `_total` only grow; the difference of two answers is a rate.',
    ),
    processes: z.array(processStatus),
  }),
)

export const serverEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'getServer',
    role: 'viewer',
    summary: 'How the server itself is: parts, load, connections, losses, processes.',
    path: '/server',
    params: nothing,
    query: nothing,
    response: serverBody,
    handle: ({ status }) => status?.() ?? new Problem('API_ROUTE_UNKNOWN', 'This server says nothing of itself here.'),
  }),
]
