/** Charts of the machine a node runs on, in their order. Names are those of the kind `host`, or a metric's own. */
import type { Grouping, MetricLine } from './lines.ts'

interface HostChart {
  readonly key: string
  readonly title: string
  /** Metrics and what each line is called. */
  readonly lines: Readonly<Record<string, string>>
}

const hostCharts: readonly HostChart[] = [
  { key: 'cpu', title: 'CPU', lines: { cpuShare: 'all cores', processCpuShare: 'the node, of one core' } },
  { key: 'load', title: 'Load', lines: { load1: '1 min', load5: '5 min', load15: '15 min' } },
  {
    key: 'memory',
    title: 'Memory',
    lines: { memoryAvailableBytes: 'available', memoryBytes: 'in all', processMemoryBytes: 'the node' },
  },
  { key: 'swap', title: 'Swap', lines: { swapFreeBytes: 'free', swapBytes: 'in all' } },
  { key: 'disk', title: 'Disk', lines: { diskFreeBytes: 'free', diskBytes: 'in all' } },
  { key: 'diskRates', title: 'Disk, bytes a second', lines: { diskReadRate: 'read', diskWriteRate: 'written' } },
  {
    key: 'network',
    title: 'Network, bytes a second',
    lines: { networkReceiveRate: 'received', networkSendRate: 'sent' },
  },
  {
    key: 'clock',
    title: "Clock, ahead of the server's",
    lines: { 'clock.offset': 'ahead by', 'clock.error': 'error either way' },
  },
  {
    key: 'files',
    title: 'Open files of the node',
    lines: { processOpenFiles: 'files', processOpenFilesLimit: 'limit' },
  },
  { key: 'uptime', title: 'Running for', lines: { processUptimeSeconds: 'the node', uptimeSeconds: 'the machine' } },
]

/** A name with a dot is whole. */
const metricOf = (name: string): string => (name.includes('.') ? name : `host.${name}`)

const chartOf = new Map(
  hostCharts.flatMap((chart) =>
    Object.entries(chart.lines).map(([name, label]) => [metricOf(name), { chart, label }] as const),
  ),
)

export const hostMetrics: readonly string[] = [...chartOf.keys()]

/** In the order of the charts, and of the lines in each; with the words a line is called by. */
export function hostLines(all: readonly MetricLine[]): readonly MetricLine[] {
  const known = all.filter(({ metric }) => chartOf.has(metric))
  return known.toSorted((a, b) => hostMetrics.indexOf(a.metric) - hostMetrics.indexOf(b.metric)).map(named)
}

const named = (line: MetricLine): MetricLine => ({
  ...line,
  // Rates are bytes a second; the name of the metric does not tell.
  unit: line.metric.endsWith('Rate') ? 'bytes' : line.unit,
})

export const byHostChart: Grouping = {
  of: ({ metric }) => chartOf.get(metric)?.chart.key ?? '',
  titleOf: (key) => hostCharts.find((chart) => chart.key === key)?.title ?? '',
  labelOf: ({ metric }) => chartOf.get(metric)?.label ?? metric,
}
