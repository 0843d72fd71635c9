import type { AlarmRecord } from '@netstats/protocol/feed'
import type { Signal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type uPlot from 'uplot'
import { rootFontSize, tall } from '../ui/measures.ts'
import type { Chart } from './catalogue.ts'
import { hasValues, lastKnown, middles, readingsOf, sentenceOf, type Series } from './data.ts'
import { createPlot, type Pens, plotData } from './plot.ts'

interface Props {
  readonly chart: Chart
  readonly series: Series
  readonly pens: Pens
  /** Alarms raised in the range. */
  readonly raised: readonly AlarmRecord[]
  readonly width: number
  /** Bucket under the shared cursor. */
  readonly cursor: Signal<number | null>
  readonly onSelect: (from: number, to: number) => void
  readonly onPick: (index: number) => void
  readonly onBack: () => void
}

export function ChartView(props: Props) {
  const { chart, series, pens, raised, width, cursor } = props
  const holder = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | undefined>(undefined)
  const latest = useRef(props)
  latest.current = props
  const rem = rootFontSize.value
  const empty = !hasValues(series, chart)
  const height = Math.round(rem * (tall.value ? 14.5 : 11))

  useLayoutEffect(() => {
    if (!holder.current || empty || width <= 0) return
    const made = createPlot(
      {
        chart,
        series: () => latest.current.series,
        pens: () => latest.current.pens,
        raised: () => latest.current.raised,
        width,
        height,
        rem,
        onPoint: (index) => {
          cursor.value = index
        },
        onSelect: (from, to) => latest.current.onSelect(from, to),
        onPick: (index) => latest.current.onPick(index),
        onBack: () => latest.current.onBack(),
      },
      holder.current,
    )
    plot.current = made
    return () => {
      made.destroy()
      plot.current = undefined
    }
  }, [chart, width, height, empty])

  const drawn = useRef(series)
  useLayoutEffect(() => {
    if (drawn.current === series) plot.current?.redraw(false, true)
    else plot.current?.setData(plotData(chart, series))
    drawn.current = series
  }, [series, pens, raised])

  const index = cursor.value
  useEffect(() => {
    const at = index === null ? undefined : middles(series)[index]
    const left = at === undefined ? -10 : (plot.current?.valToPos(at, 'x') ?? -10)
    plot.current?.setCursor({ left, top: at === undefined ? -10 : 5 }, false)
  }, [index, series])

  const at = index ?? lastKnown(series, chart)
  return (
    <figure class="chart" data-chart={chart.key}>
      <figcaption>
        <h2>{chart.title}</h2>
        <p class={index === null ? 'chart-values is-last' : 'chart-values'}>
          {at >= 0 &&
            readingsOf(series, chart, at).map(([label, text], i) => (
              <span
                key={`${chart.lines[i]?.metric ?? ''} ${label}`}
                class={`chart-value is-${chart.lines[i]?.pen ?? 'band'}`}
              >
                <span class="faint">{label}</span> <b>{text}</b>
              </span>
            ))}
        </p>
      </figcaption>
      {empty ? (
        <p class="quiet-note">
          {series.bucketMs < (chart.finest ?? 0)
            ? 'Kept by the minute: it shows in ranges of six hours and more.'
            : 'No values in this range.'}
        </p>
      ) : (
        <div class="chart-plot" role="img" aria-label={sentenceOf(series, chart)} ref={holder} />
      )}
    </figure>
  )
}
