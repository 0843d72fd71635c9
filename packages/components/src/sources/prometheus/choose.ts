/** Which series of a page become metrics, and under which names. Pure. */
import { matchesPatterns, matchPattern } from '@netstats/sdk'
import type { Metric } from '@netstats/protocol'
import type { PrometheusConfig } from './config.ts'
import type { Series } from './text.ts'

export interface Chosen {
  readonly metric: Metric
  readonly at?: number
}

export interface Choice {
  readonly chosen: readonly Chosen[]
  /** Left out because there were too many, or because a name was too long. */
  readonly leftOut: number
}

export type ChoiceOptions = Pick<PrometheusConfig, 'metrics' | 'buckets' | 'rename' | 'labels' | 'maxSeries'>

const nameLength = 200
const mostLabels = 10
const labelNameLength = 50
const labelValueLength = 100

const renamed = (name: string, rename: Readonly<Record<string, string>>): string => {
  for (const [pattern, to] of Object.entries(rename)) {
    const found = matchPattern(pattern, name)
    if (found === undefined) continue
    let next = 0
    return to.replaceAll('*', () => found[next++] ?? '')
  }
  return name
}

const labelsOf = (labels: Series['labels'], kept: readonly string[]): Readonly<Record<string, string>> | undefined => {
  const found = Object.entries(labels)
    .filter(([name, value]) => value !== '' && name.length <= labelNameLength && matchesPatterns(kept, name))
    .slice(0, mostLabels)
    .map(([name, value]) => [name, value.slice(0, labelValueLength)] as const)
  return found.length === 0 ? undefined : Object.fromEntries(found)
}

/** Values that are no numbers, as of a summary without observations, are not there. */
export const choose = (series: readonly Series[], options: ChoiceOptions): Choice => {
  const chosen: Chosen[] = []
  let leftOut = 0
  for (const { name, labels, value, at } of series) {
    if (!Number.isFinite(value) || !matchesPatterns(options.metrics, name)) continue
    if (!options.buckets && name.endsWith('_bucket') && 'le' in labels) continue
    const called = renamed(name, options.rename)
    if (called === '') continue
    if (called.length > nameLength || chosen.length >= options.maxSeries) {
      leftOut++
      continue
    }
    const kept = labelsOf(labels, options.labels)
    const metric = { name: called, value, ...(kept === undefined ? {} : { labels: kept }) }
    chosen.push({ metric, ...(at === undefined ? {} : { at }) })
  }
  return { chosen, leftOut }
}
