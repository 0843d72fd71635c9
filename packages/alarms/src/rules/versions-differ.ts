import { day, hour } from '../durations.ts'
import type { Rule } from '../rule.ts'
import type { NetworkFacts } from '../facts.ts'
import { countText } from '../words.ts'

/** Names of versions in a message. */
const mostNamed = 4

interface Version {
  readonly name: string
  readonly count: number
}

const byClient = (versions: readonly Version[]): ReadonlyMap<string, readonly Version[]> =>
  Map.groupBy(
    versions.filter(({ name }) => name.includes(' ')),
    ({ name }) => name.slice(0, name.lastIndexOf(' ')),
  )

export const versionsDiffer: Rule<NetworkFacts> = {
  name: 'client-versions-differ',
  about: 'network',
  severities: ['warning'],
  meaning: 'Nodes have run different versions of one client for more than a day: an upgrade has not reached all.',
  advice: 'Upgrade the rest before the next fork, or take them out of the network.',
  for: day,
  clearAfter: hour,
  judge: ({ versions = [] }) =>
    [...byClient(versions)]
      .filter(([, several]) => several.length > 1)
      .map(([client, several]) => {
        const named = several
          .slice(0, mostNamed)
          .map(({ name, count }) => `${name.slice(client.length + 1)} on ${count}`)
        const rest = several.length - named.length
        const more = rest === 0 ? '' : `, and ${rest} more`
        const message = `${client} runs in ${countText(several.length, 'version')}: ${named.join(', ')}${more}`
        return { severity: 'warning', message, labels: { client } }
      }),
}
