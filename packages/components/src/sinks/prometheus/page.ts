/** The newest value of each series, bounded, and the page that shows them. */
import { seriesKey } from './naming.ts'
import type { PrometheusSample } from './naming.ts'

export interface PageOptions {
  readonly maxSeries: number
  readonly staleAfterMs: number
  /** Monotonic milliseconds. */
  readonly now: () => number
}

export interface Page {
  /** False where the page had its most series and this is another. */
  take(sample: PrometheusSample): boolean
  render(form: PageForm): string
  readonly size: number
}

export const pageForms = ['text', 'openmetrics'] as const
export type PageForm = (typeof pageForms)[number]

interface Series {
  readonly sample: PrometheusSample
  readonly takenAt: number
}

export const createPage = ({ maxSeries, staleAfterMs, now }: PageOptions): Page => {
  const series = new Map<string, Series>()
  let left = 0

  const dropStale = (): void => {
    const oldest = now() - staleAfterMs
    // In the order in which they were renewed: the first that is fresh ends it.
    for (const [key, { takenAt }] of series) {
      if (takenAt > oldest) return
      series.delete(key)
    }
  }

  return {
    take(sample) {
      const key = seriesKey(sample)
      const known = series.get(key)
      // What was replayed from the spool is older than what is shown.
      if (known !== undefined && known.sample.at > sample.at) return true
      if (known === undefined && series.size >= maxSeries) {
        dropStale()
        if (series.size >= maxSeries) {
          left++
          return false
        }
      }
      series.delete(key)
      series.set(key, { sample, takenAt: now() })
      return true
    },
    render(form) {
      dropStale()
      return renderPage(
        [...series.values()].map(({ sample }) => sample),
        left,
        form,
      )
    },
    get size() {
      return series.size
    },
  }
}

const leftName = 'netstats_exporter_series_left_out_total'

const renderPage = (samples: readonly PrometheusSample[], left: number, form: PageForm): string => {
  const byName = Map.groupBy(samples, ({ name }) => name)
  const lines: string[] = []
  for (const [name, family] of [...byName].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [first] = family
    if (first === undefined || name === leftName) continue
    const type = first.type === 'gauge' ? 'gauge' : form === 'text' ? 'untyped' : 'unknown'
    lines.push(`# HELP ${name} ${helpOf(first)}`, `# TYPE ${name} ${type}`)
    for (const { labels, value } of family) lines.push(`${name}${labelsText(labels)} ${numberText(value)}`)
  }
  const counter = form === 'text' ? leftName : leftName.replace(/_total$/, '')
  lines.push(`# HELP ${counter} Values of series beyond the bound of this page.`, `# TYPE ${counter} counter`)
  lines.push(`${leftName} ${left}`)
  if (form === 'openmetrics') lines.push('# EOF')
  return `${lines.join('\n')}\n`
}

const helpOf = ({ from, type }: PrometheusSample): string =>
  (type === 'gauge' ? `What Netstats calls ${from}.` : `The metric ${from}.`).replace(/[\\\n"\p{Cc}]/gu, ' ')

const labelsText = (labels: PrometheusSample['labels']): string =>
  labels.length === 0 ? '' : `{${labels.map(([name, text]) => `${name}="${escaped(text)}"`).join(',')}}`

const escaped = (text: string): string => text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"')

const numberText = (value: number): string => (Object.is(value, -0) ? '0' : String(value))
