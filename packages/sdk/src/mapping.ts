/**
 * Names and labels under which a sink shows what it sends on, as its entry in the configuration says. The host makes the
 * mapping and gives it to the sink in its context, so that every sink maps alike.
 */
import { matchPattern } from './pattern.ts'
import { samplesOf } from './samples.ts'
import type { Sample } from './samples.ts'
import type { SpooledObservation } from './spool.ts'
import { fillTemplate } from './template.ts'

export interface MappingOptions {
  /** Pattern of names, and the name it becomes, each `*` being what the same one stood for; empty: left out. The first that fits. */
  readonly names?: Readonly<Record<string, string>> | undefined
  /** Labels to add or replace, with `{{label}}` for the others; what comes out empty is left out. */
  readonly labels?: Readonly<Record<string, string>> | undefined
}

export interface Mapping {
  /** The numbers of an observation, as they are to be called; empty where it holds none, or none that is wanted. */
  samples(item: SpooledObservation): readonly Sample[]
  /** `node`, `network` where they are known, those of an alarm, and what the entry adds, for what is no number: logs, alarms. */
  labels(item: SpooledObservation): Readonly<Record<string, string>>
}

type Labels = Readonly<Record<string, string>>

export const createMapping = ({ names = {}, labels = {} }: MappingOptions = {}): Mapping => {
  const renames = Object.entries(names)
  const added = Object.entries(labels)

  const nameOf = (name: string): string => {
    for (const [pattern, to] of renames) {
      const found = matchPattern(pattern, name)
      if (found === undefined) continue
      let next = 0
      return to.replaceAll('*', () => found[next++] ?? '')
    }
    return name
  }

  /** What a metric calls as the host does is not lost: it becomes `exported_node`, as Prometheus has it. */
  const labelsOf = ({ observation, network }: SpooledObservation, own: Labels): Labels => {
    const all: Record<string, string> = {}
    for (const [label, text] of Object.entries(own)) {
      all[label === 'node' || label === 'network' ? `exported_${label}` : label] = text
    }
    // What is about a whole network or the server itself is about no node.
    if (observation.kind !== 'alarm' || observation.body.about === undefined) all['node'] = observation.node
    if (network !== undefined) all['network'] = network
    if (added.length === 0) return all
    const mapped = { ...all }
    for (const [label, text] of added) {
      const filled = fillTemplate(text, (name) => (Object.hasOwn(all, name) ? all[name] : undefined))
      if (filled === '') delete mapped[label]
      else mapped[label] = filled
    }
    return mapped
  }

  return {
    samples: (item) =>
      samplesOf(item.observation).flatMap((sample) => {
        const name = nameOf(sample.name)
        return name === '' ? [] : [{ name, value: sample.value, labels: labelsOf(item, sample.labels) }]
      }),
    labels: (item) => labelsOf(item, item.observation.kind === 'alarm' ? (item.observation.body.labels ?? {}) : {}),
  }
}
