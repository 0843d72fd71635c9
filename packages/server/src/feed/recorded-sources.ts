/** What has just been recorded, for those who follow it: lines of logs, and newest values of metrics. */
import type { LogFilter, LogLine, MetricValue } from '@netstats/protocol/feed'
import type { LatestMetrics, RecentLine, RecentLogs } from '../history/history-model.ts'
import { noLatestMetrics } from '../history/latest-values.ts'
import type { NetworkView } from '../shard/shard-model.ts'
import type { Source } from './source.ts'

export interface Recorded {
  readonly logs: RecentLogs
  readonly metrics: LatestMetrics
}

export const nothingRecorded: Recorded = { logs: { newest: () => 0, after: () => [] }, metrics: noLatestMetrics }

/** Lines that are sent at once; of more, the newest. */
export const linesAtOnce = 100
/** A line's message, and its fields together, are cut beyond. */
const longestText = 2000

const matcherOf = ({ node, severity = 7, text, source, component }: LogFilter): ((line: RecentLine) => boolean) => {
  const wanted = text?.toLowerCase()
  return (line) =>
    line.severity <= severity &&
    (node === undefined || line.node === node) &&
    (source === undefined || line.source === source) &&
    (component === undefined || line.component === component) &&
    (wanted === undefined ||
      has(line.message, wanted) ||
      (line.fields !== null && has(JSON.stringify(line.fields), wanted)))
}

const has = (text: string, wanted: string): boolean => text.toLowerCase().includes(wanted)

const sizeOf = (fields: Readonly<Record<string, string>>): number =>
  Object.entries(fields).reduce((sum, [name, value]) => sum + name.length + value.length, 0)

const shown = (line: RecentLine, view: Pick<NetworkView, 'column'>, omitted: number): LogLine => {
  const isLong = line.message.length > longestText
  const hasMany = line.fields !== null && sizeOf(line.fields) > longestText
  return {
    ...line,
    name: line.node === null ? null : (view.column(line.node, 'name') ?? line.node),
    ...(isLong && { message: line.message.slice(0, longestText) }),
    ...(hasMany && { fields: null }),
    ...((isLong || hasMany) && { cut: true }),
    ...(omitted > 0 && { omitted }),
  }
}

/** Lines of a network that match. Where more come than are sent, the first one after the gap says how many are left out. */
export const logsSource = (
  view: Pick<NetworkView, 'key' | 'column'>,
  logs: RecentLogs,
  filter: LogFilter,
  limit: number,
): Source<'logs'> => {
  const matches = matcherOf(filter)
  let seen = 0
  let begun = false
  let lines: readonly LogLine[] = []
  return {
    paceMs: 500,
    bytesPerSecond: 64 * 1024,
    polled: true,
    note: () => undefined,
    changed: () => (logs.newest(view.key) > seen ? 'soon' : 'no'),
    read() {
      const came = logs.after(view.key, seen)
      // Those that are gone already count as left out, whatever was in them.
      const gone = Math.max(0, (came[0]?.id ?? seen + 1) - seen - 1)
      const fresh = came.filter(matches)
      seen = Math.max(seen, logs.newest(view.key))
      // What was before anyone looked is not left out, and is read in the history.
      const most = begun ? Math.min(linesAtOnce, limit) : limit
      const omitted = begun ? gone + Math.max(0, fresh.length - most) : 0
      begun = true
      const added = fresh.slice(-most).map((line, i) => shown(line, view, i === 0 ? omitted : 0))
      lines = [...lines, ...added].slice(-limit)
      return { lines }
    },
    diff(before, after) {
      const last = before.lines.at(-1)?.id ?? 0
      const add = after.lines.filter(({ id }) => id > last)
      if (add.length === 0) return undefined
      return { drop: before.lines.length + add.length - after.lines.length, add }
    },
    [Symbol.dispose]: () => undefined,
  }
}

/** The newest value of each metric of a node. */
export const metricsSource = (metrics: LatestMetrics, network: string, node: string): Source<'metrics'> => {
  let version = -1
  return {
    paceMs: 2000,
    bytesPerSecond: 8 * 1024,
    polled: true,
    note: () => undefined,
    changed: () => (metrics.version(network, node) === version ? 'no' : 'soon'),
    read() {
      version = metrics.version(network, node)
      const { values, omitted } = metrics.of(network, node)
      const shown = Array.from(values, ([name, { value, at }]): [string, MetricValue] => [name, [value, at]])
      return { values: Object.fromEntries(shown), omitted }
    },
    diff(before, after) {
      const values = Object.entries(after.values).filter(([name, [value, at]]) => {
        const was = Object.hasOwn(before.values, name) ? before.values[name] : undefined
        return was === undefined || was[0] !== value || was[1] !== at
      })
      const remove = Object.keys(before.values).filter((name) => !Object.hasOwn(after.values, name))
      if (values.length + remove.length === 0 && before.omitted === after.omitted) return undefined
      return { values: Object.fromEntries(values), remove, omitted: after.omitted }
    },
    [Symbol.dispose]: () => undefined,
  }
}
