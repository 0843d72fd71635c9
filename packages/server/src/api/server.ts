/** The server's own health. */
import { partStates } from '@netstats/sdk'
import { z } from 'zod'
import { loadLevels } from '../self/load-level.ts'
import type { ServerFacts } from '../self/server-facts.ts'
import { endpoint, nothing } from './endpoint.ts'
import type { Endpoint } from './endpoint.ts'
import { Problem } from './problem.ts'
import { named, time } from './schemas.ts'

const counts = z.record(z.string(), z.number())
const countsOfCounts = z.record(z.string(), counts)
const number = z.number()

const work = named(
  'ServerWork',
  'What a process, or all together, has done since its start. Counts only grow; the difference of two answers is a rate.',
  z.object({
    connections: counts.describe('WebSockets open now, by what is spoken on them.'),
    sessions: counts.describe('Agents logged in now, by protocol.'),
    logins: counts.describe('Logins accepted, by protocol.'),
    refused: counts.describe('Connections and logins refused, by reason.'),
    ended: counts.describe('Sessions that ended, by reason.'),
    received: z.object({ messages: number, bytes: number }),
    shed: countsOfCounts.describe('Items given up, by class and reason.'),
    faults: countsOfCounts.describe('What was not understood or not allowed, by where and code.'),
    queue: z.object({ items: number, bytes: number }).describe('What waits now for its turn before the core.'),
    batches: z
      .object({ observations: number, nacks: counts })
      .describe('Of netstats agents: observations that came, also again, and batches sent back by reason.'),
    credit: z
      .object({ window: number, inFlight: number })
      .describe('Observations netstats agents may have in flight now, in all, and those that are.'),
  }),
)

const processFacts = named(
  'ServerProcess',
  'One process of the server.',
  z.object({
    role: z.string().describe('`server` where there is only one; else `core` or `worker`.'),
    name: z.string(),
    pid: number,
    at: time.describe('The moment it tells of; Unix milliseconds.'),
    startedAt: time,
    cpuMs: number.describe('CPU time since its start, milliseconds, all threads.'),
    rssBytes: number,
    heapBytes: number,
    openFiles: number.nullable(),
    openFilesLimit: number.nullable(),
    loop: z
      .object({ p50Ms: number, p99Ms: number, maxMs: number })
      .describe('Delay of its event loop over the last half minute.'),
    work,
  }),
)

export const serverBody: z.ZodType<ServerFacts> = named(
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
    pace: z
      .object({ level: number, reportMs: number })
      .describe('How netstats agents are told to go about it: level 0 is full speed.'),
    deliveries: z
      .object({
        streams: number,
        open: number.describe('Streams that some session has now.'),
        received: number,
        duplicates: number,
        missing: number.describe('Observations agents say they had to give up.'),
        holes: number.describe('Sequences that were gone before they came.'),
      })
      .describe('Of all streams of netstats agents.'),
    slowViewers: number.describe('Dashboards that are behind now.'),
    core: z.object({ networks: number, nodes: number, blocks: number, inputs: number, errors: number }),
    store: z
      .object({
        lagMs: number.describe('How long the oldest row has waited to be written.'),
        pendingRows: number,
        pendingBytes: number,
        writtenRows: number,
        slowestWriteMs: number,
        errors: counts,
        shed: countsOfCounts,
        diskBytes: number.nullable(),
        files: number.nullable(),
      })
      .nullable()
      .describe('Null where no history is kept.'),
    limits: z.object({
      connections: number,
      queueItems: number,
      queueBytes: number,
      pendingBytes: number.nullable(),
      viewers: number,
    }),
    work,
    processes: z.array(processFacts),
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
    handle: ({ facts }) => facts?.() ?? new Problem('API_ROUTE_UNKNOWN', 'This server tells nothing of itself here.'),
  }),
]
