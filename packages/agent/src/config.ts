import { hostname } from 'node:os'
import { isKind, kinds } from '@netstats/protocol'
import { removalPolicies } from '@netstats/sdk'
import {
  duration,
  endpointProtocols,
  endpointUrl,
  formatDuration,
  formatSize,
  listenAddress,
  size,
} from '@netstats/sdk/config'
import { z } from 'zod'
import { leastMaxBytes } from './spool/budget.ts'
import { defaultMaxAgeMs, defaultMaxBytes } from './spool/open.ts'
import { sinks, sources } from '@netstats/components'

const kindNames = Object.keys(kinds).filter(isKind)

/** Name on the network; control characters would break logs and protocols alike. */
const nodeName = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]*$/u)
  .meta({ expected: 'a name of 1 to 200 characters', examples: ['validator-1'] })

const node = z.strictObject({
  name: nodeName
    .optional()
    .describe('Name of the node on its network (default: name of this machine); must be unique among its reporters.'),
  rpc: endpointUrl(endpointProtocols).describe(
    'JSON-RPC of the node: ws:// or the path of its IPC socket push new blocks, http:// is asked for them again and again.',
  ),
  ...sources.ethereum.config.omit({ node: true, endpoint: true }).shape,
})

const hostOptions = z
  .strictObject({
    enabled: z.boolean().default(true).describe('False says nothing of the machine: load, memory, disks, network.'),
    ...sources.host.config.omit({ node: true }).shape,
  })
  .prefault({})
  .describe('The machine the agent runs on, told with the first node.')

/** Places the spool can keep at a time. */
const maxReaders = 30

/** What every sink can be told, whatever its type. */
const everySink = {
  name: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe(
      'Names the sink in logs and its place in the spool (default: from type and address); a new name starts anew.',
    ),
  nodes: z.array(nodeName).min(1).optional().describe('Report these nodes only (default: all).'),
  kinds: z
    .array(z.enum(kindNames))
    .min(1)
    .optional()
    .describe('Report these kinds of observations only (default: all that the sink can carry).'),
  policy: z
    .enum(removalPolicies)
    .default('on-ack')
    .describe('When the spool may forget: on-ack after the server has it, on-send as soon as it was handed over.'),
  batchSize: z.int().min(1).max(10_000).default(500).describe('Most observations handed over at a time.'),
}

/** An entry of `sinks`: what its type wants to know, and what each can be told. The node comes from the agent. */
const sinkEntry = <Shape extends z.core.$ZodShape & { readonly node: unknown }>(definition: {
  readonly type: string
  readonly summary: string
  readonly config: z.ZodObject<Shape, z.core.$strict>
}) => {
  const { node: _, ...own } = definition.config.shape
  return z
    .strictObject({ type: z.literal(definition.type).describe('Kind of server.'), ...own, ...everySink })
    .describe(definition.summary)
}

export const agentConfig = z
  .strictObject({
    nodes: z.array(node).min(1).describe('The nodes to watch.'),
    sinks: z
      .array(z.discriminatedUnion('type', [sinkEntry(sinks.netstats), sinkEntry(sinks.ethstats)]))
      .min(1)
      .describe('Where to report; several at once are fine, one that is down does not hold up the others.'),
    data: z
      .string()
      .min(1)
      .default('.netstats/agent')
      .describe('Folder of the spool; relative to where the agent is started.'),
    spool: z
      .strictObject({
        maxBytes: size({ min: formatSize(leastMaxBytes), max: '1TiB' })
          .prefault(formatSize(defaultMaxBytes))
          .describe('Most disk it takes; beyond that the least important observations go first, and are counted.'),
        maxAge: duration({ min: '1m', max: '3650d' })
          .prefault(formatDuration(defaultMaxAgeMs))
          .describe('Older observations are forgotten even if no server took them.'),
      })
      .prefault({})
      .describe('Keeps observations on disk until every server has them.'),
    host: hostOptions,
    metrics: z
      .strictObject({
        listen: listenAddress()
          .meta({ examples: ['127.0.0.1:9464'] })
          .describe('Where /metrics and /healthz are served; keep it off public networks.'),
      })
      .optional()
      .describe('What the agent tells of itself.'),
    shutdownGrace: duration({ max: '1m' })
      .prefault('3s')
      .describe('So long it tries to deliver what is left when it is told to end; the rest waits on disk.'),
  })
  .superRefine((config, context) => {
    const names = config.nodes.map((one) => one.name ?? hostname())
    for (const [i, name] of names.entries()) {
      if (names.indexOf(name) === i) continue
      const unnamed = config.nodes[i]?.name === undefined
      const message = `${unnamed ? `without a name it is called "${name}" after this machine, which` : `"${name}"`} names another node already; give each node a name of its own`
      context.addIssue({ code: 'custom', path: ['nodes', i, 'name'], message })
    }
    const pairs = config.sinks.reduce((sum, sink) => sum + (sink.nodes?.length ?? names.length), 0)
    if (pairs > maxReaders) {
      const message = `${pairs} pairs of sink and node are more than the ${maxReaders} one agent can serve; share the nodes among several agents`
      context.addIssue({ code: 'custom', path: ['sinks'], message })
    }
    const sinkNames = config.sinks.map(sinkName)
    for (const [i, sink] of config.sinks.entries()) {
      if (sinkNames.indexOf(sinkName(sink)) < i) {
        const message = `"${sinkName(sink)}" names another sink already; give one of them a name of its own`
        context.addIssue({ code: 'custom', path: ['sinks', i], message })
      }
      for (const [j, name] of (sink.nodes ?? []).entries()) {
        if (names.includes(name)) continue
        const message = `no node is called "${name}"; there are ${names.join(', ')}`
        context.addIssue({ code: 'custom', path: ['sinks', i, 'nodes', j], message })
      }
    }
  })

export type AgentConfig = z.output<typeof agentConfig>
export type NodeEntry = AgentConfig['nodes'][number]
export type SinkEntry = AgentConfig['sinks'][number]

/** Names a sink's place in the spool: it must stay the same as long as the sink means the same server. */
export const sinkName = (sink: SinkEntry): string => {
  if (sink.name !== undefined) return sink.name
  const endpoint = (sink as { endpoint?: unknown }).endpoint
  return typeof endpoint === 'string' ? `${sink.type} ${endpoint.replace(/^wss?:\/\//, '')}` : sink.type
}

export const nameOf = (entry: NodeEntry): string => entry.name ?? hostname()
