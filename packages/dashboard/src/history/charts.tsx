/** All charts of a page: one question, one cursor, one reading. Loaded only when somebody looks at them. */
import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import 'uplot/dist/uPlot.min.css'
import { serverNow } from '../clock.ts'
import { gap, percent, plural } from '../format/numbers.ts'
import { clockTime, instant } from '../format/time.ts'
import { addKeys } from '../keys/keys.ts'
import { momentHref } from '../past/address.ts'
import { useWidth } from '../recorder/use-width.ts'
import { navigate } from '../router/location.ts'
import { useScheme } from '../ui/use-scheme.ts'
import { rootFontSize } from '../ui/root-font-size.ts'
import type { Chart } from './catalogue.ts'
import { metricsOf } from './catalogue.ts'
import { ChartView } from './chart-view.tsx'
import { presence } from './data.ts'
import { HistoryFault } from './history-fault.tsx'
import { HistoryTable } from './history-table.tsx'
import { readPens } from './pens.ts'
import { finestOf, type Range, selected, type View, zoomed } from './ranges.ts'
import { useSeries } from './use-series.ts'
import type { Series } from './wire.ts'

export interface ChartsProps {
  readonly network: string
  readonly node: string | undefined
  readonly charts: readonly Chart[]
  readonly view: View
  readonly onView: (view: View) => void
  /** To what was shown before the last zoom. */
  readonly onBack: () => void
}

export function Charts({ network, node, charts, view, onView, onBack }: ChartsProps) {
  const holder = useRef<HTMLDivElement>(null)
  const width = useWidth(holder).value
  const attempt = useSignal(0)
  const cursor = useSignal<number | null>(null)
  const byKeys = useSignal(false)
  const asTable = useSignal(false)
  const columns = columnsOf(width / rootFontSize.value)
  const plotWidth = Math.floor((width - (columns - 1) * rootFontSize.value * 2.6) / columns)
  const place = `/networks/${encodeURIComponent(network)}/history`
  const path = node === undefined ? place : `${place}/nodes/${encodeURIComponent(node)}`
  const { series, fault, waiting } = useSeries(
    path,
    metricsOf(charts),
    view,
    Math.max(0, plotWidth),
    node === undefined ? finestOf.network : finestOf.node,
    attempt.value,
  ).value
  const scheme = useScheme()
  const pens = useMemo(readPens, [scheme])
  const zoom = (range: Range | undefined): void => {
    if (range) onView(range)
  }
  const pick = (index: number): void => {
    const at = series && endOf(series, index)
    if (at !== undefined) navigate(momentHref(network, at, node))
  }
  const latest = useRef({ series, zoom, pick, onBack, view })
  latest.current = { series, zoom, pick, onBack, view }
  // Another question has other buckets.
  useEffect(() => {
    cursor.value = null
  }, [series?.from, series?.bucketMs])
  useEffect(() => {
    const move = (step: number) => (): void => {
      const shown = latest.current.series
      if (!shown || shown.buckets.length === 0) return
      byKeys.value = true
      const from = cursor.peek() ?? shown.present.findLastIndex((p) => p > 0) + (step > 0 ? 0 : 1)
      cursor.value = Math.min(shown.buckets.length - 1, Math.max(0, from + step))
    }
    const scale = (factor: number) => (): void => {
      const shown = latest.current.series
      if (!shown) return
      const range = rangeShown(shown)
      const at = cursor.peek()
      const center = at === null ? (range.from + range.to) / 2 : (shown.buckets[at] ?? range.to) + shown.bucketMs / 2
      latest.current.zoom(zoomed(range, factor, center, serverNow()))
    }
    return addKeys({
      ArrowLeft: move(-1),
      ArrowRight: move(1),
      'Shift+ArrowLeft': move(-10),
      'Shift+ArrowRight': move(10),
      '+': scale(0.5),
      '=': scale(0.5),
      '-': scale(2),
      Enter: () => {
        const at = cursor.peek()
        if (at === null) return false
        latest.current.pick(at)
        return true
      },
      Escape: () => {
        if ('last' in latest.current.view) return false
        latest.current.onBack()
        return true
      },
    })
  }, [])
  return (
    <div class="charts" ref={holder} aria-busy={waiting}>
      {fault && <HistoryFault fault={fault} retry={() => (attempt.value += 1)} />}
      {!series && !fault && <p class="quiet-note">Asking for the history…</p>}
      {series && (
        <>
          <div class="chart-reading">
            <p aria-live={byKeys.value ? 'polite' : 'off'}>
              <Reading series={series} index={cursor.value} />
            </p>
            {cursor.value !== null && (
              <a class="chip" href={momentHref(network, endOf(series, cursor.value), node)}>
                See {node === undefined ? 'the network' : 'the node'} then
              </a>
            )}
            <button
              type="button"
              class="chip"
              aria-pressed={asTable.value}
              onClick={() => {
                asTable.value = !asTable.value
              }}
            >
              Table
            </button>
          </div>
          {asTable.value ? (
            <HistoryTable series={series} charts={charts} />
          ) : (
            <div class={`chart-grid is-${columns}`}>
              {charts.map((chart) => (
                <ChartView
                  key={chart.key}
                  chart={chart}
                  series={series}
                  pens={pens}
                  width={plotWidth}
                  cursor={cursor}
                  onSelect={(from, to) => zoom(selected(from, to, rangeShown(series)))}
                  onPick={pick}
                  onBack={onBack}
                />
              ))}
            </div>
          )}
        </>
      )}
    </div>
  )
}

const columnsOf = (rems: number): number => (rems >= 130 ? 3 : rems >= 66 ? 2 : 1)

const units = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
] as const

/** Width of a bucket: `10 s`, `2 h`. */
function widthWords(ms: number): string {
  const [size, word] = units.find(([unit]) => ms % unit === 0) ?? [1, 'ms']
  return `${ms / size}${gap}${word}`
}

const rangeShown = (series: Series): Range => ({
  from: series.buckets[0] ?? series.from,
  to: (series.buckets.at(-1) ?? series.from) + series.bucketMs,
})

/** The end of a bucket, when all that it tells had happened; now for the one that is not over. */
const endOf = (series: Series, index: number): number =>
  Math.min(serverNow() - 1, (series.buckets[index] ?? series.from) + series.bucketMs - 1)

function Reading({ series, index }: { readonly series: Series; readonly index: number | null }) {
  if (index === null) {
    const { from, to } = rangeShown(series)
    return (
      <>
        <b>
          {instant(from)} – {instant(to)}
        </b>{' '}
        {plural(series.buckets.length, 'bucket', 'buckets')} of {widthWords(series.bucketMs)},{' '}
        {percent(presence(series) * 100)} of the samples are there
      </>
    )
  }
  const at = series.buckets[index] ?? series.from
  const share = series.present[index] ?? 0
  return (
    <>
      <b>
        {instant(at)} – {clockTime(at + series.bucketMs)}
      </b>{' '}
      {share === 0 ? <span class="is-bad">no samples</span> : `${percent(share * 100)} of the samples`}
    </>
  )
}
