/** Which node each source speaks of, and whether several of them can stand beside each other. */
import type { SourceEntry } from './entries.ts'
import type { Registry } from './registry.ts'

/**
 * Whose observations each source makes. Those that name no node belong to the first node that is watched, or else to the
 * first that is named, or else to the agent, which is called after the machine.
 */
export const nodeNames = (
  entries: readonly SourceEntry[],
  { sources }: Pick<Registry, 'sources'>,
  machine: string,
): readonly string[] => {
  const watched = entries.find(({ type }) => sources.get(type)?.watchesNode)
  const first = (watched ?? entries.find(({ node }) => node !== undefined))?.node ?? machine
  return entries.map(({ node }) => node ?? first)
}

/** What is wrong with the sources as a whole; `nodes`: whose observations each makes. */
export const checkSources = (
  entries: readonly SourceEntry[],
  { sources }: Pick<Registry, 'sources'>,
  nodes: readonly string[],
  fault: (path: readonly PropertyKey[], message: string) => void,
): void => {
  const seen = new Map<string, number>()
  for (const [i, { type, node, name }] of entries.entries()) {
    const of = nodes[i]
    // A second one that watches the same node is a mistake under whatever name.
    const watches = sources.get(type)?.watchesNode === true
    const key = `${type} ${watches ? of : (name ?? of)}`
    const other = seen.get(key)
    if (other === undefined) seen.set(key, i)
    else if (!watches && name !== undefined)
      fault([i, 'name'], `"${name}" names sources[${other}] already; give each a name of its own`)
    else if (!watches)
      fault(
        [i],
        `sources[${other}] is of type ${type} for "${of}" too; give one of them a \`name\`, or a node of its own`,
      )
    else
      fault(
        [i, 'node'],
        node === undefined
          ? `without it this source reports "${of}", as sources[${other}] does already; name the node of each`
          : `"${node}" is reported by sources[${other}] already; give each node a name of its own`,
      )
  }
}
