/** What the host does for every sink: which observations it is given, in which portions, under which names. */
import { isKind, kinds } from '@netstats/protocol'
import { removalPolicies, severityNames } from '@netstats/sdk'
import type { SinkDefinition } from '@netstats/sdk'
import { duration } from '@netstats/sdk/config'
import { z } from 'zod'
import { nodeName } from './node-name.ts'

const componentName = z.string().min(1).max(100)
const kindNames = Object.keys(kinds).filter(isKind)

const patterns = (of: string, example: string) =>
  z
    .array(nodeName)
    .min(1)
    .max(100)
    .meta({ examples: [example] })
    .optional()
    .describe(
      `Report these ${of} only (default: all). A \`*\` stands for any text; what begins with \`!\` is left out.`,
    )

const mappings = {
  names: z
    .record(z.string().min(1).max(300), z.string().max(300).describe('The name instead.'))
    .meta({ examples: ["{ 'statsd.*': 'app.*', 'host.swap*': '' }"] })
    .optional()
    .describe(
      'Numbers under other names: a pattern, and what becomes of it, each `*` being what the same one stood for; an empty text leaves the number out. The first that fits counts.',
    ),
  labels: z
    .record(z.string().min(1).max(100), z.string().max(1000).describe('Its value.'))
    .meta({ examples: ["{ site: fra1, instance: '{{network}}/{{node}}', node: '' }"] })
    .optional()
    .describe(
      'Labels to add or replace, with `{{label}}` for the value of another; an empty text takes a label away. There are `node`, `network` where it is known, and what a metric has of its own.',
    ),
}

/** What an entry of `alarms.receivers` may say of those. */
export const receiverSinkOptions = ({ mapped = false }: SinkDefinition): z.core.$ZodShape =>
  mapped === false ? {} : { labels: mappings.labels }

/** What every entry of `sinks` may say. */
export const sinkOptions = ({ usually = {}, mapped = false }: SinkDefinition): z.core.$ZodShape => {
  const pause = duration({ max: '1h' })
  return {
    name: componentName
      .optional()
      .describe(
        'Names the sink in logs and its place in the spool (default: from type and address); under a new name it starts again.',
      ),
    networks: patterns('networks', '["1337", "5*"]'),
    nodes: patterns('nodes', '[validator-*, "!validator-9"]'),
    kinds: z
      .array(z.enum(kindNames))
      .min(1)
      .optional()
      .describe(
        usually.kinds === undefined
          ? 'Report these kinds of observations only (default: all that the sink can carry).'
          : `Report these kinds of observations (default: ${usually.kinds.join(', ')}).`,
      ),
    severity: z
      .enum(severityNames)
      .optional()
      .describe('Of logs and alarms report those of this severity and worse only (default: all).'),
    ...(mapped === true ? { names: mappings.names } : {}),
    ...(mapped === false ? {} : { labels: mappings.labels }),
    policy: z
      .enum(removalPolicies)
      .default('on-ack')
      .describe('When the spool may forget: on-ack after the server has it, on-send as soon as it was handed over.'),
    batchSize: z
      .int()
      .min(1)
      .max(10_000)
      .default(usually.batchSize ?? 500)
      .describe('Most observations handed over at a time.'),
    every: (usually.every === undefined ? pause.optional() : pause.prefault(usually.every)).describe(
      'Least time between two deliveries: what comes meanwhile goes out together (default: none).',
    ),
  }
}

/** Keys of an entry of `sinks` that the host reads itself. */
export const sinkHostKeys = [
  'type',
  'node',
  'name',
  'receiver',
  'everyStep',
  'networks',
  'nodes',
  'kinds',
  'severity',
  'names',
  'labels',
  'policy',
  'batchSize',
  'every',
] as const
