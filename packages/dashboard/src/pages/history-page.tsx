import { useMemo } from 'preact/hooks'
import { chosenCharts, networkCharts, nodeCharts } from '../history/catalogue.ts'
import { Charts } from '../history/charts.tsx'
import { presets, readView, type View, writeView } from '../history/ranges.ts'
import { depth, query, setQueries, setQuery } from '../router/location.ts'
import { writeRoute } from '../router/routes.ts'
import { useTitle } from './use-title.ts'
import '../styles/history.css'

interface Props {
  readonly network: string
  readonly node: string | undefined
}

/** Charts of a network or of one node. Range and choice of charts are in the address. */
export function HistoryPage({ network, node }: Props) {
  const name = node ?? `network ${network}`
  useTitle(`History of ${name}`)
  const all = node === undefined ? networkCharts : nodeCharts
  const text = query.value.get('metrics')
  const charts = useMemo(() => chosenCharts(all, text), [all, text])
  const settings = query.value
  const view = useMemo(() => readView(settings), [settings.get('range'), settings.get('from'), settings.get('to')])
  const show = (next: View): void => setQueries(writeView(next), true)
  const back = (): void => {
    if (depth() > 0) history.back()
    else show(readView(new URLSearchParams()))
  }
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
        <div class="history-ranges" role="group" aria-label="Range">
          {presets.map(([key, , label]) => (
            <button
              key={key}
              type="button"
              class="chip"
              aria-pressed={'last' in view && view.last === key}
              onClick={() => show({ last: key })}
            >
              {label}
            </button>
          ))}
          {!('last' in view) && (
            <button
              type="button"
              class="chip"
              title="Back to what was shown before (Esc, or a double click)"
              onClick={back}
            >
              Zoom out
            </button>
          )}
        </div>
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
      <Charts network={network} node={node} charts={charts} view={view} onView={show} onBack={back} />
    </div>
  )
}

const toggled = (keys: readonly string[], key: string): readonly string[] =>
  keys.includes(key) ? keys.filter((one) => one !== key) : [...keys, key]
