/** The text of a scrape in the format a scraper asks for: that of Prometheus, or OpenMetrics 1.0. */

const prometheus = 'text/plain; version=0.0.4; charset=utf-8'
const openMetrics = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

/** Whether OpenMetrics is asked for, and no less than the other. */
const wantsOpenMetrics = (accept: string | undefined): boolean => {
  const weightOf = (type: string): number => {
    const part = (accept ?? '').split(',').find((one) => one.trim().toLowerCase().startsWith(type))
    if (part === undefined) return 0
    const weight = Number(/;\s*q=([0-9.]+)/.exec(part)?.[1] ?? 1)
    return Number.isNaN(weight) ? 0 : weight
  }
  const wanted = weightOf('application/openmetrics-text')
  return wanted > 0 && wanted >= weightOf('text/plain')
}

/** A counter is called without `_total` where it is described; bounds of buckets are floats; the end is said. */
const toOpenMetrics = (text: string): string => {
  const lines = text.split('\n').map((line) => {
    if (line.startsWith('# ')) return line.replace(/^(# (?:HELP|TYPE) \S+?)_total /, '$1 ')
    return line.replace(/\ble="(-?\d+)"/, 'le="$1.0"')
  })
  return `${lines.join('\n')}# EOF\n`
}

export interface Exposition {
  readonly type: string
  readonly body: string
}

export const expositionOf = (text: string, accept: string | undefined): Exposition =>
  wantsOpenMetrics(accept) ? { type: openMetrics, body: toOpenMetrics(text) } : { type: prometheus, body: text }
