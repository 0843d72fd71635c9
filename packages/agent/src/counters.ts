/** A metric with its labels and value, before it is written as text. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Counters {
  add(name: string, labels: Readonly<Record<string, string>>, by: number): void
  samples(): readonly Sample[]
}

/** Label values may come from outside: more series than these of one name are counted together. */
const maxSeries = 200
const overflow = { overflow: 'true' }

export const createCounters = (): Counters => {
  const names = new Map<string, Map<string, { labels: Readonly<Record<string, string>>; value: number }>>()
  return {
    add(name, labels, by) {
      let series = names.get(name)
      if (series === undefined) names.set(name, (series = new Map()))
      const fits = series.size < maxSeries || series.has(keyOf(labels))
      const kept = fits ? labels : overflow
      const key = keyOf(kept)
      const entry = series.get(key)
      if (entry === undefined) series.set(key, { labels: kept, value: by })
      else entry.value += by
    },
    samples: () => [...names].flatMap(([name, series]) => [...series.values()].map((one) => ({ name, ...one }))),
  }
}

const keyOf = (labels: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))
