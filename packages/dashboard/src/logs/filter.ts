/** Which lines the page of logs shows, as its address says it. */
import { type LogFilter, writeSegment } from '@netstats/protocol/feed'
import { queryOf } from '../rest/rest.ts'

const longest = 200
/** Most lines of one answer. */
export const portion = 200

export function readFilter(query: URLSearchParams): LogFilter {
  const text = (key: string): string | undefined => query.get(key)?.trim().slice(0, longest) || undefined
  const severity = query.get('severity')
  const given = {
    node: text('node'),
    severity: severity !== null && /^[0-7]$/.test(severity) ? Number(severity) : undefined,
    text: text('text'),
    source: text('source'),
    component: text('component'),
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

export const isFiltered = (filter: LogFilter): boolean => Object.keys(filter).length > 0

/** Where the history is asked for lines. */
export const logsPath = (
  network: string,
  filter: LogFilter,
  more: Readonly<Record<string, number | string | undefined>>,
): string => `/networks/${writeSegment(network)}/logs${queryOf({ ...filter, limit: portion, ...more })}`

/** Severities of RFC 5424, 0 to 7. Each has a word; the tone only repeats it. */
const words = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'info', 'debug'] as const

export const severityWord = (severity: number): string => words[severity] ?? String(severity)

export const severityTone = (severity: number): 'bad' | 'warn' | 'plain' | 'quiet' =>
  severity <= 3 ? 'bad' : severity === 4 ? 'warn' : severity === 7 ? 'quiet' : 'plain'

/** What can be chosen: that severe or more. */
export const severityChoices = [
  ['', 'all severities'],
  ['6', 'info and above'],
  ['5', 'notice and above'],
  ['4', 'warnings and above'],
  ['3', 'errors and above'],
  ['2', 'critical and above'],
] as const
