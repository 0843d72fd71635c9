/**
 * Lines through the values of metrics over the last hours, for the metrics that rules ask for. Of each a bounded list of
 * values is kept, a minute apart at first; when it is full, every second one goes and the next come twice as far apart.
 */
export interface Trend {
  /** Slope of the line. */
  readonly perHour: number
  /** 1: all values are on the line; 0: it tells nothing. */
  readonly fit: number
  /** Between the first value and the last. */
  readonly hours: number
}

export interface Trends {
  /** Takes the newest value in, where it is due; gives the line through those that are kept, undefined below three. */
  readonly take: (of: object, name: string, value: number, at: number) => Trend | undefined
}

/** Values of one metric of one node. */
const maxValues = 32
const firstEveryMs = 60_000
/** Half a day in all. */
const lastEveryMs = 30 * 60_000
/** Metrics of one node. */
const maxNames = 16
const hour = 3_600_000

interface Series {
  readonly times: number[]
  readonly values: number[]
  everyMs: number
  trend: Trend | undefined
}

const lineThrough = ({ times, values }: Series): Trend | undefined => {
  const count = times.length
  const [first = 0] = times
  const last = times.at(-1) ?? first
  if (count < 3 || last === first) return undefined
  const meanTime = times.reduce((sum, time) => sum + (time - first), 0) / count
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  let [both, ofTime, ofValue] = [0, 0, 0]
  for (let i = 0; i < count; i++) {
    const time = (times[i] ?? 0) - first - meanTime
    const value = (values[i] ?? 0) - mean
    both += time * value
    ofTime += time * time
    ofValue += value * value
  }
  const fit = ofValue === 0 ? 1 : (both * both) / (ofTime * ofValue)
  return { perHour: (both / ofTime) * hour, fit, hours: (last - first) / hour }
}

const thin = (series: Series): void => {
  if (series.everyMs >= lastEveryMs) {
    series.times.shift()
    series.values.shift()
    return
  }
  series.everyMs *= 2
  for (const list of [series.times, series.values]) {
    const kept = list.filter((_, i) => i % 2 === 0)
    list.splice(0, list.length, ...kept)
  }
}

/** `of` is what the metrics belong to: they go with it. */
export const createTrends = (): Trends => {
  const all = new WeakMap<object, Map<string, Series>>()
  const seriesOf = (of: object, name: string): Series | undefined => {
    let own = all.get(of)
    if (own === undefined) all.set(of, (own = new Map()))
    let series = own.get(name)
    if (series === undefined && own.size < maxNames)
      own.set(name, (series = { times: [], values: [], everyMs: firstEveryMs, trend: undefined }))
    return series
  }
  return {
    take(of, name, value, at) {
      const series = seriesOf(of, name)
      if (series === undefined) return undefined
      const { times, values } = series
      if (times.length > 0 && at - (times.at(-1) ?? 0) < series.everyMs) return series.trend
      if (times.length >= maxValues) thin(series)
      times.push(at)
      values.push(value)
      series.trend = lineThrough(series)
      return series.trend
    },
  }
}
