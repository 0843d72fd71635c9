/** Which observations a sink is given. */
import type { Kind, Observation } from '@netstats/protocol'
import { matchesPatterns, severityNames } from '@netstats/sdk'
import type { SpooledObservation } from '@netstats/sdk'
import { sinkName } from '../registry/entries.ts'
import type { SinkEntry } from '../registry/entries.ts'
import type { Registry } from '../registry/registry.ts'
import { partLength, partOf } from '../self-monitoring/part-of.ts'
import type { OwnSource } from '../self-monitoring/part-of.ts'

/** An observation as the spool has it, with the network that its node is on and the name that it has there. */
export type Placed = Omit<SpooledObservation, 'sequence'>
export type PlaceOf = (observation: Observation) => Placed

/** Decisions about names that are remembered; beyond it they are made again. */
const mostRemembered = 10_000

/**
 * Of what the sink can carry that which its entry asks for; `node` undefined: of all nodes that it names. What is not
 * known to be on another network than those it names is given to it: a node that could not be reached yet has alarms too.
 * What this program says of the sink itself goes to the others only: a sink that fails must not get more to do by it.
 */
export const wantsOf = (
  entry: SinkEntry,
  { sinks }: Pick<Registry, 'sinks'>,
  node: string | undefined,
  placeOf: PlaceOf,
  source: OwnSource,
): ((observation: Observation) => boolean) => {
  const definition = sinks.get(entry.type)
  const kinds = kindsOf(entry.kinds ?? definition?.usually?.kinds, definition?.kinds)
  const least = entry.severity === undefined ? 7 : severityNames.indexOf(entry.severity)
  const isOfNetwork = remembered((network) => matchesPatterns(entry.networks ?? [], network))
  const own = `sink/${sinkName(entry)}`.slice(0, partLength)
  const isOfNode = node === undefined ? remembered((name) => matchesPatterns(entry.nodes ?? [], name)) : undefined

  return (stored) => {
    if (kinds !== undefined && !kinds.has(stored.kind)) return false
    if ((stored.kind === 'log' || stored.kind === 'alarm') && stored.body.severity > least) return false
    const part = partOf(stored, source)
    if (part !== undefined && (part === own || part.startsWith(`${own} `))) return false
    if (receiverOf(stored) !== entry.receiver) return false
    const { observation, network } = placeOf(stored)
    if (isOfNode === undefined ? observation.node !== node : !isOfNode(observation.node)) return false
    return network === undefined || isOfNetwork(network)
  }
}

/** A notification is for its receiver alone, which is given nothing else. */
const receiverOf = (observation: Observation): string | undefined =>
  observation.kind === 'alarm' ? observation.body.receiver : undefined

/** Undefined: all. */
const kindsOf = (
  asked: readonly Kind[] | undefined,
  carried: readonly Kind[] | undefined,
): ReadonlySet<Kind> | undefined => {
  if (asked === undefined) return carried && new Set(carried)
  return new Set(carried === undefined ? asked : asked.filter((kind) => carried.includes(kind)))
}

const remembered = (decide: (name: string) => boolean): ((name: string) => boolean) => {
  const known = new Map<string, boolean>()
  return (name) => {
    let decision = known.get(name)
    if (decision === undefined) {
      if (known.size >= mostRemembered) known.clear()
      known.set(name, (decision = decide(name)))
    }
    return decision
  }
}
