/** Charts of the machine a node runs on: the last hour, or the hour before the moment of the past that is shown. */
import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { Charts } from '../history/charts.tsx'
import { finestOf, presets, type View } from '../history/ranges.ts'
import { pastAt } from '../past/moment.ts'
import { writeRoute } from '../router/routes.ts'
import { seriesPath } from './choice.ts'
import { byHostChart, hostLines, hostMetrics } from './host-catalogue.ts'
import { drawLines, type MetricLines } from './lines.ts'
import '../styles/history.css'
import '../styles/metrics.css'

interface Props {
  readonly network: string
  readonly node: string
}

const hourMs = 3_600_000
/** Ranges that are offered here; the explorer has all. */
const offered = ['15m', '1h', '6h', '24h', '7d'] as const

export function HostSection({ network, node }: Props) {
  const at = pastAt.value
  const last = useSignal<(typeof offered)[number]>('1h')
  const zoomed = useSignal<View | undefined>(undefined)
  const length = presets.find(([key]) => key === last.value)?.[1] ?? hourMs
  const view = useMemo<View>(
    () => zoomed.value ?? (at === undefined ? { last: last.value } : { from: at - length, to: at }),
    [zoomed.value, at, last.value],
  )
  // The name is in the query: a proxy that takes a prefix away may take a path with a slash in a name apart.
  const path = seriesPath(network, { nodes: [node], metrics: hostMetrics })
  const explorer = `${writeRoute({ page: 'metrics', network })}?${new URLSearchParams([['node', node]])}`
  return (
    <section class="host-section" aria-label="Its machine">
      <header class="section-head">
        <h2>Its machine</h2>
        <div class="history-ranges" role="group" aria-label="Range">
          {offered.map((key) => (
            <button
              key={key}
              type="button"
              class="chip"
              aria-pressed={zoomed.value === undefined && last.value === key}
              onClick={() => {
                zoomed.value = undefined
                last.value = key
              }}
            >
              {presets.find(([preset]) => preset === key)?.[2]}
            </button>
          ))}
          {zoomed.value !== undefined && (
            <button type="button" class="chip" onClick={() => (zoomed.value = undefined)}>
              Zoom out
            </button>
          )}
        </div>
        <a class="chip" href={explorer}>
          All its metrics
        </a>
      </header>
      <Charts
        network={network}
        node={node}
        path={path}
        read={readHost}
        finest={finestOf.node}
        keys={false}
        view={view}
        onView={(next) => (zoomed.value = next)}
        onBack={() => (zoomed.value = undefined)}
      />
    </section>
  )
}

const readHost = (answer: unknown) => {
  const lines = answer as MetricLines
  const series = hostLines(lines.series)
  return {
    ...drawLines({ ...lines, series }, byHostChart),
    notes:
      series.length === 0
        ? [
            'Nothing is known of its machine in this time. An agent beside the node reports CPU, memory, disk and network.',
          ]
        : [],
  }
}
