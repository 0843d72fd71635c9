/** How a network is, in one sentence: its chain, its nodes, and whether the server can tell. */
import { perceivedSeverities } from '@netstats/protocol/feed'
import type { AlarmRecord, PerceivedSeverity, Verdict } from '@netstats/protocol/feed'
import type { NetworkFacts } from './facts.ts'
import { durationText } from './words.ts'

export interface VerdictFacts {
  /** Undefined while it was not looked at. */
  readonly network: Pick<NetworkFacts, 'at' | 'head' | 'headAt' | 'nodes' | 'active'> | undefined
  /** Open alarms of the network and of its nodes. */
  readonly alarms: Iterable<AlarmRecord>
  /** Open alarms of the server itself. */
  readonly server: Iterable<AlarmRecord>
}

/** What nodes are said to be, by the rule that says so. */
const nodeWords: Readonly<Record<string, string>> = {
  'node-inactive': 'inactive',
  'node-behind': 'behind',
}

const worseOf = (a: Verdict['level'], b: PerceivedSeverity): Verdict['level'] => {
  const rank = (level: Verdict['level']): number => {
    const found = (perceivedSeverities as readonly string[]).indexOf(level)
    return found === -1 ? perceivedSeverities.length : found
  }
  return rank(b) < rank(a) ? b : a
}

/** Of what nobody is told, or somebody looks after, a network is not said to be ill. */
const counts = ({ suppressed, parent }: AlarmRecord): boolean => suppressed === null && parent === null

const chainText = ({ network }: VerdictFacts, rules: ReadonlySet<string>): string => {
  if (network === undefined || network.head === null) return 'no block yet'
  const { headAt, at } = network
  if (rules.has('chain-stalled'))
    return headAt === null ? 'chain stands still' : `chain stands still for ${durationText(at - headAt)}`
  return rules.has('network-silent') ? 'nobody reports' : 'chain well'
}

/** What else is wrong with the network, by the names of the rules. */
const othersText = (rules: ReadonlySet<string>): string | undefined => {
  const others = [...rules].filter((rule) => rule !== 'chain-stalled' && rule !== 'network-silent')
  return others.length === 0 ? undefined : others.map((rule) => rule.replaceAll('-', ' ')).join(', ')
}

const nodesText = (ofNodes: readonly AlarmRecord[]): string | undefined => {
  const byWord = Map.groupBy(ofNodes, ({ rule }) => nodeWords[rule] ?? 'with other alarms')
  const texts = Array.from(byWord, ([word, alarms]) => {
    const nodes = new Set(alarms.map(({ node }) => node)).size
    return `${nodes} ${nodes === 1 ? 'node' : 'nodes'} ${word}`
  })
  return texts.length === 0 ? undefined : texts.join(', ')
}

const serverText = (alarms: number): string => {
  if (alarms === 0) return 'server well'
  return `server with ${alarms} ${alarms === 1 ? 'alarm' : 'alarms'}`
}

export const verdictOf = (facts: VerdictFacts): Verdict => {
  const alarms = [...facts.alarms].filter(counts)
  const server = [...facts.server].filter(counts)
  let level: Verdict['level'] = facts.network === undefined || facts.network.head === null ? 'unknown' : 'ok'
  for (const { severity } of [...alarms, ...server]) level = worseOf(level, severity)
  const ofNodes = alarms.filter(({ node }) => node !== null)
  const rules = new Set(alarms.filter(({ node }) => node === null).map(({ rule }) => rule))
  const parts = [chainText(facts, rules), othersText(rules), nodesText(ofNodes), serverText(server.length)]
  return { level, text: parts.filter((part) => part !== undefined).join(', ') }
}
