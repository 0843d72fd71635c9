/** Any metrics of any nodes on charts: what shares a unit shares a chart. The choice is in the address. */
import { useMemo } from 'preact/hooks'
import { Charts } from '../history/charts.tsx'
import { RangeButtons, useView } from '../history/range-buttons.tsx'
import { finestOf } from '../history/ranges.ts'
import { plural } from '../format/numbers.ts'
import { useTitle } from '../pages/hooks.ts'
import { query, setQueries } from '../router/location.ts'
import { Command } from '../ui/command.tsx'
import { type Choice, readChoice, seriesPath } from './choice.ts'
import { Chooser } from './chooser.tsx'
import { drawLines, type MetricLines } from './lines.ts'
import '../styles/history.css'
import '../styles/metrics.css'

export function MetricsPage({ network }: { readonly network: string }) {
  useTitle(`Metrics of ${network}`)
  const settings = query.value
  const choice = useMemo(() => readChoice(settings), [settings.toString()])
  const { view, show, back } = useView()
  const path = seriesPath(network, choice)
  const choose = ({ nodes, metrics }: Choice): void => setQueries({ node: nodes, metric: metrics })
  return (
    <div class="metrics-page">
      <header class="history-head">
        <h1>Metrics</h1>
        <RangeButtons view={view} onView={show} onBack={back} />
        <p class="history-hint faint">Drag to zoom, click to see that moment, ← → to read, + − to zoom.</p>
      </header>
      <div class="metrics-columns">
        <Chooser network={network} choice={choice} onChoice={choose} />
        {path === '' ? (
          <NothingChosen choice={choice} />
        ) : (
          <Charts
            key={path}
            network={network}
            node={choice.nodes.length === 1 ? choice.nodes[0] : undefined}
            path={path}
            read={readLines}
            finest={finestOf.node}
            stacked
            view={view}
            onView={show}
            onBack={back}
          />
        )}
      </div>
    </div>
  )
}

const readLines = (answer: unknown) => {
  const lines = answer as MetricLines
  const { omitted, ...drawn } = drawLines(lines)
  const notes = [
    ...(lines.missing.length > 0 ? [`No values in this range: ${lines.missing.join(', ')}.`] : []),
    ...(omitted > 0
      ? [`${plural(omitted, 'line is', 'lines are')} left out; choose fewer nodes, or a metric with its labels.`]
      : []),
  ]
  return { ...drawn, notes }
}

function NothingChosen({ choice: { nodes, metrics } }: { readonly choice: Choice }) {
  const missing = [...(metrics.length === 0 ? ['a metric'] : []), ...(nodes.length === 0 ? ['a node'] : [])]
  return (
    <section class="metrics-empty">
      <p>Choose {missing.join(' and ')}. Several of each share a chart where they have the same unit.</p>
      <p class="faint">
        Nodes report peers, latency and the like by themselves, and an agent the machine it runs on. Further metrics
        come from the sources of the agent, such as StatsD; one named <code>x</code> is here as <code>statsd.x</code>.
      </p>
      <Command text="netstats agent … --statsd 127.0.0.1:8125" label="the option for StatsD" />
    </section>
  )
}
