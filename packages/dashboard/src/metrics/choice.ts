/** What the metric explorer shows, as its address says it: nodes times metrics. */
import { writeSegment } from '@netstats/protocol/feed'

export interface Choice {
  readonly nodes: readonly string[]
  /** With their labels, or without for all labels they have. */
  readonly metrics: readonly string[]
}

/** As many as the server takes. */
export const mostNodes = 20
export const mostMetrics = 20

const listOf = (query: URLSearchParams, key: string, most: number): readonly string[] =>
  [...new Set(query.getAll(key).filter((one) => one !== ''))].slice(0, most)

export const readChoice = (query: URLSearchParams): Choice => ({
  nodes: listOf(query, 'node', mostNodes),
  metrics: listOf(query, 'metric', mostMetrics),
})

export const toggled = (all: readonly string[], one: string, most: number): readonly string[] =>
  all.includes(one) ? all.filter((other) => other !== one) : [...all, one].slice(-most)

/** Where the lines are asked for; empty where nothing is chosen. */
export function seriesPath(network: string, { nodes, metrics }: Choice): string {
  if (nodes.length === 0 || metrics.length === 0) return ''
  const query = new URLSearchParams([
    ...nodes.map((node): [string, string] => ['node', node]),
    ...metrics.map((metric): [string, string] => ['metric', metric]),
  ])
  return `/networks/${writeSegment(network)}/series?${query}`
}
