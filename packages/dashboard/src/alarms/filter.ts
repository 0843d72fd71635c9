/** Which alarms the page shows, as its address says it, and where the server is asked for them. Pure. */
import type { AlarmRecord, PerceivedSeverity, Silence } from '@netstats/protocol/feed'
import { queryOf } from '../rest/rest.ts'
import { readSeverity } from './severity.ts'

export const views = ['open', 'acknowledged', 'history', 'silences', 'receivers'] as const
export type View = (typeof views)[number]
export type ListView = Exclude<View, 'silences' | 'receivers'>

export interface AlarmFilter {
  readonly network?: string
  readonly node?: string
  readonly rule?: string
  /** Only of this one. */
  readonly severity?: PerceivedSeverity
}

const longest = 200

export const readView = (query: URLSearchParams): View => views.find((view) => view === query.get('view')) ?? 'open'

/** `network` is that of the page; where it has none, the address may name one. */
export function readFilter(query: URLSearchParams, network: string | undefined): AlarmFilter {
  const text = (key: string): string | undefined => query.get(key)?.trim().slice(0, longest) || undefined
  const given = {
    network: network ?? text('network'),
    node: text('node'),
    rule: text('rule'),
    severity: readSeverity(query.get('severity')),
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

/** Alarms of one answer. */
export const portion = 50

export const historyPath = (filter: AlarmFilter): string =>
  `/alarms${queryOf({ open: 'false', ...filter, limit: portion })}`

/** Of the open ones: those that need somebody, or that somebody has. */
export const isIn = (view: 'open' | 'acknowledged', { state }: Pick<AlarmRecord, 'state'>): boolean =>
  (state === 'acknowledged') === (view === 'acknowledged')

const found = (text: string | null, part: string | undefined): boolean =>
  part === undefined || (text?.toLowerCase().includes(part.toLowerCase()) ?? false)

/** Parts of names are enough, in upper or lower case. */
export const fits = (
  { network, node, rule, severity }: AlarmFilter,
  alarm: Pick<AlarmRecord, 'network' | 'node' | 'rule' | 'severity'>,
): boolean =>
  (network === undefined || alarm.network === network) &&
  (severity === undefined || alarm.severity === severity) &&
  found(alarm.node, node) &&
  found(alarm.rule, rule)

/** Of what is behind an alarm: enough to see what it is. */
const symptomPortion = 10

export const symptomsPath = (id: string): string =>
  `/alarms${queryOf({ open: 'true', parent: id, limit: symptomPortion })}`

/** What a silence holds back, in words. */
export function matchWords({ network, node, rule, labels }: Silence['match']): string {
  const where = network === undefined ? 'all networks and the server' : `network ${network}`
  const what = rule === undefined ? 'all alarms' : `the alarm ${rule}`
  const of = node === undefined ? `in ${where}` : `of node ${node} in ${where}`
  const more = Object.entries(labels ?? {}).map(([name, value]) => `${name}=${value}`)
  return [`${what} ${of}`, ...more].join(', ')
}
