/** All charts of a page: one request, one cursor, one reading. Loaded when the page is opened. */
import type { AlarmRecord } from '@netstats/protocol/feed'
import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { alarmHref } from '../alarms/links.ts'
import { useRaised } from '../alarms/marks.ts'
import { SeveritySign } from '../alarms/severity-sign.tsx'
import { subjectOf } from '../alarms/severity.ts'
import { serverNow } from '../clock.ts'
import { gap, percent, plural } from '../format/numbers.ts'
import { clockTime, instant } from '../format/time.ts'
import { addKeys } from '../keys.ts'
import { HistoryFault } from '../pages/message.tsx'
import { navigate } from '../router/location.ts'
import { momentHref } from '../router/routes.ts'
import { useScheme } from '../state/settings.ts'
import { rootFontSize, useWidth } from '../ui/measures.ts'
import type { Chart } from './catalogue.ts'
import { ChartView } from './chart-view.tsx'
import { presence, readingsOf, type Series } from './data.ts'
import { readPens } from './plot.ts'
import { type Range, selected, type View, zoomed } from './ranges.ts'
import { useSeries } from './use-series.ts'
import 'uplot/dist/uPlot.min.css'

/** What an answer is drawn as. */
export interface Drawing {
  readonly series: Series
  readonly charts: readonly Chart[]
  /** What is not in it, in words. */
  readonly notes?: readonly string[]
}

interface ChartsProps {
  /** What is shown then when a moment is picked. */
  readonly network: string
  readonly node: string | undefined
  /** What is requested, with all its parameters but those of time. */
  readonly path: string
  /** The same function as long as it reads the same. */
  readonly read: (answer: unknown) => Drawing
  readonly finest: number
  /** One below the other, however wide the page. */
  readonly stacked?: boolean
  /** False where charts are a part of a page whose own keys lead through time. */
  readonly keys?: boolean
  readonly view: View
  readonly onView: (view: View) => void
  /** To what was shown before the last zoom. */
  readonly onBack: () => void
}

export function Charts(props: ChartsProps) {
  const { network, node, path, read, finest, view, onView, onBack } = props
  const holder = useRef<HTMLDivElement>(null)
  const width = useWidth(holder).value
  const attempt = useSignal(0)
  const cursor = useSignal<number | null>(null)
  const byKeys = useSignal(false)
  const asTable = useSignal(false)
  const columns = props.stacked ? 1 : columnsOf(width / rootFontSize.value)
  const plotWidth = Math.floor((width - (columns - 1) * rootFontSize.value * 2.6) / columns)
  const { answer, fault, waiting } = useSeries(path, view, Math.max(0, plotWidth), finest, attempt.value).value
  const {
    series,
    charts,
    notes = [],
  } = useMemo<Partial<Drawing> & Pick<Drawing, 'charts'>>(
    () => (answer === undefined ? { charts: [] } : read(answer)),
    [answer, read],
  )
  const range = series && rangeShown(series)
  const raised = useRaised(network, node, range, series?.bucketMs ?? 1)
  const scheme = useScheme()
  const pens = useMemo(readPens, [scheme])
  const zoom = (range: Range | undefined): void => {
    if (range) onView(range)
  }
  const pick = (index: number): void => {
    const at = series && endOf(series, index)
    if (at !== undefined) navigate(momentHref(network, at, node))
  }
  const now: Latest = { series, zoom, pick, onBack, view }
  const latest = useRef(now)
  latest.current = now
  // Another request has other buckets.
  useEffect(() => {
    cursor.value = null
  }, [series?.from, series?.bucketMs])
  useChartKeys(props.keys ?? true, latest, cursor, byKeys)
  return (
    <div class="charts" ref={holder} aria-busy={waiting}>
      {fault && <HistoryFault fault={fault} retry={() => (attempt.value += 1)} />}
      {!series && !fault && <p class="quiet-note">Loading the history…</p>}
      {series && (
        <>
          <ReadingBar
            series={series}
            index={cursor.value}
            network={network}
            node={node}
            byKeys={byKeys.value}
            raised={raised}
            asTable={asTable}
          />
          <Notes lines={notes} />
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
                  raised={raised}
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

function Notes({ lines }: { readonly lines: readonly string[] }) {
  return (
    <>
      {lines.map((line) => (
        <p key={line} class="chart-notes">
          {line}
        </p>
      ))}
    </>
  )
}

interface Latest {
  readonly series: Series | undefined
  readonly view: View
  readonly zoom: (range: Range | undefined) => void
  readonly pick: (index: number) => void
  readonly onBack: () => void
}

/** Arrows read all charts with one cursor, + and − zoom around it, Enter goes to its moment, Escape leads back. */
function useChartKeys(
  wanted: boolean,
  latest: { readonly current: Latest },
  cursor: Signal<number | null>,
  byKeys: Signal<boolean>,
): void {
  useEffect(() => {
    if (!wanted) return
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
  }, [wanted])
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

/** The end of a bucket, when all it counts had happened; now for the one that is not over. */
const endOf = (series: Series, index: number): number =>
  Math.min(serverNow() - 1, (series.buckets[index] ?? series.from) + series.bucketMs - 1)

interface ReadingBarProps {
  readonly series: Series
  readonly index: number | null
  readonly network: string
  readonly node: string | undefined
  readonly byKeys: boolean
  readonly raised: readonly AlarmRecord[]
  readonly asTable: Signal<boolean>
}

/** What the cursor reads, the way to that moment, and the same numbers as rows. */
function ReadingBar({ series, index, network, node, byKeys, raised, asTable }: ReadingBarProps) {
  return (
    <div class="chart-reading">
      <p aria-live={byKeys ? 'polite' : 'off'}>
        <Reading series={series} index={index} />
      </p>
      {index !== null && <RaisedThen series={series} index={index} raised={raised} />}
      {index !== null && (
        <a class="chip" href={momentHref(network, endOf(series, index), node)}>
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
  )
}

/** Named at once; more are on the page of alarms. */
const namedAtMost = 3

/** Alarms that were raised in the bucket under the cursor. */
function RaisedThen({
  series,
  index,
  raised,
}: Pick<ReadingBarProps, 'series' | 'raised'> & { readonly index: number }) {
  const from = series.buckets[index] ?? series.from
  const then = raised.filter(({ startsAt }) => startsAt >= from && startsAt < from + series.bucketMs)
  if (then.length === 0) return null
  return (
    <p class="chart-alarms">
      {then.slice(0, namedAtMost).map((alarm) => (
        <a key={alarm.id} href={alarmHref(alarm)} title={alarm.message}>
          <SeveritySign level={alarm.severity} /> {alarm.severity}: {subjectOf(alarm)}, {alarm.rule}
        </a>
      ))}
      {then.length > namedAtMost && <span class="faint">and {then.length - namedAtMost} more</span>}
    </p>
  )
}

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

/** The same numbers as rows, newest first, for screen readers and exact values. */
function HistoryTable({ series, charts }: { readonly series: Series; readonly charts: readonly Chart[] }) {
  const rows = series.buckets.map((_, i) => i).filter((i) => (series.present[i] ?? 0) > 0)
  return (
    <div class="history-table" tabIndex={0} role="region" aria-label="Values as a table">
      <table>
        <caption>
          {rows.length} buckets with samples of {series.buckets.length}
        </caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col" class="num">
              Samples
            </th>
            {charts.flatMap((chart) =>
              readingsOf(series, chart, 0).map(([label]) => (
                <th key={`${chart.key} ${label}`} scope="col" class="num">
                  {chart.title}, {label}
                </th>
              )),
            )}
          </tr>
        </thead>
        <tbody>
          {rows.toReversed().map((i) => (
            <tr key={series.buckets[i]}>
              <th scope="row">{instant(series.buckets[i])}</th>
              <td class="num">{percent((series.present[i] ?? 0) * 100)}</td>
              {charts.flatMap((chart) =>
                readingsOf(series, chart, i).map(([label, text]) => (
                  <td key={`${chart.key} ${label}`} class="num">
                    {text}
                  </td>
                )),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
