import { writeSegment } from '@netstats/protocol/feed'
import { useMemo } from 'preact/hooks'
import { useTopic } from '../feed/topics.ts'
import { useTitle } from '../pages/hooks.ts'
import { query, setQuery } from '../router/location.ts'
import { writeRoute } from '../router/routes.ts'
import { chosenCharts, metricsOf, networkCharts, nodeCharts } from './catalogue.ts'
import { Charts } from './charts.tsx'
import type { Series } from './data.ts'
import { RangeButtons, useView } from './range-buttons.tsx'
import { finestOf } from './ranges.ts'
import '../styles/history.css'

interface Props {
  readonly network: string
  readonly node: string | undefined
}

/** Charts of a network or of one node. Range and choice of charts are in the address. */
export function HistoryPage({ network, node }: Props) {
  return node === undefined ? (
    <HistoryOf network={network} node={node} name={`network ${network}`} />
  ) : (
    <HistoryOfNode network={network} node={node} />
  )
}

/** By its name, where it is known: the ids of some clients are long keys. */
function HistoryOfNode({ network, node }: Props & { readonly node: string }) {
  const view = useTopic({ topic: 'node', network, node }).value
  return <HistoryOf network={network} node={node} name={view.data?.name ?? node} />
}

function HistoryOf({ network, node, name }: Props & { readonly name: string }) {
  useTitle(`History of ${name}`)
  const all = node === undefined ? networkCharts : nodeCharts
  const text = query.value.get('metrics')
  const charts = useMemo(() => chosenCharts(all, text), [all, text])
  const place = `/networks/${writeSegment(network)}/history${node === undefined ? '' : `/nodes/${writeSegment(node)}`}`
  const path = `${place}?metrics=${metricsOf(charts).join()}`
  const read = useMemo(() => (answer: unknown) => ({ series: answer as Series, charts }), [charts])
  const finest = node === undefined ? finestOf.network : finestOf.node
  const { view, show, back } = useView()
  const toggle = (key: string): void => {
    const keys =
      charts.length === all.length
        ? [key]
        : toggled(
            charts.map((chart) => chart.key),
            key,
          )
    setQuery('metrics', keys.length === 0 || keys.length === all.length ? null : keys.join())
  }
  return (
    <div class="history-page">
      <header class="history-head">
        <h1>
          <span class="label">History of</span>{' '}
          <a href={writeRoute(node === undefined ? { page: 'network', network } : { page: 'node', network, node })}>
            {name}
          </a>
        </h1>
        <RangeButtons view={view} onView={show} onBack={back} />
        <details class="history-choice">
          <summary class="chip">
            {charts.length === all.length ? 'All charts' : `${charts.length} of ${all.length} charts`}
          </summary>
          <div role="group" aria-label="Charts">
            {all.map((chart) => (
              <button
                key={chart.key}
                type="button"
                class="chip"
                aria-pressed={charts.length < all.length && charts.includes(chart)}
                onClick={() => toggle(chart.key)}
              >
                {chart.title}
              </button>
            ))}
          </div>
        </details>
        <p class="history-hint faint">Drag to zoom, click to see that moment, ← → to read, + − to zoom.</p>
      </header>
      <Charts
        network={network}
        node={node}
        path={path}
        read={read}
        finest={finest}
        view={view}
        onView={show}
        onBack={back}
      />
    </div>
  )
}

const toggled = (keys: readonly string[], key: string): readonly string[] =>
  keys.includes(key) ? keys.filter((one) => one !== key) : [...keys, key]
