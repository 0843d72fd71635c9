/** Options that name components: lists whose entries have the schema that the component of their `type` brings. */
import type { Kind } from '@netstats/protocol'
import { isPattern, matchesPatterns } from '@netstats/sdk'
import type { ComponentDefinition, MappingOptions, RemovalPolicy, SeverityName } from '@netstats/sdk'
import { redactUrl } from '@netstats/sdk/config'
import { z } from 'zod'
import { nodeName } from './node-name.ts'
import { receiverSinkOptions, sinkHostKeys, sinkOptions } from './sink-options.ts'
import type { Registry } from './registry.ts'

/** An entry of `sources`. What else it holds are the options of its type. */
export interface SourceEntry {
  readonly type: string
  readonly name?: string | undefined
  readonly node?: string | undefined
  readonly [option: string]: unknown
}

/** An entry of `sinks`. */
export interface SinkEntry extends MappingOptions {
  readonly type: string
  readonly name?: string | undefined
  /** Patterns of network keys. */
  readonly networks?: readonly string[] | undefined
  /** Patterns of names. */
  readonly nodes?: readonly string[] | undefined
  readonly kinds?: readonly Kind[] | undefined
  readonly severity?: SeverityName | undefined
  readonly policy: RemovalPolicy
  readonly batchSize: number
  /** It is a receiver of alarms: it is given what is told to this one, and nothing else. */
  readonly receiver?: string | undefined
  /** Least milliseconds between two deliveries. */
  readonly every?: number | undefined
  readonly [option: string]: unknown
}

/** An entry of `alarms.receivers`. */
export interface ReceiverEntry extends MappingOptions {
  readonly type: string
  readonly name: string
  /** Notified of each step of each alarm, whatever the routes say. */
  readonly everyStep: boolean
  readonly [option: string]: unknown
}

/** An entry of `analyzers`. */
export interface AnalyzerEntry {
  readonly type: string
  readonly name?: string | undefined
  readonly [option: string]: unknown
}

const componentName = z.string().min(1).max(100)

const sourceOptions = {
  node: nodeName
    .optional()
    .describe(
      'Name of the node on its network (default: the first node that is watched, or else the first that is named, or else this machine); must be unique among its reporters.',
    ),
  name: componentName
    .optional()
    .describe('Names the source in logs and states (default: its node); several of one type for one node need names.'),
}

const receiverOptions = {
  name: componentName
    .regex(/^[\w.-]+$/)
    .meta({ expected: 'a name of letters, digits, dots and dashes', examples: ['team'] })
    .describe('Names the receiver in routes, in logs and in its test message.'),
  everyStep: z
    .boolean()
    .default(false)
    .describe('Whether it is notified of each step of each alarm at once, beside what routes send to it.'),
}

const analyzerOptions = {
  name: componentName.optional().describe('Names the analyzer in logs and states (default: its type).'),
}

type Shape = z.core.$ZodShape

/** One entry: the options of the host around those of the component, with the rules the component has about its own. */
const entryOf = ({ type, summary, config }: ComponentDefinition, before: Shape, after: Shape): z.ZodObject => {
  const own = config as z.ZodObject
  const tag = z.literal(type).describe('Which component.')
  return z
    .strictObject({ type: tag, ...before, ...own.shape, ...after })
    .check(...((own.def.checks ?? []) as z.core.$ZodCheck<object>[]))
    .describe(summary)
}

const listOf = <Entry>(entries: readonly z.ZodObject[], none: string): z.ZodArray<z.ZodType<Entry>> => {
  const [first, ...more] = entries
  // A union of nothing takes nothing, and says why.
  const entry =
    first === undefined
      ? z.never({ error: none }).meta({ expected: none })
      : z.discriminatedUnion('type', [first, ...more])
  return z.array(entry) as unknown as z.ZodArray<z.ZodType<Entry>>
}

export const sourceList = ({ sources }: Registry): z.ZodArray<z.ZodType<SourceEntry>> =>
  listOf(
    [...sources.values()].map((one) => entryOf(one, sourceOptions, {})),
    'no entry: there is no source',
  )

export const sinkList = ({ sinks }: Registry): z.ZodArray<z.ZodType<SinkEntry>> =>
  listOf(
    [...sinks.values()].map((one) => entryOf(one, {}, sinkOptions(one))),
    'no entry: there is no sink',
  )

/** Who can be notified of alarms: sinks that can carry them, opened once each. */
export const receiverList = ({ sinks }: Registry): z.ZodArray<z.ZodType<ReceiverEntry>> =>
  listOf(
    [...sinks.values()]
      .filter(({ nodes, kinds }) => nodes === 'all' && (kinds === undefined || kinds.includes('alarm')))
      .map((one) => entryOf(one, receiverOptions, receiverSinkOptions(one))),
    'no entry: there is no sink that can carry alarms',
  )

/** A receiver as the entry of a sink. */
export const receiverSink = (entry: ReceiverEntry): SinkEntry => ({
  ...entry,
  name: `alarms/${entry.name}`,
  receiver: entry.name,
  kinds: ['alarm'],
  policy: 'on-ack',
  batchSize: 20,
})

export const analyzerList = ({ analyzers }: Registry): z.ZodArray<z.ZodType<AnalyzerEntry>> =>
  listOf(
    [...analyzers.values()].map((one) => entryOf(one, analyzerOptions, {})),
    'no entry: no analyzer is built in; name a plugin that brings one',
  )

export const pluginList = () =>
  z
    .array(z.string().min(1).max(1000))
    .max(50)
    .default([])
    .meta({ examples: ['[netstats-plugin-example]'] })
    .describe(
      'Packages with more components, by the name under which they are installed beside this file, or by a path that begins with a dot or a slash. They run with all rights of this process.',
    )

/** Without the keys that are the host's: what the component is opened with. */
export const ownOptions = (entry: SinkEntry): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(entry).filter(([key]) => !(sinkHostKeys as readonly string[]).includes(key)))

/** Names a sink's place in the spool: it must stay the same as long as the sink means the same peer. */
export const sinkName = (sink: SinkEntry): string => {
  if (sink.name !== undefined) return sink.name
  const endpoint = sink['endpoint']
  // It is shown in states, logs and metrics. As written where there is nothing to hide: under another name it starts again.
  if (typeof endpoint !== 'string') return sink.type
  const plain = redactUrl(endpoint)
  return `${sink.type} ${(plain.includes('[') ? plain : endpoint).replace(/^wss?:\/\//, '')}`
}

/** Places the spool can keep at a time. */
const maxReaders = 30

/** What is wrong with the sinks as a whole; `known` are the nodes there are, undefined where they come and go. */
export const checkSinks = (
  entries: readonly SinkEntry[],
  { sinks }: Pick<Registry, 'sinks'>,
  known: readonly string[] | undefined,
  fault: (path: readonly PropertyKey[], message: string) => void,
): void => {
  const names = entries.map(sinkName)
  const readers = entries.reduce((sum, one) => sum + readerNodes(one, { sinks }, known).length, 0)
  if (readers > maxReaders) {
    const cure = known === undefined ? 'name fewer nodes' : 'share the nodes among several agents'
    fault([], `${readers} pairs of sink and node are more than the ${maxReaders} that one process can serve; ${cure}`)
  }
  for (const [i, entry] of entries.entries()) {
    if (names.indexOf(names[i] ?? '') < i)
      fault([i], `"${names[i]}" names another sink already; give one of them a name of its own`)
    if (known === undefined) {
      if (sinks.get(entry.type)?.nodes === 'all') continue
      if (entry.nodes === undefined)
        fault([i, 'nodes'], `missing, expected the nodes to report: a sink of type ${entry.type} serves one node each`)
      for (const [j, name] of (entry.nodes ?? []).entries()) {
        if (isPattern(name))
          fault([i, 'nodes', j], `found a pattern, expected a name: a sink of type ${entry.type} serves one node each`)
      }
      continue
    }
    for (const [j, name] of (entry.nodes ?? []).entries()) {
      const pattern = name.replace(/^!/, '')
      if (!known.some((one) => matchesPatterns([pattern], one)))
        fault([i, 'nodes', j], `no node is called "${pattern}"; there are ${known.join(', ')}`)
    }
  }
}

/** Nodes that a sink is opened for one by one; one `undefined` for a sink that is opened once for all of them. */
export const readerNodes = (
  entry: SinkEntry,
  { sinks }: Pick<Registry, 'sinks'>,
  known: readonly string[] | undefined,
): readonly (string | undefined)[] => {
  if (sinks.get(entry.type)?.nodes === 'all') return [undefined]
  return known === undefined ? (entry.nodes ?? []) : known.filter((name) => matchesPatterns(entry.nodes ?? [], name))
}
