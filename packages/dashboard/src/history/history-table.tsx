import { percent } from '../format/numbers.ts'
import { instant } from '../format/time.ts'
import type { Chart } from './catalogue.ts'
import { readingsOf } from './data.ts'
import type { Series } from './wire.ts'

/** The same numbers as rows, newest first, for who reads rather than looks. */
export function HistoryTable({ series, charts }: { readonly series: Series; readonly charts: readonly Chart[] }) {
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
